package io.github.packetboat.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.packetboat.Backoff;
import io.github.packetboat.codec.Codecs;
import io.github.packetboat.message.Group;
import io.github.packetboat.message.MessageClient;
import io.github.packetboat.message.MessageServer;
import io.github.packetboat.testkit.Await;
import io.github.packetboat.testkit.RawPeer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** One room for browsers and sockets. */
final class WebSocketGroupTest {

    @Test
    void oneMessageReachesSocketsAndBrowsersEncodedOnceForEach() throws Exception {
        AtomicInteger lineEncodes = new AtomicInteger();
        AtomicInteger webEncodes = new AtomicInteger();
        Heard<String> heard = new Heard<>();
        var lines = Codecs.lines().map(line -> line, line -> {
            lineEncodes.incrementAndGet();
            return line;
        });
        var web = WebSockets.text("/chat").map(text -> text, text -> {
            webEncodes.incrementAndGet();
            return text;
        });
        List<RawPeer> sockets = new ArrayList<>();
        List<Browser> browsers = new ArrayList<>();
        try (var server = MessageServer.builder(lines).listener(heard).bind(0)) {
            int webPort = server.bind(0, web);
            for (int i = 0; i < 10; i++) {
                sockets.add(RawPeer.connect(server.port()));
                browsers.add(Browser.at(webPort));
            }
            Group<String> everyone = server.everyone();
            Await.untilEqual("members", 20, everyone::size);
            for (int round = 1; round <= 3; round++) {
                assertThat(everyone.broadcast("round " + round)).isEqualTo(20);
                for (int i = 0; i < 10; i++) {
                    assertThat(sockets.get(i).readLine()).isEqualTo("round " + round);
                    assertThat(browsers.get(i).text()).isEqualTo("round " + round);
                }
                assertThat(lineEncodes).hasValue(round);
                assertThat(webEncodes).hasValue(round);
            }
        } finally {
            sockets.forEach(RawPeer::close);
            browsers.forEach(Browser::close);
        }
    }

    @Test
    void thoseWhoAgreedOnDeflateShareOneCompressedFrame() throws Exception {
        Heard<String> heard = new Heard<>();
        String text = "all the same ".repeat(100);
        try (var server = MessageServer.builder(WebSockets.text("/chat").deflate())
                        .listener(heard)
                        .bind(0);
                RawPeer deflating = RawPeer.connect(server.port());
                RawPeer other = RawPeer.connect(server.port());
                Browser plain = Browser.at(server.port())) {
            for (RawPeer peer : List.of(deflating, other)) {
                peer.send(Bytes.crlf(Bytes.REQUEST.replace(
                        "Upgrade: w", "Sec-WebSocket-Extensions: permessage-deflate\nUpgrade: w")));
                String line = peer.readLine();
                while (!line.isEmpty()) {
                    line = peer.readLine();
                }
            }
            Await.untilEqual("members", 3, server.everyone()::size);
            assertThat(server.everyone().broadcast(text)).isEqualTo(3);
            assertThat(plain.text()).isEqualTo(text);
            for (RawPeer peer : List.of(deflating, other)) {
                byte[] header = peer.readExactly(2);
                assertThat(header[0] & 0xFF).isEqualTo(0xC1);
                assertThat((int) header[1]).isBetween(10, 125);
                byte[] payload = peer.readExactly(header[1]);
                assertThat(new String(Deflate.inflate(payload, payload.length, 10_000)))
                        .isEqualTo(text);
            }
        }
    }

    /** What is retained goes to whatever server comes next, which may not have agreed to compress. */
    @Test
    void aClientThatRetainsIsSentNothingCompressed() throws Exception {
        Heard<String> heard = new Heard<>();
        Heard<String> atClient = new Heard<>();
        Group<String> group = Group.named("clients");
        String text = "all the same ".repeat(100);
        var codec = WebSockets.textClient("/chat").deflate();
        try (var server = MessageServer.builder(WebSockets.text("/chat").deflate())
                        .listener(heard)
                        .bind(0);
                var retaining = MessageClient.builder(codec)
                        .listener(atClient)
                        .reconnect(Backoff.exponential(Duration.ofMillis(1), Duration.ofMillis(20)))
                        .connect("localhost", server.port());
                var other = MessageClient.builder(codec).listener(atClient).connect("localhost", server.port())) {
            assertThat(group.add(retaining.connection())).isTrue();
            assertThat(group.add(other.connection())).isTrue();
            long bytes = retaining.connection().stats().bytesSent();
            long others = other.connection().stats().bytesSent();
            assertThat(group.broadcast(text)).isEqualTo(2);
            assertThat(heard.messages.take()).isEqualTo(text);
            assertThat(heard.messages.take()).isEqualTo(text);
            assertThat(retaining.connection().stats().bytesSent() - bytes).isGreaterThan(text.length());
            assertThat(other.connection().stats().bytesSent() - others).isLessThan(100);
        }
    }
}

package io.github.packetboat.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class RawPeerTest {
    @Test
    void readsLinesAndBytesAndTheEnd() {
        try (RawServer server = RawServer.serving(Script.say("one\r\ntwo\n12345rest"));
                RawPeer peer = RawPeer.connect(server.port())) {
            assertThat(peer.readLine()).isEqualTo("one");
            assertThat(peer.readLine()).isEqualTo("two");
            assertThat(peer.readExactly(5)).asString().isEqualTo("12345");
            assertThat(peer.readUntilEof()).asString().isEqualTo("rest");
            peer.expectEof();
        }
    }

    @Test
    void tellsFinFromReset() {
        try (RawServer server = RawServer.open();
                RawPeer first = RawPeer.connect(server.port());
                RawPeer firstServer = server.accept();
                RawPeer second = RawPeer.connect(server.port());
                RawPeer secondServer = server.accept()) {
            firstServer.halfClose();
            secondServer.send("x").reset();

            assertThatThrownBy(first::expectReset)
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("got EOF");
            assertThat(second.readExactly(1)).asString().isEqualTo("x");
            assertThatThrownBy(second::expectEof)
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("got RST");
        }
    }

    @Test
    void saysWhatCameInsteadOfWhatWasExpected() {
        try (RawServer server = RawServer.serving(Script.say("half a line\t"));
                RawPeer peer = RawPeer.connect(server.port())) {
            assertThatThrownBy(peer::readLine)
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("a line")
                    .hasMessageContaining("got EOF")
                    .hasMessageContaining("\"half a line\\t\"")
                    .hasMessageContaining(":" + server.port());
        }
    }

    @Test
    void expectNothingFailsOnAByteAndOnTheEnd() {
        try (RawServer server = RawServer.serving(Script.say("x"));
                RawPeer peer = RawPeer.connect(server.port())) {
            assertThatThrownBy(() -> peer.expectNothing(Await.LIMIT))
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("\"x\"");
            assertThatThrownBy(() -> peer.expectNothing(Await.LIMIT))
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("EOF");
        }
    }

    @Test
    void aPeerMayHalfCloseAndGoOnReading() {
        try (RawServer server = RawServer.serving(peer -> peer.send(peer.readUntilEof()));
                RawPeer peer = RawPeer.connect(server.port())) {
            peer.sendSlowly("slowly").halfClose();
            assertThat(peer.readUntilEof()).asString().isEqualTo("slowly");
        }
    }

    @Test
    void speaksOverUnixDomainSockets(@TempDir Path directory) {
        UnixDomainSocketAddress address = UnixDomainSocketAddress.of(directory.resolve("socket"));
        try (RawServer server = RawServer.serving(address, Script.echo());
                RawPeer peer = RawPeer.connect(server.address())) {
            assertThat(peer.send("hello\n").readLine()).isEqualTo("hello");
            peer.expectNothing(Duration.ofMillis(5));
            peer.halfClose().expectEof();
        }
    }

    @Test
    void aServerThrowsWhatItsScriptFailedWith() {
        RawServer server = RawServer.serving(Script.hear("HELO\r\n"), Script.say("250\r\n"), Script.untilEnd());
        try (RawPeer peer = RawPeer.connect(server.port())) {
            peer.send("QUIT\r\n").expectEof();
        }
        assertThatThrownBy(server::close)
                .isInstanceOf(AssertionError.class)
                .cause()
                .hasMessage("expected \"HELO\\r\\n\", got \"QUIT\\r\\n\"");
    }

    @Test
    void closingAServerEndsItsThreadsInTheMiddleOfAScript() {
        RawServer server = RawServer.serving(Script.untilEnd());
        try (RawPeer peer = RawPeer.connect(server.port())) {
            String name = "raw-server-" + server.address();
            Await.until(
                    "script runs",
                    () -> Thread.getAllStackTraces().keySet().stream()
                            .anyMatch(thread -> thread.getName().equals(name + "-1")));
            server.close();
            assertThat(Thread.getAllStackTraces().keySet())
                    .noneMatch(thread -> thread.getName().startsWith(name));
            peer.expectEof();
        }
    }
}

package io.github.packetboat.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.packetboat.message.Limits;
import io.github.packetboat.message.MessageServer;
import io.github.packetboat.message.SocketOptions;
import io.github.packetboat.testkit.Await;
import io.github.packetboat.testkit.RawPeer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Whoever reads a large page slowly gets it; whoever does not read it does not stay. */
final class SlowPagesTest {
    private static final int PAGE_BYTES = 1 << 20;
    private static final int PIECE_BYTES = PAGE_BYTES / 25;
    /** Between two pieces, so that the page takes 2.5 times as long as a stalled reader may. */
    private static final long PAUSE_MILLIS = 100;

    private static final Duration PATIENCE = Duration.ofSeconds(1);
    private static final byte[] REQUEST =
            "GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final Page LARGE = Page.of("application/octet-stream", new byte[PAGE_BYTES]);

    private static MessageServer.Builder<String> server(Limits.Builder limits) {
        return MessageServer.builder(
                        WebSockets.text("/chat").page("/large", () -> LARGE).page("/health", () -> Page.text("ok")))
                .socketOptions(SocketOptions.builder().sendBufferBytes(16 << 10).build())
                .limits(limits.closeFlushTimeout(PATIENCE).build());
    }

    /** Has asked for the page, and lets the kernel take little of it. */
    private static Socket asking(int port) throws IOException {
        Socket socket = new Socket();
        socket.setReceiveBufferSize(8 << 10);
        socket.setSoTimeout((int) Await.LIMIT.toMillis());
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        socket.getOutputStream().write(REQUEST);
        return socket;
    }

    @Test
    void aSlowReaderGetsAllOfIt() throws Exception {
        try (var server = server(Limits.builder()).bind(0);
                Socket socket = asking(server.port())) {
            InputStream in = socket.getInputStream();
            int got = 0;
            int n = 1;
            while (n > 0) {
                TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
                n = in.readNBytes(PIECE_BYTES).length;
                got += n;
            }
            assertThat(got).isGreaterThan(PAGE_BYTES).isLessThan(PAGE_BYTES + 1000);
        }
    }

    @Test
    void aReaderThatStallsIsCutOff() throws Exception {
        try (var server = server(Limits.builder().maxConnections(1)).bind(0);
                Socket socket = asking(server.port())) {
            assertThat(socket.getInputStream().read()).isEqualTo('H'); // it has the only place
            Await.until("the only place is free again", () -> isServed(server.port()));
            assertThat(restOf(socket)).isLessThan(PAGE_BYTES);
        }
    }

    private static boolean isServed(int port) {
        try (RawPeer peer = RawPeer.connect(port)) {
            peer.send("GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n");
            return peer.readLine().startsWith("HTTP/1.1 200");
        } catch (AssertionError | RuntimeException e) {
            return false; // there is no place for it
        }
    }

    private static int restOf(Socket socket) {
        int got = 0;
        try {
            InputStream in = socket.getInputStream();
            while (in.read() >= 0) {
                got++;
            }
        } catch (IOException e) {
            return got; // cut off by a reset
        }
        return got;
    }

    @Test
    void aServerThatClosesDoesNotWaitForASlowReader() throws Exception {
        MessageServer<String> server = server(Limits.builder()).bind(0);
        Thread reader;
        try (server;
                Socket socket = asking(server.port())) {
            InputStream in = socket.getInputStream();
            assertThat(in.readNBytes(PIECE_BYTES)).hasSize(PIECE_BYTES);
            reader = new Thread(() -> {
                try {
                    while (in.readNBytes(1000).length > 0) {
                        TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS); // the rest would take a hundred seconds
                    }
                } catch (IOException | InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
            reader.start();
            long begin = System.nanoTime();
            server.close();
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(8));
        }
        reader.join();
    }
}

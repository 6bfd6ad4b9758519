package io.github.packetboat.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The console programs over UDP, against plain sockets of the JDK's and against nc. */
class UdpExamplesTest {
    private static final int PATIENCE_MILLIS = 10_000;

    private Terminal terminal;
    private DatagramSocket peer;

    @BeforeEach
    void open() throws Exception {
        terminal = new Terminal();
        peer = new DatagramSocket(0, InetAddress.getByName("127.0.0.1"));
        peer.setSoTimeout(PATIENCE_MILLIS);
    }

    @AfterEach
    void close() throws Exception {
        peer.close();
        terminal.close();
    }

    private void send(String text, int port) throws Exception {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        peer.send(new DatagramPacket(bytes, bytes.length, InetAddress.getByName("127.0.0.1"), port));
    }

    private String receive() throws Exception {
        DatagramPacket in = new DatagramPacket(new byte[2_000], 2_000);
        peer.receive(in);
        return new String(in.getData(), 0, in.getLength(), StandardCharsets.UTF_8);
    }

    private String peerAddress() {
        return "127.0.0.1:" + peer.getLocalPort();
    }

    @Test
    void theReceiverPrintsAddressAndMessage() throws Exception {
        terminal.start(UdpReceiver::main, "0");
        int port = terminal.awaitPort();
        send("你好", port);
        terminal.await(peerAddress() + ">>你好");
        send("with a line end\n", port);
        terminal.await(peerAddress() + ">>with a line end");
        peer.send(new DatagramPacket(new byte[] {(byte) 0xFF}, 1, InetAddress.getByName("127.0.0.1"), port));
        terminal.await("\\(a datagram of 1 bytes from /" + peerAddress() + " is dropped: .*\\)");
        send("a\n1.2.3.4:5>>forged\u001b[2K", port);
        terminal.await(peerAddress() + ">>a\uFFFD1\\.2\\.3\\.4:5>>forged\uFFFD\\[2K");
    }

    @Test
    void theReceiverHearsNetcat() throws Exception {
        assumeTrue(
                new ProcessBuilder("sh", "-c", "command -v nc >/dev/null")
                                .start()
                                .waitFor()
                        == 0,
                "nc is not installed: skipped");
        terminal.start(UdpReceiver::main, "0");
        Process nc = new ProcessBuilder("nc", "-u", "127.0.0.1", String.valueOf(terminal.awaitPort())).start();
        try (var typing = nc.getOutputStream()) {
            typing.write("typed into nc\n".getBytes(StandardCharsets.UTF_8));
            typing.flush();
            terminal.await("127\\.0\\.0\\.1:\\d+>>typed into nc");
        } finally {
            nc.destroyForcibly();
            assertThat(nc.waitFor(PATIENCE_MILLIS, TimeUnit.MILLISECONDS)).isTrue();
        }
    }

    @Test
    void theSenderSendsUntilExitAndPrintsAnswers() throws Exception {
        Thread sender = terminal.start(UdpSender::main, "127.0.0.1", String.valueOf(peer.getLocalPort()));
        terminal.await("each line you type goes to " + peerAddress() + "; exit ends");
        terminal.type("grüß dich");
        DatagramPacket in = new DatagramPacket(new byte[2_000], 2_000);
        peer.receive(in);
        assertThat(new String(in.getData(), 0, in.getLength(), StandardCharsets.UTF_8))
                .isEqualTo("grüß dich\n");
        send("selber", ((InetSocketAddress) in.getSocketAddress()).getPort());
        terminal.await(peerAddress() + ">>selber");
        terminal.type("");
        assertThat(receive()).isEqualTo("\n");
        terminal.type("exit");
        terminal.await("bye");
        sender.join(PATIENCE_MILLIS);
        assertThat(sender.isAlive()).isFalse();
    }

    @Test
    void theSenderIsToldThatNobodyListens() throws Exception {
        int port = peer.getLocalPort();
        peer.close();
        terminal.start(UdpSender::main, "127.0.0.1", String.valueOf(port));
        terminal.type("anybody?");
        terminal.await("\\(nobody hears you at 127\\.0\\.0\\.1:" + port + ": PortUnreachableException\\)");
        terminal.type("exit");
        terminal.await("bye");
    }

    @Test
    void theChatAnswersWhoeverSpokeLast() throws Exception {
        terminal.start(UdpChat::main, "0");
        int port = terminal.awaitPort();
        terminal.type("too early");
        terminal.await("\\(nobody has spoken yet, and no host was named\\)");
        send("hello", port);
        terminal.await(peerAddress() + ">>hello");
        terminal.type("hello yourself");
        assertThat(receive()).isEqualTo("hello yourself\n");
        terminal.type("exit");
        terminal.await("bye");
    }

    @Test
    void theChatSpeaksFirstToAHostThatIsNamed() throws Exception {
        terminal.start(UdpChat::main, "0", "127.0.0.1", String.valueOf(peer.getLocalPort()));
        terminal.awaitPort();
        terminal.type("first");
        assertThat(receive()).isEqualTo("first\n");
        terminal.type("exit");
        terminal.await("bye");
    }
}

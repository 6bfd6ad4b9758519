package io.github.packetboat.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.packetboat.codec.Codecs;
import io.github.packetboat.testkit.Await;
import io.github.packetboat.testkit.Certificates;
import io.github.packetboat.testkit.Identity;
import io.github.packetboat.testkit.Ports;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** TLS with somebody who wrote it independently: the openssl program. */
class OpensslTest {
    @BeforeAll
    static void needsOpenssl() throws InterruptedException {
        boolean there;
        try (Program program = new Program("version")) {
            there = program.process.waitFor() == 0;
        } catch (IOException missing) {
            there = false;
        }
        assumeTrue(there, "no openssl program is installed; these tests talk to it");
    }

    private static final class Program implements AutoCloseable {
        private final Process process;
        private final PrintStream in;
        private final BufferedReader out;

        Program(String... arguments) throws IOException {
            List<String> command = new ArrayList<>(List.of("openssl"));
            command.addAll(List.of(arguments));
            process = new ProcessBuilder(command).redirectErrorStream(true).start();
            in = new PrintStream(process.getOutputStream(), true, StandardCharsets.US_ASCII);
            out = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.US_ASCII));
        }

        void awaitLine(String wanted) throws IOException {
            String line;
            do {
                line = out.readLine();
                assertThat(line).as("a line with %s", wanted).isNotNull();
            } while (!line.contains(wanted));
        }

        @Override
        public void close() throws IOException {
            process.destroyForcibly();
            in.close();
            out.close();
            process.getErrorStream().close();
            try {
                process.waitFor(10, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"-tls1_3", "-tls1_2"})
    void itsClientTalksToOurServer(String version) throws Exception {
        Seen<String> seen = Seen.echoing();
        try (var server = MessageServer.builder(Codecs.lines())
                        .listener(seen)
                        .tls(Tls.server().alpn("chat").build())
                        .bind(Tls.anyPort());
                Program client = new Program(
                        "s_client",
                        "-connect",
                        "127.0.0.1:" + server.port(),
                        version,
                        "-quiet",
                        "-no_ign_eof",
                        "-verify_return_error",
                        "-alpn",
                        "chat",
                        "-CAfile",
                        Certificates.root().certificateFile().toString())) {
            client.in.println("hello from openssl");
            client.awaitLine("hello from openssl");
            assertThat(seen.opened.take().applicationProtocol()).isEqualTo("chat");
            assertThat(seen.messages.take()).isEqualTo("hello from openssl");
            client.in.close(); // it says close_notify at the end of its input
            assertThat(seen.closed.take().kind()).isEqualTo(CloseReason.Kind.PEER_CLOSED);
        }
    }

    /** A line of K asks for a KeyUpdate in both directions (RFC 8446 §4.6.3). */
    @Test
    void keysMayBeUpdatedAtAnyTime() throws Exception {
        Seen<String> seen = Seen.echoing();
        try (var server = MessageServer.builder(Codecs.lines())
                        .listener(seen)
                        .tls(Tls.server().build())
                        .bind(Tls.anyPort());
                Program client = new Program("s_client", "-connect", "127.0.0.1:" + server.port(), "-tls1_3")) {
            client.awaitLine("Verif");
            for (int i = 0; i < 5; i++) {
                client.in.println("before " + i);
                client.awaitLine("before " + i);
                client.in.println("K");
                client.awaitLine("KEYUPDATE");
                client.in.println("after " + i);
                client.awaitLine("after " + i);
            }
            assertThat(seen.messages.all()).hasSize(10).doesNotContain("K");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"-tls1_3", "-tls1_2"})
    void ourClientTalksToItsServer(String version) throws Exception {
        Identity identity = Certificates.server("localhost", Tls.HOST);
        int port = Ports.unused();
        Seen<String> seen = Seen.only();
        try (Program server = new Program(
                "s_server",
                "-accept",
                "127.0.0.1:" + port,
                version,
                "-rev",
                "-key",
                identity.keyFile().toString(),
                "-cert",
                identity.certificateFile().toString(),
                "-cert_chain",
                identity.certificateFile().toString())) {
            Await.until("the server listens", () -> isListening(port));
            try (var client = MessageClient.builder(Codecs.lines())
                    .listener(seen)
                    .tls(Tls.client().build())
                    .connect(Tls.HOST, port)) {
                client.send("abc");
                client.send("x".repeat(500) + "y");
                assertThat(seen.messages.await(2)).containsExactly("cba", "y" + "x".repeat(500));
            }
            assertThat(seen.closed.take().kind()).isEqualTo(CloseReason.Kind.LOCAL_CLOSE);
            assertThat(server.process.isAlive()).isTrue();
        }
    }

    private static boolean isListening(int port) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException refused) {
            return false;
        }
    }
}

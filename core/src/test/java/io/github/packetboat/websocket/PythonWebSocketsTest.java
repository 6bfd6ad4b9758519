package io.github.packetboat.websocket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.packetboat.message.MessageClient;
import io.github.packetboat.message.MessageServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * An implementation that shares nothing with ours, in either role, with permessage-deflate: messages of the sizes of Autobahn's
 * sections 12 and 13, of what shrinks much, little and not at all, in several windows. It stands, with {@link
 * NodeWebSocketsTest}, for these sections, which the Autobahn suite that Maven carries leaves out.
 */
final class PythonWebSocketsTest {
    private static final String PYTHON = "/usr/bin/python3";

    /** It sends each message in one frame. */
    private static final int LARGE = 256 << 10;

    @TempDir
    private static Path directory;

    @BeforeAll
    static void copyTheScript() throws Exception {
        boolean installed = Files.isExecutable(Path.of(PYTHON))
                && new ProcessBuilder(PYTHON, "-c", "import websockets")
                                .redirectErrorStream(true)
                                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                                .start()
                                .waitFor()
                        == 0;
        assumeTrue(installed, "python3-websockets is not installed: apt-get install python3-websockets");
        try (InputStream script = PythonWebSocketsTest.class.getResourceAsStream("peer.py")) {
            Files.copy(script, directory.resolve("peer.py"));
        }
    }

    private static Process python(String... arguments) throws IOException {
        ProcessBuilder builder =
                new ProcessBuilder(PYTHON, directory.resolve("peer.py").toString());
        builder.command().addAll(List.of(arguments));
        builder.environment().put("PYTHONIOENCODING", "utf-8");
        return builder.redirectErrorStream(true).start();
    }

    private static BufferedReader outputOf(Process process) {
        return new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    @Test
    void itsClientIsServedCompressed() throws Exception {
        Heard<String> heard = Heard.echoing();
        try (var server = MessageServer.builder(WebSockets.text("/chat").deflate())
                .listener(heard)
                .bind(0)) {
            Process client = python(String.valueOf(server.port()));
            try (BufferedReader output = outputOf(client)) {
                assertThat(output.lines())
                        .containsExactly(
                                "extensions ['permessage-deflate']",
                                "same 0",
                                "same 5",
                                "same 7",
                                "same 320",
                                "same 5000",
                                "same 192000",
                                "in three fragments",
                                "pong",
                                "closed 4001");
            } finally {
                client.destroyForcibly().waitFor();
            }
            assertThat(heard.closed.take().detail()).endsWith("code 4001: thank you");
            assertThat(heard.opened.take().stats().bytesReceived()).isLessThan(10_000); // of 200,000 characters
        }
    }

    @Test
    void itsServerServesOursCompressed() throws Exception {
        Process server = python();
        Heard<String> heard = new Heard<>();
        try (BufferedReader output = outputOf(server)) {
            int port = Integer.parseInt(output.readLine().substring(5));
            try (var client = MessageClient.builder(
                            WebSockets.textClient("/chat").deflate())
                    .listener(heard)
                    .connect("127.0.0.1", port)) {
                assertThat(client.connection().handshake().header("Sec-WebSocket-Extensions"))
                        .startsWith("permessage-deflate");
                for (String text : List.of("", "hello", "grüße 😀", "again and again ".repeat(12_000))) {
                    client.send(text);
                    assertThat(heard.messages.take()).isEqualTo(text);
                }
                client.connection().close(4002, "danke");
                assertThat(output.readLine()).isEqualTo("closed 4002 danke");
                assertThat(heard.closed.take().code()).isEqualTo(4002);
            }
        } finally {
            server.destroyForcibly().waitFor();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "9", "10 9", "12", "15 12", "15 15"})
    void itsClientAndOurServerUnderstandEachOtherInAllWindows(String bits) throws Exception {
        try (var server = MessageServer.builder(
                        WebSockets.messages("/chat").deflate().maxFrameBytes(LARGE))
                .listener(Heard.<WebSocketMessage>echoing())
                .bind(0)) {
            List<String> arguments = new ArrayList<>(List.of(String.valueOf(server.port()), "windows"));
            Collections.addAll(arguments, bits.isEmpty() ? new String[0] : bits.split(" "));
            Process client = python(arguments.toArray(String[]::new));
            try (BufferedReader output = outputOf(client)) {
                assertThat(output.lines()).containsExactly("extensions ['permessage-deflate']", "echoed 50");
            } finally {
                client.destroyForcibly().waitFor();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {9, 12, 15})
    void itsServerAndOurClientUnderstandEachOtherInAllWindows(int bits) throws Exception {
        Process server = python("server", String.valueOf(bits));
        Heard<WebSocketMessage> heard = new Heard<>();
        try (BufferedReader output = outputOf(server)) {
            int port = Integer.parseInt(output.readLine().substring(5));
            try (var client = MessageClient.builder(
                            WebSockets.messagesClient("/chat").deflate().maxFrameBytes(LARGE))
                    .listener(heard)
                    .connect("127.0.0.1", port)) {
                assertThat(client.connection().handshake().header("Sec-WebSocket-Extensions"))
                        .contains("server_max_window_bits=" + bits);
                SplittableRandom random = new SplittableRandom(1);
                for (int size = 16; size <= 131_072; size *= 2) {
                    byte[] noise = new byte[size];
                    random.nextBytes(noise);
                    for (WebSocketMessage message : List.of(
                            new WebSocketMessage.Text("a".repeat(size)),
                            new WebSocketMessage.Text(Arrays.toString(noise).substring(0, size)),
                            new WebSocketMessage.Text("ß".repeat(size / 2)),
                            new WebSocketMessage.Binary(noise),
                            new WebSocketMessage.Binary(new byte[size]))) {
                        client.send(message);
                        assertThat(heard.messages.take()).isEqualTo(message);
                    }
                }
            }
        } finally {
            server.destroyForcibly().waitFor();
        }
    }
}

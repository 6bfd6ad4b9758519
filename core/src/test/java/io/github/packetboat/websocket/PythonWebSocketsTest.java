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
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An implementation that shares nothing with ours, in either role, with permessage-deflate. */
final class PythonWebSocketsTest {
    private static final String PYTHON = "/usr/bin/python3";

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
}

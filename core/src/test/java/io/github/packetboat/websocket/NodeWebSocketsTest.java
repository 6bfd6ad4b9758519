package io.github.packetboat.websocket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.packetboat.message.MessageClient;
import io.github.packetboat.message.MessageServer;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The {@code ws} package of npm in either role: text, binary messages, fragments with a ping between them, close codes both
 * ways; without compression, and with permessage-deflate in several windows.
 */
final class NodeWebSocketsTest {
    /** Where {@code .ci/run} puts it, where Debian does, and wherever else Node itself looks. */
    private static final String NODE_PATH = Stream.of(
                    Path.of("..", "target", "node", "node_modules")
                            .toAbsolutePath()
                            .toString(),
                    "/usr/share/nodejs",
                    System.getenv("NODE_PATH"))
            .filter(Objects::nonNull)
            .reduce((a, b) -> a + File.pathSeparator + b)
            .orElseThrow();

    /** It sends each message in one frame. */
    private static final int LARGE = 256 << 10;

    @TempDir
    private static Path directory;

    @BeforeAll
    static void copyTheScript() throws Exception {
        boolean installed;
        try {
            installed = node("-e", "require('ws').WebSocketServer || process.exit(1)")
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException e) {
            installed = false; // there is no node
        }
        assumeTrue(installed, "node with the package ws is not installed: apt-get install node-ws");
        try (InputStream script = NodeWebSocketsTest.class.getResourceAsStream("peer.js")) {
            Files.copy(script, directory.resolve("peer.js"));
        }
    }

    private static ProcessBuilder node(String... arguments) {
        ProcessBuilder builder = new ProcessBuilder("node").redirectErrorStream(true);
        builder.command().addAll(List.of(arguments));
        builder.environment().put("NODE_PATH", NODE_PATH);
        return builder;
    }

    private static Process peer(String... arguments) throws IOException {
        List<String> all = new ArrayList<>(List.of(directory.resolve("peer.js").toString()));
        all.addAll(List.of(arguments));
        return node(all.toArray(String[]::new)).start();
    }

    private static BufferedReader outputOf(Process process) {
        return new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "false | none",
                "true | permessage-deflate",
                "{'threshold':0} | permessage-deflate",
                "{'threshold':0,'serverMaxWindowBits':9} | permessage-deflate",
                "{'threshold':0,'serverMaxWindowBits':12,'clientMaxWindowBits':10} | permessage-deflate",
            })
    void itsClientIsServed(String options, String extensions) throws Exception {
        Heard<WebSocketMessage> heard = new Heard<>((connection, message) -> {
            if (message.equals(new WebSocketMessage.Text("close me"))) {
                connection.close(4321, "so long");
            } else {
                connection.send(message);
            }
        });
        try (var server = MessageServer.builder(
                        WebSockets.messages("/chat").deflate().maxFrameBytes(LARGE))
                .listener(heard)
                .bind(0)) {
            Process client = peer("client", String.valueOf(server.port()), options.replace('\'', '"'));
            try (BufferedReader output = outputOf(client)) {
                assertThat(output.lines())
                        .containsExactly(
                                "extensions " + extensions,
                                "same text 0",
                                "same text 5",
                                "same text 8",
                                "same text 320",
                                "same text 5000",
                                "same text 192000",
                                "same bytes 0",
                                "same bytes 1",
                                "same bytes 125",
                                "same bytes 126",
                                "same bytes 65535",
                                "same bytes 65536",
                                "same bytes 200000",
                                "pong are you there?",
                                "in three fragments",
                                "closed 4001",
                                "closed 4321 so long");
            } finally {
                client.destroyForcibly().waitFor();
            }
            assertThat(heard.closed.take().detail()).endsWith("code 4001: thank you");
            assertThat(heard.closed.take().code()).isEqualTo(4321);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"false", "true", "{'threshold':0}", "{'threshold':0,'serverMaxWindowBits':10}"})
    void itsServerServesOurs(String options) throws Exception {
        Process server = peer("server", options.replace('\'', '"'));
        try (BufferedReader output = outputOf(server)) {
            int port = Integer.parseInt(output.readLine().substring("port ".length()));
            Heard<WebSocketMessage> heard = new Heard<>();
            var codec = WebSockets.messagesClient("/chat").deflate().maxFrameBytes(LARGE);
            try (var client = MessageClient.builder(codec).listener(heard).connect("127.0.0.1", port)) {
                assertThat(output.readLine())
                        .isEqualTo("extensions " + (options.equals("false") ? "none" : "permessage-deflate"));
                for (WebSocketMessage message : messages()) {
                    client.send(message);
                    assertThat(heard.messages.take()).isEqualTo(message);
                }
                client.send(new WebSocketMessage.Text("in fragments, please"));
                assertThat(heard.messages.take()).isEqualTo(new WebSocketMessage.Text("in three fragments"));
                assertThat(output.readLine()).isEqualTo("pong are you there?");
                client.connection().close(4002, "danke");
                assertThat(output.readLine()).isEqualTo("closed 4002 danke");
                assertThat(heard.closed.take().code()).isEqualTo(4002);
            }
            try (var client = MessageClient.builder(codec).listener(heard).connect("127.0.0.1", port)) {
                client.send(new WebSocketMessage.Text("close me"));
                assertThat(heard.closed.take().detail()).endsWith("code 4321: so long");
            }
        } finally {
            server.destroyForcibly().waitFor();
        }
    }

    private static List<WebSocketMessage> messages() {
        List<WebSocketMessage> all = new ArrayList<>();
        for (String text : List.of("", "hello", "grüße 😀", "again and again ".repeat(12_000))) {
            all.add(new WebSocketMessage.Text(text));
        }
        for (int size : new int[] {0, 1, 125, 126, 65_535, 65_536, 200_000}) {
            byte[] bytes = new byte[size];
            for (int i = 0; i < size; i++) {
                bytes[i] = (byte) (i * i >> 7 & 31);
            }
            all.add(new WebSocketMessage.Binary(bytes));
        }
        return all;
    }
}

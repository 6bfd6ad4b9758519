package io.github.packetboat.websocket;

import io.github.packetboat.message.CloseReason;
import io.github.packetboat.message.Connection;
import io.github.packetboat.message.Limits;
import io.github.packetboat.message.MessageClient;
import io.github.packetboat.message.MessageListener;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Our client, tried case by case by the server of the Autobahn test suite, which runs in Jython beside it: what the profile
 * "autobahn" of core has put into {@code target/autobahn}. There it records no result of a case in which the client is to end
 * the connection.
 *
 * <pre>
 * java -cp core/target/classes:core/target/test-classes io.github.packetboat.websocket.AutobahnClient "[1-7].*"
 * </pre>
 */
public final class AutobahnClient {
    private static final int LARGEST_BYTES = 17 << 20;
    private static final long CASE_MINUTES = 2;
    private static final Path FOLDER = Path.of("core", "target", "autobahn");
    private static final Path REPORTS = Path.of("target", "autobahn-client-reports");
    private static final Limits LIMITS = Limits.builder()
            .maxQueuedBytes(4 * LARGEST_BYTES)
            .highWaterMarkBytes(2 * LARGEST_BYTES)
            .handshakeTimeout(Duration.ofMinutes(CASE_MINUTES)) // Jython may still be busy with the case before
            .build();

    private AutobahnClient() {}

    /** Runs the cases that the arguments name. */
    public static void main(String[] args) throws Exception {
        int port = freePort();
        Process server = start(port, args);
        try {
            awaitReady(server);
            int cases = Integer.parseInt(echoUntilClosed(port, "/getCaseCount"));
            for (int i = 1; i <= cases; i++) {
                echoUntilClosed(port, "/runCase?case=" + i + "&agent=packetboat");
            }
            echoUntilClosed(port, "/updateReports?agent=packetboat");
        } finally {
            server.destroyForcibly().waitFor();
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private static Process start(int port, String... cases) throws IOException {
        Path spec = FOLDER.resolve("fuzzingserver.json");
        Files.writeString(spec, """
                {"url": "ws://127.0.0.1:%d", "webport": 0, "options": {"failByDrop": false}, "outdir": "%s",
                 "cases": ["%s"], "exclude-cases": [], "exclude-agent-cases": {}}
                """.formatted(port, REPORTS, String.join("\", \"", cases)));
        Path script = FOLDER.resolve("fuzzingserver.py");
        Files.writeString(script, """
                import sys
                sys.path.insert(0, sys.argv[1])
                sys.argv = ['wstest', '-m', 'fuzzingserver', '-s', sys.argv[2]]
                from autobahntestsuite import wstest
                wstest.run()
                """);
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-jar",
                        FOLDER.resolve("jython.jar").toString(),
                        script.toString(),
                        FOLDER.resolve("suite").toString(),
                        spec.toString())
                .redirectErrorStream(true)
                .start();
    }

    /** Jython takes its time; what it says later is read, so that it can go on, and thrown away. */
    private static void awaitReady(Process server) throws IOException {
        BufferedReader output =
                new BufferedReader(new InputStreamReader(server.getInputStream(), StandardCharsets.UTF_8));
        StringBuilder said = new StringBuilder();
        String line = output.readLine();
        while (line != null && !line.startsWith("Cases = ")) {
            said.append(line).append('\n');
            line = output.readLine();
        }
        if (line == null) {
            throw new IOException("the test suite's server does not start:\n" + said);
        }
        Thread reader = new Thread(() -> output.lines().forEach(ignored -> {}), "test suite's output");
        reader.setDaemon(true);
        reader.start();
    }

    /** Returns the last text that came. */
    private static String echoUntilClosed(int port, String target) throws Exception {
        var codec = WebSockets.messagesClient(target)
                .deflate()
                .maxFrameBytes(LARGEST_BYTES)
                .maxMessageBytes(LARGEST_BYTES)
                .maxFragments(LARGEST_BYTES);
        CaseListener listener = new CaseListener(target.startsWith("/runCase"));
        var client =
                MessageClient.builder(codec).limits(LIMITS).listener(listener).connect("127.0.0.1", port);
        try (client) {
            listener.closed.get(CASE_MINUTES, TimeUnit.MINUTES);
        } catch (TimeoutException e) {
            System.err.println(target + " does not end within " + CASE_MINUTES + " minutes");
        }
        return listener.text;
    }

    private static final class CaseListener implements MessageListener<WebSocketMessage> {
        private final boolean echoes;
        private final CompletableFuture<CloseReason> closed = new CompletableFuture<>();
        private volatile String text = "";

        CaseListener(boolean echoes) {
            this.echoes = echoes;
        }

        @Override
        public void onMessage(Connection<WebSocketMessage> connection, WebSocketMessage message) {
            if (echoes) {
                connection.send(message);
            } else if (message instanceof WebSocketMessage.Text said) {
                text = said.text();
            }
        }

        @Override
        public void onClose(Connection<WebSocketMessage> connection, CloseReason reason) {
            closed.complete(reason);
        }
    }
}

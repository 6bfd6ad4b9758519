package io.github.packetboat.examples;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.packetboat.codec.CodecFactory;
import io.github.packetboat.message.MessageClient;
import io.github.packetboat.message.Requests;
import io.github.packetboat.websocket.WebSockets;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/**
 * A real Chromium without a window, driven over its DevTools protocol: JSON on a WebSocket, for which this library's own
 * client is just right.
 */
final class Chromium implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final List<String> NAMES = List.of("chromium", "chromium-browser", "google-chrome");

    private final Process process;
    private final Path profile;
    private final MessageClient<JsonNode> client;
    private final Requests<JsonNode, Long> requests;
    private final AtomicLong ids = new AtomicLong();

    private Chromium(Process process, Path profile, MessageClient<JsonNode> client, Requests<JsonNode, Long> requests) {
        this.process = process;
        this.profile = profile;
        this.client = client;
        this.requests = requests;
    }

    /** Skips the test where there is no Chromium. */
    static Chromium start() throws Exception {
        String program = Stream.of(System.getenv("PATH").split(File.pathSeparator))
                .flatMap(directory -> NAMES.stream().map(name -> new File(directory, name)))
                .filter(File::canExecute)
                .map(File::getPath)
                .findFirst()
                .orElse("");
        assumeTrue(!program.isEmpty(), "no Chromium is installed: apt-get install chromium");
        Path profile = Files.createTempDirectory("chromium");
        Process process = new ProcessBuilder(
                        program,
                        "--headless",
                        "--no-sandbox",
                        "--disable-gpu",
                        "--disable-quic",
                        "--disable-dev-shm-usage",
                        "--no-first-run",
                        "--disable-background-networking",
                        "--disable-component-update",
                        "--disable-sync",
                        "--user-data-dir=" + profile,
                        "--remote-debugging-port=0",
                        "about:blank")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        List<String> address = awaitAddress(profile.resolve("DevToolsActivePort"), process);
        CodecFactory<JsonNode> codec = WebSockets.textClient(address.get(1))
                .maxMessageBytes(16 << 20)
                .maxFrameBytes(16 << 20)
                .map(JSON::readTree, JsonNode::toString);
        Requests<JsonNode, Long> requests =
                Requests.correlatedBy(Chromium::id, message -> message.has("id") ? id(message) : null);
        MessageClient<JsonNode> client = MessageClient.builder(codec)
                .listener(requests::accept)
                .connect("127.0.0.1", Integer.parseInt(address.get(0)));
        return new Chromium(process, profile, client, requests);
    }

    private static Long id(JsonNode message) {
        return message.get("id").asLong();
    }

    /** The port and the path that Chromium writes into {@code file} when it is ready. */
    private static List<String> awaitAddress(Path file, Process process) throws Exception {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (System.nanoTime() < deadline) {
            if (Files.exists(file) && Files.readAllLines(file).size() >= 2) {
                return Files.readAllLines(file);
            }
            if (!process.isAlive()) {
                throw new AssertionError("Chromium ended with status " + process.exitValue());
            }
            TimeUnit.MILLISECONDS.sleep(20);
        }
        throw new AssertionError("Chromium is not ready within " + PATIENCE);
    }

    private JsonNode ask(String session, String method, ObjectNode parameters) throws Exception {
        ObjectNode request = JSON.createObjectNode();
        request.put("id", ids.incrementAndGet());
        request.put("method", method);
        request.set("params", parameters);
        if (!session.isEmpty()) {
            request.put("sessionId", session);
        }
        JsonNode answer = requests.send(client.connection(), request, PATIENCE).get();
        if (answer.has("error")) {
            throw new AssertionError(method + ": " + answer.get("error"));
        }
        return answer.get("result");
    }

    private static ObjectNode object() {
        return JSON.createObjectNode();
    }

    /** Opens {@code url} in a page of its own. */
    Tab open(String url) throws Exception {
        String target = ask("", "Target.createTarget", object().put("url", url))
                .get("targetId")
                .asText();
        String session = ask(
                        "",
                        "Target.attachToTarget",
                        object().put("targetId", target).put("flatten", true))
                .get("sessionId")
                .asText();
        Tab tab = new Tab(target, session);
        // a new page is an empty one first, and complete at that
        tab.await("document.readyState === 'complete' && location.href !== 'about:blank'");
        return tab;
    }

    /** One page. */
    final class Tab {
        private final String target;
        private final String session;

        private Tab(String target, String session) {
            this.target = target;
            this.session = session;
        }

        /** What {@code expression} of JavaScript is, as text. */
        String evaluate(String expression) throws Exception {
            JsonNode answer = ask(
                    session,
                    "Runtime.evaluate",
                    object().put("expression", "String(" + expression + ")").put("returnByValue", true));
            if (answer.has("exceptionDetails")) {
                throw new AssertionError(expression + ": " + answer.get("exceptionDetails"));
            }
            return answer.get("result").get("value").asText();
        }

        /** Waits until {@code condition} of JavaScript holds. */
        void await(String condition) throws Exception {
            long deadline = System.nanoTime() + PATIENCE.toNanos();
            while (!holds(condition)) {
                if (System.nanoTime() > deadline) {
                    throw new AssertionError("not within " + PATIENCE + ": " + condition + ", which is "
                            + evaluate(condition) + "; the page says:\n" + evaluate("document.body.innerText"));
                }
                TimeUnit.MILLISECONDS.sleep(20);
            }
        }

        /** A page that is just being loaded may not have what is asked for, or be gone when it is. */
        private boolean holds(String condition) throws Exception {
            try {
                return evaluate(condition).equals("true");
            } catch (AssertionError e) {
                return false;
            }
        }

        /** Waits until a line of the log is {@code text}. */
        void awaitLine(String text) throws Exception {
            await("[...document.querySelectorAll('#log li')].some(each => each.textContent === " + quoted(text) + ")");
        }

        /** Types as a person would, and presses Enter. */
        void type(String text) throws Exception {
            ask(session, "Input.insertText", object().put("text", text));
            press("Enter", "\r", 13);
        }

        void press(String key, String text, int code) throws Exception {
            for (String event : List.of("keyDown", "keyUp")) {
                ObjectNode parameters = object().put("type", event)
                        .put("key", key)
                        .put("code", key)
                        .put("windowsVirtualKeyCode", code);
                ask(
                        session,
                        "Input.dispatchKeyEvent",
                        event.equals("keyDown") ? parameters.put("text", text) : parameters);
            }
        }

        /** Puts the focus where the Tab key would bring it, and presses Enter there. */
        void enter(String selector) throws Exception {
            evaluate("document.querySelector(" + quoted(selector) + ").focus()");
            await("document.activeElement === document.querySelector(" + quoted(selector) + ")");
            press("Enter", "\r", 13);
        }

        /** Waits until the text of a frame, which may be one that no script can look into, has {@code text} in it. */
        void awaitFrame(String text) throws Exception {
            long deadline = System.nanoTime() + PATIENCE.toNanos();
            while (!frames().contains(text)) {
                if (System.nanoTime() > deadline) {
                    throw new AssertionError(
                            "not within " + PATIENCE + " in a frame: " + text + "; there is:\n" + frames());
                }
                TimeUnit.MILLISECONDS.sleep(20);
            }
        }

        /** All documents of this page and of those that have a process of their own. */
        private String frames() throws Exception {
            StringBuilder all = new StringBuilder(document(session));
            for (JsonNode each : ask("", "Target.getTargets", object()).get("targetInfos")) {
                if (each.get("type").asText().equals("iframe")) {
                    ObjectNode frame =
                            object().put("targetId", each.get("targetId").asText());
                    all.append(document(ask("", "Target.attachToTarget", frame.put("flatten", true))
                            .get("sessionId")
                            .asText()));
                }
            }
            return all.toString();
        }

        private String document(String of) throws Exception {
            return ask(of, "DOM.getDocument", object().put("depth", -1).put("pierce", true))
                    .toString();
        }

        void dark(boolean on) throws Exception {
            ObjectNode media = object();
            media.putArray("features")
                    .addObject()
                    .put("name", "prefers-color-scheme")
                    .put("value", on ? "dark" : "light");
            ask(session, "Emulation.setEmulatedMedia", media);
        }

        void resize(int width, int height) throws Exception {
            ask(
                    session,
                    "Emulation.setDeviceMetricsOverride",
                    object().put("width", width)
                            .put("height", height)
                            .put("deviceScaleFactor", 2)
                            .put("mobile", true));
        }

        void close() throws Exception {
            ask("", "Target.closeTarget", object().put("targetId", target));
        }

        static String quoted(String text) throws IOException {
            return JSON.writeValueAsString(text);
        }
    }

    @Override
    public void close() throws IOException {
        client.abort();
        List<ProcessHandle> helpers = process.descendants().toList();
        process.destroyForcibly().onExit().join();
        for (ProcessHandle helper : helpers) {
            helper.destroyForcibly();
            helper.onExit().join(); // it may write to the profile until then
        }
        try (Stream<Path> files = Files.walk(profile)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}

package io.github.packetboat.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.packetboat.testkit.Await;
import io.github.packetboat.testkit.RawPeer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** System calls that fail as they may: {@code strace} makes those of a server in a JVM of its own return errors. */
class FailingCallsTest {
    private static final Path STRACE = Path.of("/usr/bin/strace");

    private static ChildJvm child;
    private static int port;

    @TempDir
    private Path dir;

    @BeforeAll
    static void start() throws IOException {
        assumeTrue(Files.isExecutable(STRACE), "no " + STRACE + ", which makes system calls fail");
        assumeTrue(Files.isExecutable(ChildJvm.BASH), "no " + ChildJvm.BASH + ", which starts the child process");
        child = new ChildJvm("", List.of("-Xmx64m", "-XX:TieredStopAtLevel=1"), "warm");
        port = child.port();
    }

    @AfterAll
    static void end() throws IOException {
        if (child != null) {
            child.close();
            child = null;
        }
    }

    /** As long as it is open, calls of the child's event loops fail; which of them is counted for each loop. */
    private final class Injection implements AutoCloseable {
        private final Path trace = dir.resolve("trace");
        private final Process strace;

        /** @param what calls, error and which of them, such as {@code accept:error=EMFILE:when=1} */
        Injection(String what) throws IOException {
            List<String> command = new ArrayList<>(List.of(STRACE.toString(), "-o", trace.toString()));
            command.addAll(List.of("-e", "trace=" + what.substring(0, what.indexOf(':')), "-e", "inject=" + what));
            List<String> loops = loopThreads();
            loops.forEach(thread -> command.addAll(List.of("-p", thread)));
            strace = new ProcessBuilder(command).redirectErrorStream(true).start();
            var said = new BufferedReader(new InputStreamReader(strace.getInputStream(), StandardCharsets.US_ASCII));
            for (int i = 0; i < loops.size(); i++) {
                String line = said.readLine();
                if (line == null || !line.contains("attached")) {
                    close();
                    abort("strace may not trace here: " + line);
                }
            }
        }

        /** What the child does on its other threads, such as reading its standard input, is left alone. */
        private static List<String> loopThreads() throws IOException {
            List<String> loops = new ArrayList<>();
            try (var threads = Files.newDirectoryStream(Path.of("/proc/" + child.pid() + "/task"))) {
                for (Path thread : threads) {
                    // the kernel keeps 15 characters of a name
                    if (Files.readString(thread.resolve("comm")).startsWith("packetboat-1-lo")) {
                        loops.add(thread.getFileName().toString());
                    }
                }
            }
            assertThat(loops).isNotEmpty();
            return loops;
        }

        long injected() {
            try (var lines = Files.lines(trace, StandardCharsets.ISO_8859_1)) {
                return lines.filter(line -> line.contains("(INJECTED)")).count();
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }

        /** Waits until so many calls have failed. */
        void await(long calls) {
            Await.until(calls + " injected", () -> injected() >= calls);
        }

        @Override
        public void close() throws IOException {
            strace.destroy(); // lets go of the child
            try {
                if (!strace.waitFor(10, TimeUnit.SECONDS)) {
                    strace.destroyForcibly();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            strace.getInputStream().close();
            strace.getOutputStream().close();
        }
    }

    private static void assertAlive() {
        try (RawPeer peer = RawPeer.connect(port)) {
            ChildJvm.echoes(peer);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"EMFILE", "ENFILE", "ECONNABORTED", "ENOBUFS"})
    void anAcceptThatFailsIsTriedAgainAndWhoIsConnectedNoticesNothing(String error) throws Exception {
        try (RawPeer existing = RawPeer.connect(port)) {
            ChildJvm.echoes(existing);
            try (Injection failing = new Injection("accept,accept4:error=" + error + ":when=1..2");
                    RawPeer waiting = RawPeer.connect(port)) {
                waiting.send(ChildJvm.PING);
                ChildJvm.echoes(existing);
                assertThat(waiting.readExactly(5)).isEqualTo(ChildJvm.PING);
                failing.await(2);
            }
            ChildJvm.echoes(existing);
        }
        assertAlive();
    }

    @ParameterizedTest
    @ValueSource(strings = {"EPIPE", "ECONNRESET", "ETIMEDOUT"})
    void aWriteThatFailsEndsItsConnectionAlone(String error) throws Exception {
        try (RawPeer existing = RawPeer.connect(port);
                RawPeer broken = RawPeer.connect(port)) {
            ChildJvm.echoes(existing);
            ChildJvm.echoes(broken);
            try (Injection failing = new Injection("write,writev,sendto:error=" + error + ":when=1")) {
                broken.send(ChildJvm.PING);
                broken.awaitEnd();
                failing.await(1);
            }
            ChildJvm.echoes(existing);
        }
        assertAlive();
    }

    @ParameterizedTest
    @ValueSource(strings = {"ECONNRESET", "ETIMEDOUT", "EHOSTUNREACH"})
    void aReadThatFailsEndsItsConnectionAlone(String error) throws Exception {
        try (RawPeer existing = RawPeer.connect(port);
                RawPeer broken = RawPeer.connect(port)) {
            ChildJvm.echoes(existing);
            ChildJvm.echoes(broken);
            try (Injection failing = new Injection("recvfrom,read:error=" + error + ":when=1")) {
                broken.send(ChildJvm.PING);
                broken.awaitEnd();
                failing.await(1);
            }
            ChildJvm.echoes(existing);
        }
        assertAlive();
    }

    @Test
    void aWaitThatIsInterruptedIsBegunAgain() throws Exception {
        try (RawPeer existing = RawPeer.connect(port)) {
            ChildJvm.echoes(existing);
            try (Injection failing = new Injection("?epoll_wait,?epoll_pwait:error=EINTR:when=1+3")) {
                for (int i = 0; i < 20; i++) {
                    ChildJvm.echoes(existing);
                }
                failing.await(3);
            }
            ChildJvm.echoes(existing);
        }
        assertAlive();
    }

    @ParameterizedTest
    @ValueSource(strings = {"ETIMEDOUT", "ENETUNREACH", "EADDRNOTAVAIL"})
    void aConnectThatFailsIsToldWithTheAddress(String error) throws Exception {
        try (Injection failing = new Injection("connect:error=" + error)) {
            assertThat(child.ask("connect " + port))
                    .startsWith("java.net.ConnectException: cannot connect to 127.0.0.1:" + port + ": ");
            failing.await(1);
        }
        assertThat(child.ask("connect " + port)).isEqualTo("connected 1");
        assertAlive();
    }
}

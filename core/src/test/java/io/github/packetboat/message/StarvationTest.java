package io.github.packetboat.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.packetboat.testkit.RawPeer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A server whose process is out of descriptors or memory: {@link Starving}, in a JVM of its own. */
class StarvationTest {
    private static final Path BASH = Path.of("/bin/bash");
    private static final byte[] PING = {0, 0, 0, 1, 'x'};

    @BeforeAll
    static void needsBash() {
        assumeTrue(Files.isExecutable(BASH), "no " + BASH + ", which sets the limits of the child process");
    }

    /** The child process; what it logs goes to standard error, which is read at the end. */
    private static final class Child implements AutoCloseable {
        private final Process process;
        private final BufferedReader out;
        private final PrintStream in;
        private final Path log;

        Child(String limits, List<String> options, String... arguments) throws IOException {
            log = Files.createTempFile("packetboat-starving", ".log");
            List<String> command = new ArrayList<>(List.of(
                    BASH.toString(),
                    "-c",
                    limits + " exec \"$@\"",
                    "bash",
                    System.getProperty("java.home") + "/bin/java"));
            command.addAll(options);
            command.addAll(List.of("-cp", System.getProperty("java.class.path"), Starving.class.getName()));
            command.addAll(List.of(arguments));
            process = new ProcessBuilder(command).redirectError(log.toFile()).start();
            out = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.US_ASCII));
            in = new PrintStream(process.getOutputStream(), true, StandardCharsets.US_ASCII);
            answer();
        }

        String ask(String line) throws IOException {
            in.println(line);
            return answer();
        }

        long number(String line) throws IOException {
            return Long.parseLong(ask(line).split(" ")[1]);
        }

        String answer() throws IOException {
            String line = out.readLine();
            while (line != null && !line.startsWith("> ")) {
                line = out.readLine();
            }
            assertThat(line).as("answer; the log: %s", Files.readString(log)).isNotNull();
            return line.substring(2);
        }

        List<String> log() throws IOException {
            return Files.readAllLines(log);
        }

        @Override
        public void close() throws IOException {
            try {
                in.println("end");
                if (!process.waitFor(10, TimeUnit.SECONDS)) {
                    process.destroyForcibly().waitFor();
                }
            } catch (InterruptedException e) {
                process.destroyForcibly();
                Thread.currentThread().interrupt();
            } finally {
                in.close();
                out.close();
                process.getErrorStream().close();
                Files.delete(log);
            }
        }
    }

    private static void echoes(RawPeer peer) {
        peer.send(PING);
        assertThat(peer.readExactly(PING.length)).isEqualTo(PING);
    }

    /** Without a warm logger, logging fails for want of descriptors as well. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aServerWithoutDescriptorsServesWhomItHasAndAcceptsAgainWhenThereAreSome(boolean warm) throws Exception {
        String[] arguments = warm ? new String[] {"warm"} : new String[0];
        try (Child child = new Child("ulimit -n 64;", List.of("-Xmx64m", "-XX:TieredStopAtLevel=1"), arguments)) {
            int port = Integer.parseInt(child.answer().split(" ")[1]);
            try (RawPeer existing = RawPeer.connect(port)) {
                echoes(existing);
                assertThat(child.number("take")).isPositive();
                try (RawPeer waiting = RawPeer.connect(port)) {
                    waiting.send(PING);
                    long before = child.number("cpu");
                    long begin = System.nanoTime();
                    waiting.expectNothing(Duration.ofMillis(1500));
                    for (int i = 0; i < 100; i++) {
                        echoes(existing);
                    }
                    long used = child.number("cpu") - before;
                    long took = Duration.ofNanos(System.nanoTime() - begin).toMillis();
                    assertThat(used).as("CPU time within %d ms", took).isLessThan(took / 2);
                    assertThat(child.ask("give")).isEqualTo("given");
                    assertThat(waiting.readExactly(PING.length)).isEqualTo(PING);
                    echoes(existing);
                    long warnings = child.log().stream()
                            .filter(line -> line.contains("cannot accept connections"))
                            .count();
                    assertThat(warnings).isBetween(warm ? 1L : 0L, 1 + took / 1000 + 1);
                }
            }
        }
    }

    /** T1: what a header claims costs nothing; only what has come is kept. */
    @Test
    void lengthsThatAreOnlyClaimedCostNoMemory() throws Exception {
        try (Child child =
                new Child("", List.of("-Xmx32m", "-XX:MaxDirectMemorySize=16m", "-XX:TieredStopAtLevel=1"))) {
            int port = Integer.parseInt(child.answer().split(" ")[1]);
            List<RawPeer> bombs = new ArrayList<>();
            try (RawPeer existing = RawPeer.connect(port)) {
                echoes(existing);
                long before = child.number("memory");
                for (int i = 0; i < 200; i++) {
                    RawPeer bomb = RawPeer.connect(port);
                    bombs.add(bomb);
                    bomb.send(ByteBuffer.allocate(10).putInt(60 << 20).array());
                }
                for (int i = 0; i < 100; i++) {
                    echoes(existing);
                }
                assertThat(child.number("memory") - before).isLessThan(1 << 20);
                for (int length : new int[] {-1, Integer.MIN_VALUE, Integer.MAX_VALUE, (64 << 20) + 1}) {
                    try (RawPeer bomb = RawPeer.connect(port)) {
                        bomb.send(ByteBuffer.allocate(4).putInt(length).array());
                        bomb.expectEof();
                    }
                }
                echoes(existing);
                assertThat(String.join("\n", child.log())).doesNotContain("OutOfMemory");
            } finally {
                bombs.forEach(RawPeer::close);
            }
        }
    }
}

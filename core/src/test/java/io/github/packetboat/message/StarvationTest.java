package io.github.packetboat.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.packetboat.testkit.RawPeer;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A server whose process is out of descriptors or memory: {@link Starving}, in a JVM of its own. */
class StarvationTest {
    @BeforeAll
    static void needsBash() {
        assumeTrue(
                Files.isExecutable(ChildJvm.BASH),
                "no " + ChildJvm.BASH + ", which sets the limits of the child process");
    }

    /** Without a warm logger, logging fails for want of descriptors as well. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aServerWithoutDescriptorsServesWhomItHasAndAcceptsAgainWhenThereAreSome(boolean warm) throws Exception {
        String[] arguments = warm ? new String[] {"warm"} : new String[0];
        try (ChildJvm child = new ChildJvm("ulimit -n 64;", List.of("-Xmx64m", "-XX:TieredStopAtLevel=1"), arguments)) {
            int port = child.port();
            try (RawPeer existing = RawPeer.connect(port)) {
                ChildJvm.echoes(existing);
                assertThat(child.number("take")).isPositive();
                try (RawPeer waiting = RawPeer.connect(port)) {
                    waiting.send(ChildJvm.PING);
                    long before = child.number("cpu");
                    long begin = System.nanoTime();
                    waiting.expectNothing(Duration.ofMillis(1500));
                    for (int i = 0; i < 100; i++) {
                        ChildJvm.echoes(existing);
                    }
                    long used = child.number("cpu") - before;
                    long took = Duration.ofNanos(System.nanoTime() - begin).toMillis();
                    assertThat(used).as("CPU time within %d ms", took).isLessThan(took / 2);
                    assertThat(child.ask("give")).isEqualTo("given");
                    assertThat(waiting.readExactly(ChildJvm.PING.length)).isEqualTo(ChildJvm.PING);
                    ChildJvm.echoes(existing);
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
        try (ChildJvm child =
                new ChildJvm("", List.of("-Xmx32m", "-XX:MaxDirectMemorySize=16m", "-XX:TieredStopAtLevel=1"))) {
            int port = child.port();
            List<RawPeer> bombs = new ArrayList<>();
            try (RawPeer existing = RawPeer.connect(port)) {
                ChildJvm.echoes(existing);
                long before = child.number("memory");
                for (int i = 0; i < 200; i++) {
                    RawPeer bomb = RawPeer.connect(port);
                    bombs.add(bomb);
                    bomb.send(ByteBuffer.allocate(10).putInt(60 << 20).array());
                }
                for (int i = 0; i < 100; i++) {
                    ChildJvm.echoes(existing);
                }
                assertThat(child.number("memory") - before).isLessThan(1 << 20);
                for (int length : new int[] {-1, Integer.MIN_VALUE, Integer.MAX_VALUE, (64 << 20) + 1}) {
                    try (RawPeer bomb = RawPeer.connect(port)) {
                        bomb.send(ByteBuffer.allocate(4).putInt(length).array());
                        bomb.expectEof();
                    }
                }
                ChildJvm.echoes(existing);
                assertThat(String.join("\n", child.log())).doesNotContain("OutOfMemory");
            } finally {
                bombs.forEach(RawPeer::close);
            }
        }
    }
}

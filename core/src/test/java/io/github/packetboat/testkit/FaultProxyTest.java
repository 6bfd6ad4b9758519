package io.github.packetboat.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.packetboat.testkit.Direction.Cut;
import java.io.ByteArrayOutputStream;
import java.io.UncheckedIOException;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class FaultProxyTest {
    private static final Duration A_WHILE = Duration.ofMillis(40);

    private final RawServer target = RawServer.open();
    private final FaultProxy proxy = FaultProxy.to(target.address());
    private final RawPeer client = RawPeer.connect(proxy.address());
    private final RawPeer server = target.accept();

    @AfterEach
    void close() {
        client.close();
        proxy.close();
        target.close();
    }

    @Test
    void forwardsBytesAndFinBothWaysWhenNoFaultIsSet() {
        byte[] bytes = new byte[300_000];
        new Random(1).nextBytes(bytes);

        client.send(bytes).halfClose();
        assertThat(server.readUntilEof()).isEqualTo(bytes);
        server.send("reply").close();

        assertThat(client.readUntilEof()).asString().isEqualTo("reply");
        assertThat(proxy.clientToServer().bytesForwarded()).isEqualTo(300_000);
        Await.untilEqual("open connections", 0, proxy::openConnections);
    }

    @Test
    void forwardsAResetAfterTheBytesBeforeIt() {
        client.send("last words").reset();

        assertThat(server.readExactly(10)).asString().isEqualTo("last words");
        assertThat(server.awaitEnd()).isEqualTo(Ending.RST);
    }

    @Test
    void latencyDelaysEachByteButNotTheFlow() {
        proxy.clientToServer().latency(Duration.ofMillis(60)).jitter(Duration.ofMillis(5));
        long start = System.nanoTime();

        for (int i = 0; i < 50; i++) {
            client.send("0123456789");
        }
        server.readExactly(500);

        assertThat(Duration.ofNanos(System.nanoTime() - start))
                .isBetween(Duration.ofMillis(60), Duration.ofMillis(60 * 25));
    }

    @Test
    void slicerForwardsSegmentsOfOneByteThatArriveOneByOne() {
        proxy.clientToServer().slice(1, Duration.ofMillis(2));
        client.send("one segment");

        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        int reads = 0;
        for (; bytes.size() < 11; reads++) {
            bytes.writeBytes(server.readSome());
        }

        assertThat(bytes).hasToString("one segment");
        Await.untilEqual("segments", 11L, proxy.clientToServer()::segmentsForwarded);
        assertThat(reads).isGreaterThan(3); // 11 unless this thread is slower than the gap
    }

    @Test
    void bandwidthLimitsTheFlow() {
        proxy.serverToClient().bandwidth(100_000);
        long start = System.nanoTime();

        server.send(new byte[10_000]);
        client.readExactly(10_000);

        assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofMillis(80));
    }

    @Test
    void cutGivesExactlyTheBytesBeforeItAndThenResetsBothEnds() {
        proxy.cutAfter(1000);

        client.send(new byte[1001]);

        assertThat(server.readExactly(1000)).hasSize(1000);
        server.expectReset();
        client.expectReset();
    }

    @Test
    void cutCountsFromTheTimeItIsSetAndOnEachConnectionAnew() {
        client.send("before");
        server.readExactly(6);
        proxy.clientToServer().cutAfter(3, Cut.RESET);
        client.send("abc");
        assertThat(server.readExactly(3)).asString().isEqualTo("abc");
        server.expectReset();

        try (RawPeer next = RawPeer.connect(proxy.address());
                RawPeer nextServer = target.accept()) {
            next.send("abcd");
            assertThat(nextServer.readExactly(3)).asString().isEqualTo("abc");
            next.expectReset();
        }
    }

    @Test
    void cutInOrderShowsFinToBothEnds() {
        proxy.serverToClient().cutAfter(4, Cut.CLOSE);

        server.send("lost and found");

        assertThat(client.readUntilEof()).asString().isEqualTo("lost");
        server.expectEof();
    }

    @Test
    void stalledBytesArriveAfterResumeAndNothingBefore() {
        proxy.stall();
        client.send("late").halfClose();
        server.expectNothing(A_WHILE);

        proxy.resume();

        assertThat(server.readUntilEof()).asString().isEqualTo("late");
    }

    @Test
    void halfOpenShowsNeitherBytesNorFinNorResetToEitherEnd() {
        proxy.halfOpen();
        client.send("into the void");
        server.send("as well");
        Await.untilEqual("swallowed bytes", 13L, proxy.clientToServer()::bytesSwallowed);
        server.expectNothing(A_WHILE);
        client.expectNothing(A_WHILE);

        client.reset();

        server.expectNothing(A_WHILE);
        server.send("still accepted").expectNothing(A_WHILE);
        proxy.clear();
        server.send("what was lost is not mended").expectNothing(A_WHILE);
    }

    @Test
    void halfOpenTakesMoreThanAnyBufferHolds() {
        proxy.halfOpen();

        client.send(new byte[16 << 20]);

        Await.untilEqual("swallowed bytes", 16L << 20, proxy.clientToServer()::bytesSwallowed);
        server.expectNothing(A_WHILE);
    }

    @Test
    void blackHoleInOneDirectionLeavesTheOtherOpen() {
        proxy.clientToServer().blackHole();
        client.send("lost");
        server.send("heard");

        assertThat(client.readExactly(5)).asString().isEqualTo("heard");
        server.expectNothing(A_WHILE);
    }

    @Test
    void halfCloseEndsOneDirectionOnly() {
        proxy.clientToServer().halfClose();

        server.expectEof();
        server.send("still here");

        assertThat(client.readExactly(10)).asString().isEqualTo("still here");
    }

    @Test
    void dropAllResetsBothEnds() {
        proxy.dropAll();

        client.expectReset();
        server.expectReset();
        assertThat(proxy.openConnections()).isZero();
    }

    @Test
    void refusesNewConnectionsOnlyAndKeepsItsPortForLater() {
        proxy.refuse();
        assertThatThrownBy(() -> RawPeer.connect(proxy.address()))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("refused")
                .hasMessageContaining(String.valueOf(proxy.port()));
        client.send("old");
        assertThat(server.readExactly(3)).asString().isEqualTo("old");

        proxy.admit();

        try (RawPeer next = RawPeer.connect(proxy.address())) {
            proxy.awaitConnections(2);
            next.send("new");
            assertThat(target.accept().readExactly(3)).asString().isEqualTo("new");
        }
    }

    @Test
    void resetsTheClientIfTheTargetIsNotThere() {
        target.close();
        try (RawPeer next = RawPeer.connect(proxy.address())) {
            next.expectReset();
        } catch (UncheckedIOException alreadyWhileConnecting) {
            assertThat(alreadyWhileConnecting).hasMessageContaining("reset");
        }
        assertThat(proxy.connections()).isEqualTo(1);
    }

    @Test
    void reachesAUnixDomainTarget(@TempDir Path directory) {
        UnixDomainSocketAddress address = UnixDomainSocketAddress.of(directory.resolve("target"));
        try (RawServer unix = RawServer.serving(address, Script.echo());
                FaultProxy before = FaultProxy.to(address);
                RawPeer peer = RawPeer.connect(before.address())) {
            peer.send(new byte[500_000]).halfClose();
            assertThat(peer.readUntilEof()).hasSize(500_000);
            assertThat(unix.address()).isEqualTo(address);
        }
    }

    @Test
    void closeEndsEveryThreadAndConnection() {
        proxy.clientToServer().latency(Duration.ofHours(1)).stall();
        client.send("never");

        proxy.close();
        proxy.close();

        client.expectReset();
        assertThat(Thread.getAllStackTraces().keySet())
                .noneMatch(thread -> thread.getName().startsWith("fault-proxy-" + proxy.port() + "-"));
    }
}

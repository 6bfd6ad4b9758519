package io.github.packetboat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.FileChannel;
import java.nio.channels.Pipe;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.platform.testkit.engine.EngineExecutionResults;
import org.junit.platform.testkit.engine.EngineTestKit;

/** A leak check that cannot fail is a defect: these leak on purpose, are caught, and clean up. */
final class LeakCheckTest {
    private static final CountDownLatch RELEASE = new CountDownLatch(1);
    private static Thread leakedThread;
    private static ServerSocketChannel leakedSocket;

    @Test
    void aLeakedThreadIsFound() throws InterruptedException {
        Leaks before = Leaks.now();
        CountDownLatch release = new CountDownLatch(1);
        Thread thread = startWaiting(release);

        assertThat(before.leftAfter(0)).singleElement().asString().startsWith("thread \"leaked-on-purpose\"");
        release.countDown();
        thread.join();
        assertThat(before.leftAfter(2000)).isEmpty();
    }

    @Test
    void aThreadThatIsAboutToEndIsNoLeak() throws InterruptedException {
        Leaks before = Leaks.now();
        CountDownLatch release = new CountDownLatch(1);
        Thread thread = startWaiting(release);

        assertThat(before.leftAfter(0)).hasSize(1);
        release.countDown();
        assertThat(before.leftAfter(2000)).isEmpty();
        thread.join();
    }

    @Test
    void anOpenSocketIsFound() throws IOException {
        assumeLinux();
        Leaks before = Leaks.now();
        try (ServerSocketChannel socket = ServerSocketChannel.open()) {
            socket.bind(new InetSocketAddress("127.0.0.1", 0));

            assertThat(before.leftAfter(0)).singleElement().asString().startsWith("file descriptor socket:[");
        }
        assertThat(before.leftAfter(2000)).isEmpty();
    }

    @Test
    void anOpenSelectorPipeOrFileIsFound(@TempDir Path folder) throws IOException {
        assumeLinux();
        Path file = Files.writeString(folder.resolve("left-open.txt"), "x");
        Leaks before = Leaks.now();
        try (Selector selector = Selector.open()) {
            assertThat(selector.isOpen()).isTrue();
            assertThat(before.leftAfter(0)).anyMatch(line -> line.contains("eventpoll"));
        }
        Pipe pipe = Pipe.open();
        assertThat(before.leftAfter(0)).anyMatch(line -> line.contains("pipe:["));
        pipe.sink().close();
        pipe.source().close();
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            assertThat(channel.isOpen()).isTrue();
            assertThat(before.leftAfter(0)).anyMatch(line -> line.contains("left-open.txt"));
        }
        assertThat(before.leftAfter(2000)).isEmpty();
    }

    @Test
    void aClassThatLeaksFailsWithoutAskingForTheCheck() {
        EngineExecutionResults results = run(LeaksBoth.class);

        results.testEvents().assertStatistics(tests -> tests.succeeded(1).failed(0));
        assertThat(results.containerEvents().failed().list())
                .singleElement()
                .asString()
                .contains("LeaksBoth left behind: thread \"leaked-on-purpose\"")
                .contains(Files.isDirectory(Path.of("/proc/self/fd")) ? "socket:[" : "");
    }

    @Test
    void aClassThatCleansUpPasses() {
        run(CleansUp.class).allEvents().assertStatistics(events -> events.failed(0));
    }

    @AfterEach
    void cleanUp() throws IOException, InterruptedException {
        if (leakedThread != null) {
            RELEASE.countDown();
            leakedThread.join();
            leakedSocket.close();
            leakedThread = null;
        }
    }

    /** Not found by surefire, for its name has a dollar sign; run by hand above. */
    static final class LeaksBoth {
        @Test
        void leaks() throws IOException {
            leakedThread = startWaiting(RELEASE);
            leakedSocket = ServerSocketChannel.open().bind(new InetSocketAddress("127.0.0.1", 0));
        }
    }

    /** Opens a socket and closes it. */
    static final class CleansUp {
        @Test
        void closes() throws IOException {
            ServerSocketChannel.open()
                    .bind(new InetSocketAddress("127.0.0.1", 0))
                    .close();
        }
    }

    private static EngineExecutionResults run(Class<?> tests) {
        return EngineTestKit.engine("junit-jupiter")
                .selectors(selectClass(tests))
                // Taken from junit-platform.properties too, but said here: this is what is being proved.
                .configurationParameter("junit.jupiter.extensions.autodetection.enabled", "true")
                .configurationParameter("packetboat.leaks.patience.millis", "0")
                .execute();
    }

    private static Thread startWaiting(CountDownLatch release) {
        Thread thread = new Thread(
                () -> {
                    try {
                        release.await();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                },
                "leaked-on-purpose");
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    private static void assumeLinux() {
        assumeTrue(
                Files.isDirectory(Path.of("/proc/self/fd")),
                "descriptors are read from /proc/self/fd, which is not here");
    }
}

package io.github.packetboat;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The threads and file descriptors of this process at one moment, to be compared with a later one. */
final class Leaks {
    private static final String DELETED = " (deleted)";
    private static final Path DESCRIPTORS = Path.of("/proc/self/fd");
    private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    /** Threads that the JDK, JUnit or surefire start once and share from then on. */
    private static final Pattern SHARED_THREAD = Pattern.compile("Common-Cleaner|Cleaner-\\d+|process reaper.*"
            + "|ForkJoinPool\\.commonPool-.*|CompletableFutureDelayScheduler|Keep-Alive-.*|VirtualThread-unpark.*"
            + "|.*-Poller|Attach Listener|Signal Dispatcher|Notification Thread|Reference Handler|Finalizer"
            + "|junit-jupiter-timeout-watcher|surefire-.*|last-ditch-daemon-shutdown-thread-.*");

    /** What the JVM maps or reads when it loads classes, and what no test can leave behind. */
    private static final Pattern SHARED_FILE = Pattern.compile(
            "/(dev|proc|sys)/.*|.*\\.(jar|jsa|class|so)|" + Pattern.quote(System.getProperty("java.home")) + "/.*");

    static {
        JdkDescriptors.open();
    }

    private final Set<Thread> threads;
    private final Map<String, Integer> descriptors;

    private Leaks(Set<Thread> threads, Map<String, Integer> descriptors) {
        this.threads = threads;
        this.descriptors = descriptors;
    }

    static Leaks now() {
        return new Leaks(liveThreads(), openDescriptors());
    }

    /** What is there now and was not then, as sentences; waits until there is nothing or the time is over. */
    List<String> leftAfter(long patienceMillis) {
        long deadline = System.nanoTime() + Duration.ofMillis(patienceMillis).toNanos();
        List<String> left = left();
        while (!left.isEmpty() && System.nanoTime() < deadline) {
            LockSupport.parkNanos(POLL_NANOS);
            left = left();
        }
        return left;
    }

    private List<String> left() {
        List<String> left = new ArrayList<>();
        for (Thread thread : liveThreads()) {
            if (!threads.contains(thread)) {
                StackTraceElement[] stack = thread.getStackTrace();
                left.add("thread \"" + thread.getName() + "\"" + (stack.length > 0 ? " at " + stack[0] : ""));
            }
        }
        openDescriptors().forEach((target, count) -> {
            int more = count - descriptors.getOrDefault(target, 0);
            if (more > 0) {
                left.add("file descriptor " + target + (more > 1 ? " (" + more + " times)" : ""));
            }
        });
        return left;
    }

    private static Set<Thread> liveThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread != Thread.currentThread())
                .filter(thread -> !SHARED_THREAD.matcher(thread.getName()).matches())
                // The threads that carry virtual ones belong to the JDK, for ever.
                .filter(thread -> !thread.getClass().getName().equals("jdk.internal.misc.CarrierThread"))
                .collect(Collectors.toSet());
    }

    /** Targets of the open descriptors with the number of each: a socket's is unique, an eventpoll's is not. */
    private static Map<String, Integer> openDescriptors() {
        Map<String, Integer> targets = new TreeMap<>();
        if (!Files.isDirectory(DESCRIPTORS)) {
            return targets;
        }
        Set<String> attach = attachSockets();
        try (DirectoryStream<Path> links = Files.newDirectoryStream(DESCRIPTORS)) {
            for (Path link : links) {
                String target = target(link);
                if (!SHARED_FILE.matcher(target).matches() && !attach.contains(target)) {
                    targets.merge(target, 1, Integer::sum);
                }
            }
        } catch (IOException e) {
            throw new AssertionError("cannot list " + DESCRIPTORS, e);
        }
        return targets;
    }

    /** Where the JVM listens for jstack, and for the agents that jazzer loads into it; there from the first one on. */
    private static Set<String> attachSockets() {
        // Num RefCount Protocol Flags Type St Inode Path
        try (Stream<String> lines = Files.lines(Path.of("/proc/net/unix"))) {
            return lines.map(line -> line.strip().split("\\s+"))
                    .filter(words -> words.length == 8 && words[7].contains("/.java_pid"))
                    .map(words -> "socket:[" + words[6] + "]")
                    .collect(Collectors.toSet());
        } catch (IOException e) {
            throw new AssertionError("cannot read /proc/net/unix", e);
        }
    }

    private static String target(Path link) {
        try {
            // a file may be deleted while it is open, and is the same file still
            String target = Files.readSymbolicLink(link).toString();
            return target.endsWith(DELETED) ? target.substring(0, target.length() - DELETED.length()) : target;
        } catch (IOException closedMeanwhile) {
            return "/proc/closed";
        }
    }
}

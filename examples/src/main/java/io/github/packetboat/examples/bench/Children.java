package io.github.packetboat.examples.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** The processes a comparison starts. None outlives it, whether it ends well, fails or is interrupted. Thread-safe. */
final class Children implements AutoCloseable {
    private static final Duration GRACE = Duration.ofSeconds(3);

    private final Set<Process> running = ConcurrentHashMap.newKeySet();
    private final Thread lastResort = new Thread(this::killAll, "kill children");

    Children() {
        Runtime.getRuntime().addShutdownHook(lastResort);
    }

    Child start(ProcessBuilder command) throws IOException {
        Process process = command.redirectErrorStream(true).start();
        running.add(process);
        process.getOutputStream().close();
        return new Child(process);
    }

    private void killAll() {
        running.forEach(Process::destroyForcibly);
    }

    @Override
    public void close() {
        killAll();
        Runtime.getRuntime().removeShutdownHook(lastResort);
    }

    /** One running process and what it says. */
    final class Child implements AutoCloseable {
        private static final int REMEMBERED_LINES = 12;

        private final Process process;
        private final Deque<String> lastLines = new ArrayDeque<>(); // guarded by itself
        private final Thread reader = new Thread(this::readLines, "output of child");
        private String found; // guarded by lastLines
        private Predicate<String> wanted = line -> false; // guarded by lastLines
        private boolean ended; // guarded by lastLines

        private Child(Process process) {
            this.process = process;
            reader.setDaemon(true);
        }

        long pid() {
            return process.pid();
        }

        /** Waits for a line that {@code wanted} accepts, once; fails with the last lines when none comes in time. */
        String await(Predicate<String> wanted, Duration limit) throws IOException, InterruptedException {
            long deadline = System.nanoTime() + limit.toNanos();
            synchronized (lastLines) {
                this.wanted = wanted;
                reader.start();
                while (found == null && !ended && System.nanoTime() - deadline < 0) {
                    TimeUnit.NANOSECONDS.timedWait(lastLines, Math.max(1_000_000, deadline - System.nanoTime()));
                }
                if (found != null) {
                    return found;
                }
                throw new LoadFailedException((ended ? "ended early: " : "silent for " + limit.toSeconds() + " s: ")
                        + String.join(" / ", lastLines));
            }
        }

        private void readLines() {
            try (BufferedReader lines =
                    new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
                lines.lines().forEach(this::heard);
            } catch (IOException | UncheckedIOException e) {
                // closed, since the process was killed
            }
            synchronized (lastLines) {
                ended = true;
                lastLines.notifyAll();
            }
        }

        private void heard(String line) {
            synchronized (lastLines) {
                if (found == null && wanted.test(line)) {
                    found = line;
                    lastLines.notifyAll();
                }
                lastLines.addLast(line);
                if (lastLines.size() > REMEMBERED_LINES) {
                    lastLines.removeFirst();
                }
            }
        }

        /** Ends the process and waits until it has gone. */
        @Override
        public void close() {
            process.destroy();
            try {
                if (!process.waitFor(GRACE.toMillis(), TimeUnit.MILLISECONDS)) {
                    process.destroyForcibly().waitFor();
                }
            } catch (InterruptedException e) {
                process.destroyForcibly();
                Thread.currentThread().interrupt();
            }
            running.remove(process);
        }
    }
}

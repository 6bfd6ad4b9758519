package io.github.packetboat.examples;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Takes the place of this process's keyboard and screen until it is closed: examples run in it, a test types and reads.
 * What goes to standard error is on the same screen.
 */
final class Terminal implements AutoCloseable {
    private static final long PATIENCE_MILLIS = 10_000;

    /** The {@code main} of an example. */
    interface Program {
        void main(String[] args) throws Exception;
    }

    private final InputStream stdin = System.in;
    private final PrintStream stdout = System.out;
    private final PrintStream stderr = System.err;
    private final PipedOutputStream keyboard = new PipedOutputStream();
    private final Screen screen = new Screen();
    private final List<Thread> programs = new ArrayList<>();

    Terminal() throws IOException {
        PrintStream out = new PrintStream(screen, true, StandardCharsets.UTF_8);
        System.setIn(new PipedInputStream(keyboard));
        System.setOut(out);
        System.setErr(out);
    }

    /** Everything that {@code program}, which ends by itself, prints. */
    static List<String> outputOf(Program program, String... args) throws Exception {
        try (Terminal terminal = new Terminal()) {
            program.main(args);
            return terminal.screen.lines();
        }
    }

    /** Runs a program in the background, until it ends or the terminal is closed. */
    Thread start(Program program, String... args) {
        Thread thread = new Thread(
                () -> {
                    try {
                        program.main(args);
                        System.out.println("(ended)");
                    } catch (InterruptedException e) {
                        System.out.println("(interrupted)");
                    } catch (Exception e) {
                        System.out.println("(failed: " + e + ")");
                    }
                },
                "example");
        programs.add(thread);
        thread.start();
        return thread;
    }

    void type(String line) throws IOException {
        keyboard.write((line + "\n").getBytes(StandardCharsets.UTF_8));
        keyboard.flush();
    }

    void endInput() throws IOException {
        keyboard.close();
    }

    /** Waits for a line that {@code regex} matches as a whole; it may be there already. */
    Matcher await(String regex) throws InterruptedException {
        return screen.await(Pattern.compile(regex));
    }

    /** The port of the server that was started last. */
    int awaitPort() throws InterruptedException {
        return Integer.parseInt(await("listening at port (\\d+) of .*").group(1));
    }

    @Override
    public void close() throws IOException {
        try {
            programs.forEach(Thread::interrupt);
            for (Thread program : programs) {
                program.join(PATIENCE_MILLIS);
                if (program.isAlive()) {
                    throw new AssertionError(
                            "a program does not end; its screen:\n" + String.join("\n", screen.lines()));
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            keyboard.close();
            System.setIn(stdin);
            System.setOut(stdout);
            System.setErr(stderr);
        }
    }

    private static final class Screen extends OutputStream {
        private final ByteArrayOutputStream line = new ByteArrayOutputStream();
        private final List<String> lines = new ArrayList<>();

        @Override
        public synchronized void write(int b) {
            if (b == '\n') {
                lines.add(line.toString(StandardCharsets.UTF_8).stripTrailing());
                line.reset();
                notifyAll();
            } else {
                line.write(b);
            }
        }

        synchronized List<String> lines() {
            return List.copyOf(lines);
        }

        synchronized Matcher await(Pattern pattern) throws InterruptedException {
            long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(PATIENCE_MILLIS);
            int next = 0;
            while (true) {
                for (; next < lines.size(); next++) {
                    Matcher matcher = pattern.matcher(lines.get(next));
                    if (matcher.matches()) {
                        return matcher;
                    }
                }
                long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
                if (left <= 0) {
                    throw new AssertionError("no line matches " + pattern + ":\n" + String.join("\n", lines));
                }
                wait(left);
            }
        }
    }
}

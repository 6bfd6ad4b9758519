package io.github.packetboat.examples.bench;

import java.io.IOException;
import java.time.Duration;
import java.util.Set;

/**
 * Puts one scenario's load on a server on this machine, compares every byte that comes back and prints one line of
 * figures. Knows nothing of any server. One thread; the selector is its only wait.
 */
public final class LoadGenerator {
    private static final Set<String> OPTIONS =
            Set.of("host", "connections", "window", "payload", "warmup", "measure", "stall", "server-pid");

    private LoadGenerator() {}

    public static void main(String[] args) throws InterruptedException {
        LoadOptions options = null;
        try {
            options = LoadOptions.parse(new CommandLine(OPTIONS, args));
            haltAfter(options.warmup().plus(options.measure()).plusSeconds(240));
            System.out.println(run(options).toLine());
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
            usage();
            System.exit(64);
        } catch (IOException e) {
            System.out.println("FAILED " + (e instanceof LoadFailedException ? e.getMessage() : e));
            System.exit(1);
        }
    }

    /**
     * Runs the load to its end.
     *
     * @throws LoadFailedException if the server spoils, drops, doubles or reorders a message, or closes a connection
     * @throws IllegalArgumentException if the target is not on this machine
     */
    static LoadResult run(LoadOptions options) throws IOException, InterruptedException {
        return switch (options.scenario().load) {
            case ECHO -> EchoLoad.run(options);
            case BROADCAST -> BroadcastLoad.run(options);
            case IDLE -> IdleLoad.run(options);
        };
    }

    /** A server that never ends a TLS handshake must not keep this process for ever. */
    private static void haltAfter(Duration limit) {
        Thread watchdog = new Thread(
                () -> {
                    try {
                        Thread.sleep(limit.toMillis());
                        System.out.println("FAILED not done after " + limit);
                        Runtime.getRuntime().halt(1);
                    } catch (InterruptedException e) {
                        // nobody interrupts it; the process is ending
                    }
                },
                "watchdog");
        watchdog.setDaemon(true);
        watchdog.start();
    }

    private static void usage() {
        System.err.println("""
                usage: java %s SCENARIO PORT [--NAME VALUE ...]
                  SCENARIO           s1 to s7; s6 needs --server-pid
                  PORT               of the server
                  --host ADDRESS     127.0.0.1; loopback addresses only
                  --warmup SECONDS   3
                  --measure SECONDS  5
                  --stall SECONDS    5; nothing coming back for so long is a failure
                  --connections N, --window N, --payload BYTES   as the scenario says
                  --server-pid PID   whose processor time or memory is measured
                """.formatted(LoadGenerator.class.getName()));
    }
}

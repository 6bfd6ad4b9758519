package io.github.packetboat.examples.bench;

import java.net.InetSocketAddress;
import java.time.Duration;

/**
 * What the load generator is to do.
 *
 * @param connections how many, in a broadcast the subscribers
 * @param window messages in flight, for each connection or of the publisher
 * @param stall how long nothing may come back before the run has failed
 * @param serverPid whose processor time or memory is measured; 0 for none
 */
record LoadOptions(
        Scenario scenario,
        InetSocketAddress target,
        int connections,
        int window,
        int payloadBytes,
        Duration warmup,
        Duration measure,
        Duration stall,
        long serverPid) {

    LoadOptions {
        requireRange("connections", connections, 1, 60_000);
        requireRange("window", window, 1, 65_535);
        requireRange("payload", payloadBytes, MessageRing.MIN_PAYLOAD_BYTES, 64 * 1024);
        if (warmup.isNegative() || measure.isNegative() || measure.isZero() || stall.isNegative()) {
            throw new IllegalArgumentException("warmup, measure and stall must be positive");
        }
        if (scenario.load == Scenario.Load.IDLE && serverPid == 0) {
            throw new IllegalArgumentException("s6 measures a process: --server-pid is needed");
        }
    }

    static LoadOptions parse(CommandLine line) {
        if (line.words().size() != 2) {
            throw new IllegalArgumentException("SCENARIO and PORT are needed");
        }
        Scenario scenario = Scenario.named(line.words().get(0));
        int port = CommandLine.wholeNumber("PORT", line.words().get(1));
        return new LoadOptions(
                scenario,
                new InetSocketAddress(line.option("host", "127.0.0.1"), port),
                line.integer("connections", scenario.connections),
                line.integer("window", scenario.window),
                line.integer("payload", scenario.payloadBytes),
                line.seconds("warmup", 3),
                line.seconds("measure", 5),
                line.seconds("stall", 5),
                line.integer("server-pid", 0));
    }

    private static void requireRange(String name, int value, int min, int max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException("--%s must be %d to %d, not %d".formatted(name, min, max, value));
        }
    }
}

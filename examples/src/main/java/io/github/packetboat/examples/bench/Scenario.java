package io.github.packetboat.examples.bench;

import java.util.Locale;

/** What the load generator does to a server. */
enum Scenario {
    S1("pipelined, 64 B, 32 connections, 64 messages in flight on each", Load.ECHO, 32, 64, 64),
    S2("ping-pong, 64 B, 1 connection", Load.ECHO, 1, 1, 64),
    S3("ping-pong, 64 B, 64 connections", Load.ECHO, 64, 1, 64),
    S4("large messages, 64 KiB, 8 connections, 4 in flight on each", Load.ECHO, 8, 4, 64 * 1024),
    S5(
            "broadcast, 128 B, 1 publisher, 1000 subscribers, 16 published messages in flight",
            Load.BROADCAST,
            1000,
            16,
            128),
    S6("memory of 10000 idle connections", Load.IDLE, 10_000, 1, 64),
    S7("as S1 over TLS 1.3, TLS_AES_128_GCM_SHA256", Load.ECHO, 32, 64, 64);

    /** The three shapes of load. */
    enum Load {
        ECHO,
        BROADCAST,
        IDLE
    }

    final String title;
    final Load load;
    final int connections;
    final int window;
    final int payloadBytes;

    Scenario(String title, Load load, int connections, int window, int payloadBytes) {
        this.title = title;
        this.load = load;
        this.connections = connections;
        this.window = window;
        this.payloadBytes = payloadBytes;
    }

    /** The name on the command line: {@code s1} and so on. */
    String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    boolean encrypts() {
        return this == S7;
    }

    static Scenario named(String word) {
        for (Scenario scenario : values()) {
            if (scenario.word().equals(word)) {
                return scenario;
            }
        }
        throw new IllegalArgumentException("no scenario " + word + ": s1 to s7 are known");
    }
}

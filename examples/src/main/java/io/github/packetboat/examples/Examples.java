package io.github.packetboat.examples;

import io.github.packetboat.Backoff;
import java.time.Duration;
import java.util.Arrays;

/** Runs an example by its name; a placeholder until there are examples. */
public final class Examples {
    private Examples() {}

    /** Runs the example named first in {@code args}. */
    public static void main(String[] args) {
        System.out.println("No examples yet. Arguments: " + Arrays.toString(args) + ", library: "
                + Backoff.exponential(Duration.ofMillis(200), Duration.ofSeconds(30)));
    }
}

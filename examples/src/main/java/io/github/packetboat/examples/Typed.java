package io.github.packetboat.examples;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.function.Predicate;

/** What somebody types. */
final class Typed {
    private Typed() {}

    /** Hands over each line, until {@code exit}, the end of input, or {@code take} returns false. */
    static void lines(Predicate<String> take) {
        var charset = System.console() != null ? System.console().charset() : StandardCharsets.UTF_8;
        var typed = new BufferedReader(new InputStreamReader(System.in, charset));
        try {
            String line = typed.readLine();
            while (line != null && !line.equals("exit") && take.test(line)) {
                line = typed.readLine();
            }
        } catch (IOException e) {
            System.err.println("cannot read what is typed: " + e.getMessage());
        }
    }
}

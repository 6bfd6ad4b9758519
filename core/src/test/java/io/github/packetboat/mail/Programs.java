package io.github.packetboat.mail;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Programs that somebody else wrote, run to their end. */
final class Programs {
    private Programs() {}

    static boolean succeeds(String... command) {
        try {
            return run(List.of(command), new byte[0]).exit == 0;
        } catch (UncheckedIOException missing) {
            return false;
        }
    }

    /** What it printed; an exit code other than 0 is an error. */
    static String output(List<String> command, byte[] input) {
        Result result = run(command, input);
        if (result.exit != 0) {
            throw new AssertionError(command + " ended with " + result.exit + ": " + result.output);
        }
        return result.output;
    }

    record Result(int exit, String output) {}

    static Result run(List<String> command, byte[] input) {
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            try (OutputStream in = process.getOutputStream()) {
                in.write(input);
            }
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!process.waitFor(50, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new AssertionError(command + " did not end");
            }
            return new Result(process.exitValue(), output);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}

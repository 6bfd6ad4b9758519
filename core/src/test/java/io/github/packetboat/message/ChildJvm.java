package io.github.packetboat.message;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.packetboat.testkit.RawPeer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** {@link Starving} in a process of its own; what that logs goes to standard error, which is read at the end. */
final class ChildJvm implements AutoCloseable {
    static final Path BASH = Path.of("/bin/bash");
    /** A message of one byte, which is echoed. */
    static final byte[] PING = {0, 0, 0, 1, 'x'};

    private final Process process;
    private final BufferedReader out;
    private final PrintStream in;
    private final Path log;

    ChildJvm(String limits, List<String> options, String... arguments) throws IOException {
        log = Files.createTempFile("packetboat-starving", ".log");
        List<String> command = new ArrayList<>(List.of(
                BASH.toString(), "-c", limits + " exec \"$@\"", "bash", System.getProperty("java.home") + "/bin/java"));
        command.addAll(options);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Starving.class.getName()));
        command.addAll(List.of(arguments));
        process = new ProcessBuilder(command).redirectError(log.toFile()).start();
        out = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.US_ASCII));
        in = new PrintStream(process.getOutputStream(), true, StandardCharsets.US_ASCII);
        answer();
    }

    String ask(String line) throws IOException {
        in.println(line);
        return answer();
    }

    long number(String line) throws IOException {
        return Long.parseLong(ask(line).split(" ")[1]);
    }

    String answer() throws IOException {
        String line = out.readLine();
        while (line != null && !line.startsWith("> ")) {
            line = out.readLine();
        }
        assertThat(line).as("answer; the log: %s", Files.readString(log)).isNotNull();
        return line.substring(2);
    }

    long pid() {
        return process.pid();
    }

    /** The port of its server; to be asked once, and first. */
    int port() throws IOException {
        return Integer.parseInt(answer().split(" ")[1]);
    }

    static void echoes(RawPeer peer) {
        peer.send(PING);
        assertThat(peer.readExactly(PING.length)).isEqualTo(PING);
    }

    List<String> log() throws IOException {
        return Files.readAllLines(log);
    }

    @Override
    public void close() throws IOException {
        try {
            in.println("end");
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        } finally {
            in.close();
            out.close();
            process.getErrorStream().close();
            Files.delete(log);
        }
    }
}

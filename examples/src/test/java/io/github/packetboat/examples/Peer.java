package io.github.packetboat.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.Closeable;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Somebody else's program that talks to an example: a plain socket, or {@code nc}. */
final class Peer implements AutoCloseable {
    private static final int PATIENCE_MILLIS = 10_000;

    private final Closeable connection;
    private final BufferedReader in;
    private final OutputStream out;
    final String address;

    private Peer(Closeable connection, String address, InputStream in, OutputStream out) {
        this.connection = connection;
        this.address = address;
        this.in = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
        this.out = out;
    }

    static Peer connect(int port) throws IOException {
        return of(new Socket(InetAddress.getLoopbackAddress(), port));
    }

    static Peer of(Socket socket) throws IOException {
        socket.setSoTimeout(PATIENCE_MILLIS);
        return new Peer(
                socket,
                socket.getLocalAddress().getHostAddress() + ":" + socket.getLocalPort(),
                socket.getInputStream(),
                socket.getOutputStream());
    }

    /** Skips the test where there is no {@code nc}. */
    static Peer nc(int port) throws IOException {
        boolean installed = Stream.of(System.getenv("PATH").split(File.pathSeparator))
                .anyMatch(directory -> new File(directory, "nc").canExecute());
        assumeTrue(installed, "nc is not installed: apt-get install netcat-openbsd");
        Process process = new ProcessBuilder("nc", "127.0.0.1", String.valueOf(port)).start();
        return new Peer(process::destroy, "nc", process.getInputStream(), process.getOutputStream());
    }

    void send(String text) throws IOException {
        sendBytes(text.getBytes(StandardCharsets.UTF_8));
    }

    void sendBytes(byte... bytes) throws IOException {
        out.write(bytes);
        out.flush();
    }

    /** The next line, which must match. */
    void expect(String regex) throws IOException {
        assertThat(in.readLine()).matches(regex);
    }

    /** Skips what comes before a line that matches, and returns what the first group of it is. */
    String find(String regex) throws IOException {
        Matcher matcher = Pattern.compile(regex).matcher(lineLike(regex));
        return matcher.matches() ? matcher.group(1) : "";
    }

    /** Skips what comes before a line that matches. */
    void await(String regex) throws IOException {
        lineLike(regex);
    }

    private String lineLike(String regex) throws IOException {
        StringBuilder skipped = new StringBuilder();
        String line = in.readLine();
        while (line != null && !line.matches(regex)) {
            skipped.append(line).append('\n');
            line = in.readLine();
        }
        assertThat(line).as("a line like %s after%n%s", regex, skipped).isNotNull();
        return line;
    }

    void expectEnd() throws IOException {
        assertThat(in.read()).isEqualTo(-1);
    }

    /** Closes before the end of the test. */
    void leave() throws IOException {
        close();
    }

    @Override
    public void close() throws IOException {
        connection.close();
    }
}

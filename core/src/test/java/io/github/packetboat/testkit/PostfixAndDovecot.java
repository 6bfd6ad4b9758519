package io.github.packetboat.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Postfix and Dovecot on ports of their own, with mailboxes {@code alice@test.local} and {@code bob@test.local}, password
 * {@code secret}. They deliver to nobody else. One thread at a time.
 */
public final class PostfixAndDovecot implements AutoCloseable {
    /** Where a test may log in as. */
    public static final String ALICE = "alice@test.local";

    public static final String BOB = "bob@test.local";
    public static final String PASSWORD = "secret";

    private static final int PORTS = 8;
    private static final int COMMAND_SECONDS = 60;

    private final Path folder;
    private final List<Integer> ports;

    private PostfixAndDovecot(Path folder, List<Integer> ports) {
        this.folder = folder;
        this.ports = ports;
    }

    /** Why they cannot be started here; empty if they can. */
    public static Optional<String> missing() {
        if (!Files.isExecutable(Path.of("/usr/sbin/postfix")) || !Files.isExecutable(Path.of("/usr/sbin/dovecot"))) {
            return Optional.of("postfix and dovecot are not installed");
        }
        return System.getProperty("user.name").equals("root")
                ? Optional.empty()
                : Optional.of("only root can start postfix and dovecot");
    }

    /** Starts both. */
    public static PostfixAndDovecot start() {
        try {
            Path folder = Files.createTempDirectory("packetboat-mail");
            Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
            PostfixAndDovecot servers = new PostfixAndDovecot(
                    folder,
                    Stream.generate(Ports::unused).distinct().limit(PORTS).toList());
            List<String> command = new ArrayList<>(List.of("mail-up.sh"));
            servers.ports.forEach(port -> command.add(port.toString()));
            servers.run(command.toArray(String[]::new));
            return servers;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void run(String... words) throws IOException {
        Path script = folder.resolve(words[0]);
        try (InputStream source = PostfixAndDovecot.class.getResourceAsStream("/servers/" + words[0])) {
            Files.copy(source, script, StandardCopyOption.REPLACE_EXISTING);
        }
        List<String> command = new ArrayList<>(List.of("bash", script.toString(), folder.toString()));
        command.addAll(List.of(words).subList(1, words.length));
        Path log = folder.resolve("commands.log");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
        try {
            if (!process.waitFor(COMMAND_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
                throw new AssertionError(words[0] + " failed: " + Files.readString(log));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted in " + words[0], e);
        }
    }

    /** SMTP with STARTTLS offered. */
    public int smtpPort() {
        return ports.get(0);
    }

    /** SMTP with STARTTLS and a login demanded. */
    public int submissionPort() {
        return ports.get(1);
    }

    /** SMTP with TLS from the first byte on and a login demanded. */
    public int smtpsPort() {
        return ports.get(2);
    }

    /** IMAP with STARTTLS. */
    public int imapPort() {
        return ports.get(3);
    }

    /** IMAP with TLS from the first byte on. */
    public int imapsPort() {
        return ports.get(4);
    }

    /** POP3 with TLS from the first byte on. */
    public int pop3sPort() {
        return ports.get(6);
    }

    /** The certificate of all of them, for localhost and 127.0.0.1. */
    public Path certificate() {
        return folder.resolve("tls/cert.pem");
    }

    /** What Postfix has logged. */
    public String log() {
        try {
            return Files.readString(folder.resolve("mail.log"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The mails that {@code user}, such as {@code alice}, has and has not seen. */
    public List<Path> mails(String user) {
        Path fresh = folder.resolve("box/test.local/" + user + "/new");
        if (!Files.isDirectory(fresh)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(fresh)) {
            return files.toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try {
            run("mail-down.sh");
            try (Stream<Path> all = Files.walk(folder)) {
                for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                    Files.deleteIfExists(path);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

package io.github.packetboat.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A mail server that somebody else wrote, on a port of its own. It keeps the mails to {@link PostfixAndDovecot#ALICE} and
 * {@link PostfixAndDovecot#BOB} and delivers nowhere else. One thread at a time.
 *
 * <p>Debian's mail servers exclude each other, so that they need not be installed: those that {@code .ci/run} has unpacked
 * under {@code target/servers} will do.
 */
public final class ForeignServer implements AutoCloseable {
    /** Which server, and what it says that it can do. */
    public enum Kind {
        EXIM("exim4", "8BITMIME", "PIPELINING", "SMTPUTF8", "STARTTLS"),
        /**
         * Used in clear: 6.8 of Debian 12 offers STARTTLS and then fails with every client, since OpenSSL 3 does not let it keep
         * its key in another process.
         */
        OPENSMTPD("smtpd", "8BITMIME"),
        AIOSMTPD("", "8BITMIME", "SMTPUTF8", "STARTTLS"),
        /** Postfix's, which takes everything and checks nothing. */
        SMTP_SINK("smtp-sink", "8BITMIME", "PIPELINING");

        private final String program;
        private final Set<String> offers;

        Kind(String program, String... offers) {
            this.program = program;
            this.offers = Set.of(offers);
        }

        /** Whether its answer to EHLO has {@code keyword}. */
        public boolean offers(String keyword) {
            return offers.contains(keyword);
        }

        private String label() {
            return name().toLowerCase().replace('_', '-');
        }

        /** Where its files are: {@code /} if it is installed. */
        private Optional<Path> root() {
            return Stream.of(Path.of("/"), Path.of("target/servers", label()).toAbsolutePath())
                    .filter(root -> Files.isExecutable(root.resolve("usr/sbin").resolve(program)))
                    .findFirst();
        }
    }

    /** A mail as it was kept, with the envelope that it came in. */
    public record Stored(String sender, List<String> recipients, byte[] message) {}

    private static final Pattern SENDER = Pattern.compile("(?im)^(?:Return-Path|X-Mail-Args): ?<([^>]*)>");
    private static final Pattern RECIPIENTS =
            Pattern.compile("(?im)^(?:Envelope-To|Delivered-To|X-Rcpt-Args): ?(.*?)\r?$");
    private static final int START_SECONDS = 45;
    private static final int END_SECONDS = 10;
    private static final long POLL_NANOS = 20_000_000;

    private final Path folder;
    private final int port;
    private final Process process;

    private ForeignServer(Path folder, int port, Process process) {
        this.folder = folder;
        this.port = port;
        this.process = process;
    }

    /** Why it cannot be started here; empty if it can. */
    public static Optional<String> missing(Kind kind) {
        boolean there = kind == Kind.AIOSMTPD ? hasAiosmtpd() : kind.root().isPresent();
        if (!there) {
            return Optional.of(kind.label() + " is neither installed nor unpacked in core/target/servers: see .ci/run");
        }
        return System.getProperty("user.name").equals("root")
                ? Optional.empty()
                : Optional.of("only root can start " + kind.label());
    }

    private static boolean hasAiosmtpd() {
        try {
            Process python = new ProcessBuilder("/usr/bin/python3", "-c", "import aiosmtpd")
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return python.waitFor() == 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /**
     * Starts it and waits until it answers.
     *
     * @param options of smtp-sink
     */
    public static ForeignServer start(Kind kind, String... options) {
        try {
            Path folder = Files.createTempDirectory("packetboat-" + kind.label());
            Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
            for (String file : List.of("server-up.sh", "aiosmtpd-server.py")) {
                try (InputStream source = ForeignServer.class.getResourceAsStream("/servers/" + file)) {
                    Files.copy(source, folder.resolve(file), StandardCopyOption.REPLACE_EXISTING);
                }
            }
            int port = Ports.unused();
            List<String> command = new ArrayList<>(List.of(
                    "bash",
                    folder.resolve("server-up.sh").toString(),
                    kind.label(),
                    folder.toString(),
                    Integer.toString(port),
                    kind.root().orElse(Path.of("/")).toString()));
            command.addAll(List.of(options));
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectInput(Path.of("/dev/null").toFile())
                    .redirectOutput(folder.resolve("server.log").toFile())
                    .start();
            ForeignServer server = new ForeignServer(folder, port, process);
            if (!server.awaitGreeting()) {
                String log = server.log();
                server.close();
                throw new AssertionError(kind.label() + " does not answer: " + log);
            }
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Longer than anything else is waited for: its files are made first, and then it is another program that starts. */
    private boolean awaitGreeting() {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
        while (process.isAlive() && System.nanoTime() - deadline < 0) {
            if (greets()) {
                return true;
            }
            LockSupport.parkNanos(POLL_NANOS);
        }
        return false;
    }

    private boolean greets() {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(END_SECONDS * 1000);
            return socket.getInputStream().read() == '2';
        } catch (IOException e) {
            return false;
        }
    }

    /** Where it listens, on 127.0.0.1. */
    public int port() {
        return port;
    }

    /** Its certificate, for localhost and 127.0.0.1. */
    public Path certificate() {
        return folder.resolve("root/tls/cert.pem");
    }

    /** The mails that it keeps: one for each recipient, or for all of them together. */
    public List<Stored> mails() {
        List<Stored> mails = new ArrayList<>();
        for (Path file : files()) {
            try {
                mails.add(read(file));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return mails;
    }

    /** How many mails it keeps. */
    public int count() {
        return files().size();
    }

    /** All in one folder, or in a maildir for each recipient. What begins with a dot is being written. */
    private List<Path> files() {
        List<Path> all = new ArrayList<>();
        for (String name : List.of("box", "box/alice/new", "box/bob/new")) {
            Path box = folder.resolve(name);
            if (Files.isDirectory(box)) {
                try (Stream<Path> files = Files.list(box)) {
                    files.filter(Files::isRegularFile)
                            .filter(file -> !file.getFileName().toString().startsWith("."))
                            .forEach(all::add);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        }
        return all;
    }

    private static Stored read(Path file) throws IOException {
        byte[] message = Files.readAllBytes(file);
        String text = new String(message, StandardCharsets.UTF_8);
        String head = text.split("\r?\n\r?\n", 2)[0];
        List<String> recipients = new ArrayList<>();
        Matcher matcher = RECIPIENTS.matcher(head);
        while (matcher.find()) {
            for (String address : matcher.group(1).split(",")) {
                recipients.add(address.strip().replaceAll("^<|>.*", ""));
            }
        }
        Matcher sender = SENDER.matcher(head);
        return new Stored(sender.find() ? sender.group(1) : "", recipients, message);
    }

    /** What it has printed and logged. */
    public String log() {
        StringBuilder all = new StringBuilder();
        try {
            for (String file : List.of("server.log", "root/var/log/exim4/mainlog", "root/var/log/exim4/paniclog")) {
                if (Files.exists(folder.resolve(file))) {
                    all.append(Files.readString(folder.resolve(file)));
                }
            }
            return all.toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        List<ProcessHandle> family = Stream.concat(Stream.of(process.toHandle()), process.descendants())
                .toList();
        try {
            family.forEach(ProcessHandle::destroy);
            if (!process.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
            Await.until("the end of its children", () -> family.stream().noneMatch(ProcessHandle::isAlive));
            try (Stream<Path> all = Files.walk(folder)) {
                for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                    Files.deleteIfExists(path);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while a server was being stopped", e);
        }
    }
}

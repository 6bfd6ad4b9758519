package io.github.packetboat.mail;

import io.github.packetboat.testkit.RawPeer;
import io.github.packetboat.testkit.RawServer;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/**
 * An SMTP server that understands enough to take mails, and decides on recipients by a function of the test's. Counts how
 * often it had to wait for the client, which is what a round trip is.
 */
final class FakeServer implements AutoCloseable {
    /** A mail that was taken. */
    record Taken(String sender, List<String> recipients, String text) {}

    private static final String EVERYTHING = "250-PIPELINING\r\n250-SIZE 50000000\r\n250-8BITMIME\r\n250 SMTPUTF8";

    final List<Taken> mails = new CopyOnWriteArrayList<>();
    final AtomicInteger connections = new AtomicInteger();
    final AtomicInteger waits = new AtomicInteger();
    final ConcurrentHashMap<String, AtomicInteger> asked = new ConcurrentHashMap<>();
    private final String offers;
    private final Function<String, String> recipients;
    private final Function<Taken, String> ends;
    private final RawServer server;

    private FakeServer(String offers, Function<String, String> recipients, Function<Taken, String> ends) {
        this.offers = offers;
        this.recipients = recipients;
        this.ends = ends;
        this.server = RawServer.serving(this::serve);
    }

    /** Takes everything. */
    static FakeServer open() {
        return open(recipient -> "250 2.1.5 fine");
    }

    /** @param recipients the reply to RCPT, by address */
    static FakeServer open(Function<String, String> recipients) {
        return new FakeServer(EVERYTHING, recipients, mail -> "250 2.0.0 queued");
    }

    /** Takes everything that a server without 8BITMIME can take. */
    static FakeServer without8BitMime() {
        return new FakeServer(
                "250-PIPELINING\r\n250 SIZE 50000000", recipient -> "250 fine", mail -> "250 2.0.0 queued");
    }

    /** @param ends the reply to a whole mail; null to break the connection instead */
    static FakeServer ending(Function<Taken, String> ends) {
        return new FakeServer(EVERYTHING, recipient -> "250 fine", ends);
    }

    int port() {
        return server.port();
    }

    MailServer server() {
        return MailServer.smtp("127.0.0.1")
                .port(port())
                .tls(MailServer.Tls.NONE)
                .build();
    }

    /** How often {@code recipient} was asked for, this time included. */
    int count(String recipient) {
        return asked.computeIfAbsent(recipient, key -> new AtomicInteger()).get();
    }

    private void serve(RawPeer peer) throws IOException {
        connections.incrementAndGet();
        try {
            new Dialogue(peer).run();
        } catch (SocketException e) {
            // the client is gone
        }
    }

    private final class Dialogue {
        private final RawPeer peer;
        private final InputStream in;
        private final ByteArrayOutputStream answers = new ByteArrayOutputStream();
        private String sender = "";
        private List<String> accepted = new ArrayList<>();

        Dialogue(RawPeer peer) throws IOException {
            this.peer = peer;
            this.in = new BufferedInputStream(peer.socket().getInputStream(), 1 << 16);
        }

        void run() throws IOException {
            answer("220 fake.example ESMTP");
            String line;
            while ((line = readLine()) != null) {
                String verb = line.split(" ")[0];
                switch (verb) {
                    case "EHLO" -> answer("250-fake.example\r\n" + offers);
                    case "MAIL" -> {
                        sender = path(line);
                        accepted = new ArrayList<>();
                        answer("250 2.1.0 fine");
                    }
                    case "RCPT" -> {
                        String recipient = path(line);
                        asked.computeIfAbsent(recipient, key -> new AtomicInteger())
                                .incrementAndGet();
                        String reply = recipients.apply(recipient);
                        if (reply.startsWith("2")) {
                            accepted.add(recipient);
                        }
                        answer(reply);
                    }
                    case "DATA" -> {
                        if (accepted.isEmpty()) {
                            answer("554 5.5.1 no valid recipients");
                        } else {
                            answer("354 go on");
                            if (!takeMail()) {
                                return;
                            }
                        }
                    }
                    case "QUIT" -> {
                        answer("221 bye");
                        flush();
                        return;
                    }
                    default -> answer("250 fine");
                }
            }
        }

        private boolean takeMail() throws IOException {
            StringBuilder text = new StringBuilder();
            String line;
            while ((line = readLine()) != null) {
                if (line.equals(".")) {
                    Taken taken = new Taken(sender, List.copyOf(accepted), text.toString());
                    String reply = ends.apply(taken);
                    if (reply == null) {
                        peer.reset();
                        return false;
                    }
                    if (reply.startsWith("2")) {
                        mails.add(taken);
                    }
                    answer(reply);
                    return true;
                }
                text.append(line.startsWith(".") ? line.substring(1) : line).append("\r\n");
            }
            return false;
        }

        private static String path(String line) {
            return line.substring(line.indexOf('<') + 1, line.lastIndexOf('>'));
        }

        private void answer(String reply) {
            answers.writeBytes((reply + "\r\n").getBytes(StandardCharsets.UTF_8));
        }

        private void flush() {
            if (answers.size() > 0) {
                peer.send(answers.toByteArray());
                answers.reset();
            }
        }

        private String readLine() throws IOException {
            ByteArrayOutputStream line = new ByteArrayOutputStream();
            while (true) {
                if (in.available() == 0) {
                    if (answers.size() > 0) {
                        waits.incrementAndGet();
                    }
                    flush();
                }
                int next = in.read();
                if (next < 0) {
                    return null;
                }
                if (next == '\n') {
                    return line.toString(StandardCharsets.UTF_8).stripTrailing();
                }
                line.write(next);
            }
        }
    }

    @Override
    public void close() {
        server.close();
    }
}

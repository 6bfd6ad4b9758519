package io.github.packetboat.examples;

import io.github.packetboat.codec.Codecs;
import io.github.packetboat.message.Attribute;
import io.github.packetboat.message.Connection;
import io.github.packetboat.message.MessageListener;
import io.github.packetboat.message.MessageServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * A mail server for development: it takes every mail, prints it, keeps it as a file, shows it to a browser, and sends it to
 * nobody. A codec that is there already and a listener are all that it takes.
 *
 * <pre>
 * mvn -q compile exec:java -Dexec.args="mail-sink"                 # or: mail-sink PORT FOLDER WEB_PORT; of this machine only
 * mvn -q compile exec:java -Dexec.args="send-mail 127.0.0.1 10025" # in another window
 * </pre>
 *
 * <p>What it took is at http://localhost:8025/, by {@link MailSinkPage}; what it answers to mailers is {@link
 * MailSinkDialogue}'s.
 */
public final class MailSink implements MessageListener<byte[]>, AutoCloseable {
    /** Where it listens unless told otherwise. */
    static final int PORT = 10025;

    private static final int WEB_PORT = 8025;
    private static final int MAX_LINE_BYTES = 64 * 1024;
    private static final Attribute<MailSinkDialogue> DIALOGUE = Attribute.named("dialogue");
    private static final List<byte[]> GREETING =
            MailSinkDialogue.reply("220 packetboat mail sink: everything is taken, nothing is sent");

    private final Consumer<Taken> consumer;
    private final MessageServer<byte[]> server;

    /** A mail as it came; {@code bytes} with its headers. */
    record Taken(String sender, List<String> recipients, byte[] bytes) {
        /** The text of a header, or nothing; good enough for a line on the screen. */
        String header(String name) {
            String head = new String(bytes, StandardCharsets.UTF_8).split("\r\n\r\n", 2)[0];
            return head.lines()
                    .filter(line -> line.regionMatches(true, 0, name + ":", 0, name.length() + 1))
                    .map(line -> line.substring(name.length() + 1).strip())
                    .findFirst()
                    .orElse("");
        }
    }

    /** A sink at a port of this machine, 0 for any, that hands each mail to {@code consumer}, on an event loop. */
    MailSink(int port, Consumer<Taken> consumer) throws IOException {
        this.consumer = consumer;
        this.server = MessageServer.builder(
                        Codecs.delimited((byte) '\r', (byte) '\n').maxFrameBytes(MAX_LINE_BYTES))
                .listener(this)
                .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    }

    /** Serves until the process is ended. */
    public static void main(String[] args) throws Exception {
        int port = args.length > 0 ? Integer.parseInt(args[0]) : PORT;
        Path folder = Path.of(args.length > 1 ? args[1] : "mails");
        int webPort = args.length > 2 ? Integer.parseInt(args[2]) : args.length > 0 ? 0 : WEB_PORT;
        Files.createDirectories(folder);
        AtomicLong count = new AtomicLong();
        try (MailSinkPage page = new MailSinkPage(webPort);
                MailSink sink = new MailSink(port, mail -> {
                    keep(mail, folder, count.incrementAndGet());
                    page.add(mail);
                })) {
            System.out.println("for browsers: http://localhost:" + page.port() + "/");
            System.out.println("taking mails at port " + sink.port() + " of this machine, into "
                    + folder.toAbsolutePath() + "; end with Ctrl-C");
            sink.server.awaitClosed();
        }
    }

    private static void keep(Taken mail, Path folder, long number) {
        Path file = folder.resolve(System.currentTimeMillis() + "-" + number + ".eml");
        try {
            Files.write(file, mail.bytes());
        } catch (IOException e) {
            System.err.println("cannot write " + file + ": " + e.getMessage());
        }
        System.out.println(describe(mail) + " -> " + file.getFileName());
    }

    static String describe(Taken mail) {
        return Printable.line(mail.sender() + " to " + String.join(", ", mail.recipients()) + ": "
                + mail.header("Subject") + " (" + mail.bytes().length + " bytes)");
    }

    int port() {
        return server.port();
    }

    @Override
    public void onOpen(Connection<byte[]> connection) {
        DIALOGUE.set(connection, new MailSinkDialogue(consumer));
        GREETING.forEach(connection::send);
    }

    /** The replies to all lines that came together go out together, so clients may pipeline. */
    @Override
    public void onMessage(Connection<byte[]> connection, byte[] line) {
        MailSinkDialogue dialogue = DIALOGUE.get(connection);
        dialogue.answer(line).forEach(connection::send);
        if (dialogue.isOver()) {
            connection.close();
        }
    }

    @Override
    public void close() {
        server.close();
    }
}

package io.github.packetboat.examples;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** What a {@link MailSink} answers on one connection: as much of RFC 5321 as it takes to be sent mails. Not thread-safe. */
final class MailSinkDialogue {
    private static final int MAX_MAIL_BYTES = 50_000_000;
    private static final int MAX_RECIPIENTS = 1000;
    private static final List<byte[]> NOTHING = List.of();
    private static final List<byte[]> OK = reply("250 2.0.0 fine");
    private static final List<byte[]> CAPABILITIES =
            reply("250-packetboat", "250-PIPELINING", "250-SIZE " + MAX_MAIL_BYTES, "250-8BITMIME", "250 SMTPUTF8");

    private final Consumer<MailSink.Taken> consumer;
    private String sender = "";
    private List<String> recipients = new ArrayList<>();
    private final ByteArrayOutputStream mail = new ByteArrayOutputStream();
    private boolean inMail;
    private boolean over;
    private long taken;

    MailSinkDialogue(Consumer<MailSink.Taken> consumer) {
        this.consumer = consumer;
    }

    /** Lines as the codec sends them: it adds the CRLF. */
    static List<byte[]> reply(String... lines) {
        return Stream.of(lines)
                .map(line -> line.getBytes(StandardCharsets.UTF_8))
                .toList();
    }

    boolean isOver() {
        return over;
    }

    /** The lines of the answer; none to a line of a mail. */
    List<byte[]> answer(byte[] line) {
        return inMail ? mailLine(line) : command(new String(line, StandardCharsets.UTF_8));
    }

    private List<byte[]> command(String line) {
        String verb = line.split(" ", 2)[0].toUpperCase(Locale.ROOT);
        switch (verb) {
            case "EHLO":
                return CAPABILITIES;
            case "MAIL":
                sender = path(line);
                recipients = new ArrayList<>();
                return OK;
            case "RCPT":
                if (recipients.size() >= MAX_RECIPIENTS) {
                    return reply("452 4.5.3 too many recipients");
                }
                recipients.add(path(line));
                return OK;
            case "DATA":
                if (recipients.isEmpty()) {
                    return reply("554 5.5.1 no valid recipients");
                }
                inMail = true;
                return reply("354 go on, and end with a dot on a line of its own");
            case "QUIT":
                over = true;
                return reply("221 2.0.0 bye");
            case "HELO", "RSET", "NOOP":
                return OK;
            default:
                return reply("502 5.5.1 not here");
        }
    }

    private List<byte[]> mailLine(byte[] line) {
        if (line.length == 1 && line[0] == '.') {
            inMail = false;
            boolean small = mail.size() <= MAX_MAIL_BYTES;
            if (small) {
                consumer.accept(new MailSink.Taken(sender, List.copyOf(recipients), mail.toByteArray()));
            }
            mail.reset();
            recipients = new ArrayList<>();
            return small ? reply("250 2.0.0 taken as " + ++taken) : reply("552 5.3.4 too large");
        }
        if (mail.size() <= MAX_MAIL_BYTES) {
            int dot = line.length > 0 && line[0] == '.' ? 1 : 0;
            mail.write(line, dot, line.length - dot);
            mail.write('\r');
            mail.write('\n');
        }
        return NOTHING;
    }

    private static String path(String line) {
        int from = line.indexOf('<');
        int to = line.lastIndexOf('>');
        return from < 0 || to < from ? "" : line.substring(from + 1, to);
    }
}

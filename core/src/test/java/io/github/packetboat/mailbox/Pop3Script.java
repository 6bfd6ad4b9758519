package io.github.packetboat.mailbox;

import io.github.packetboat.testkit.Certificates;
import io.github.packetboat.testkit.RawPeer;
import io.github.packetboat.testkit.Script;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** A POP3 server over TLS that answers as servers do, but where a test wants something else. Stateless, thread-safe. */
final class Pop3Script {
    private Pop3Script() {}

    /** Has one mail; {@code answers}: command to what is done. */
    static Script answering(String greeting, Map<String, Consumer<RawPeer>> answers) {
        return plain -> {
            RawPeer peer = plain.acceptTls(Certificates.server("localhost").context());
            peer.send(greeting);
            try {
                while (true) {
                    String command = peer.readLine().split(" ")[0];
                    answers.getOrDefault(command, to -> to.send(usual(command, 1)))
                            .accept(peer);
                }
            } catch (AssertionError | RuntimeException e) {
                // the client has hung up, as it should
            }
        };
    }

    /** A maildrop that lets in one at a time (RFC 1939 §4); {@code answers} instead of what is usual. */
    static Script oneAtATime(AtomicInteger mails, Map<String, String> answers, Consumer<String> onDelete) {
        AtomicBoolean locked = new AtomicBoolean();
        return plain -> {
            RawPeer peer = plain.acceptTls(Certificates.server("localhost").context());
            boolean mine = false;
            try {
                peer.send("+OK hi\r\n");
                String command = "";
                while (!command.equals("QUIT")) {
                    String line = peer.readLine();
                    command = line.split(" ")[0];
                    if (command.equals("DELE")) {
                        onDelete.accept(line);
                    }
                    if (command.equals("PASS")) {
                        mine = locked.compareAndSet(false, true);
                        peer.send(mine ? "+OK\r\n" : "-ERR [IN-USE] locked\r\n");
                    } else {
                        if (command.equals("QUIT") && mine) {
                            locked.set(false);
                            mine = false;
                        }
                        String said = answers.get(line);
                        peer.send(said == null ? usual(command, mails.get()) : said);
                    }
                }
            } catch (AssertionError | RuntimeException e) {
                // the client has hung up
            } finally {
                if (mine) {
                    locked.set(false);
                }
            }
        };
    }

    static String usual(String command, int mails) {
        return switch (command) {
            case "CAPA" -> "+OK\r\nUIDL\r\nTOP\r\nUSER\r\n.\r\n";
            case "STAT" -> "+OK " + mails + " 100\r\n";
            case "UIDL" -> list(mails, "id");
            case "LIST" -> list(mails, "10");
            case "TOP", "RETR" -> "+OK\r\nSubject: x\r\n\r\n.\r\n";
            default -> "+OK\r\n";
        };
    }

    private static String list(int mails, String what) {
        return IntStream.rangeClosed(1, mails)
                .mapToObj(i -> i + " " + what + i + "\r\n")
                .collect(Collectors.joining("", "+OK\r\n", ".\r\n"));
    }
}

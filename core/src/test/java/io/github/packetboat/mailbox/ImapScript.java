package io.github.packetboat.mailbox;

import io.github.packetboat.testkit.RawPeer;
import io.github.packetboat.testkit.Script;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import java.util.function.Consumer;

/** An IMAP server that answers as servers do, but where a test wants something else. Stateless, thread-safe. */
final class ImapScript {
    /** An answer that ends the connection instead. */
    static final String CUT = "cut";

    static final String CAPABILITIES = "* CAPABILITY IMAP4rev1 IDLE UIDPLUS\r\n";

    private ImapScript() {}

    /** {@code answer}: the number of the connection and the command, to what is said; # is the tag, and null is usual. */
    static Script of(AtomicInteger connections, BiFunction<Integer, String, String> answer) {
        return peer -> {
            int connection = connections.incrementAndGet();
            if (CUT.equals(answer.apply(connection, "CONNECT"))) {
                peer.reset();
                return;
            }
            play(peer, connection, answer);
        };
    }

    static void play(RawPeer peer, int connection, BiFunction<Integer, String, String> answer) {
        try {
            peer.send("* OK hi\r\n");
            String idle = "";
            while (true) {
                String line = peer.readLine();
                boolean done = line.equals("DONE");
                String tag = done ? idle : line.substring(0, line.indexOf(' '));
                String command = done ? "DONE" : line.substring(tag.length() + 1);
                idle = command.equals("IDLE") ? tag : idle;
                String said = answer.apply(connection, command);
                if (CUT.equals(said)) {
                    peer.close();
                    return;
                }
                peer.send((said == null ? usual(command) : said).replace("#", tag));
                if (said != null && said.startsWith("* BYE")) {
                    peer.close();
                    return;
                }
            }
        } catch (AssertionError | RuntimeException e) {
            // the client has hung up
        }
    }

    static String usual(String command) {
        if (command.equals("IDLE")) {
            return "+ idling\r\n";
        }
        String untagged = "";
        if (command.startsWith("CAPABILITY")) {
            untagged = CAPABILITIES;
        } else if (command.startsWith("SELECT")) {
            untagged = "* 3 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n* OK [UIDNEXT 4] x\r\n";
        } else if (command.startsWith("UID SEARCH")) {
            untagged = "* SEARCH 1 2 3\r\n";
        } else if (command.startsWith("UID FETCH")) {
            untagged = "* 1 FETCH (UID 1 FLAGS ())\r\n* 2 FETCH (UID 2 FLAGS ())\r\n* 3 FETCH (UID 3 FLAGS ())\r\n";
        }
        return untagged + "# OK done\r\n";
    }

    /** {@code answers}: how a command begins, to what is done. */
    static Script answering(String greeting, Map<String, Consumer<RawPeer>> answers) {
        return peer -> play(peer, greeting, answers, line -> {});
    }

    static void play(
            RawPeer peer, String greeting, Map<String, Consumer<RawPeer>> answers, Consumer<String> onCommand) {
        peer.send(greeting);
        try {
            while (true) {
                String line = peer.readLine();
                String tag = line.substring(0, line.indexOf(' '));
                String command = line.substring(tag.length() + 1);
                onCommand.accept(command);
                boolean answered = false;
                for (Map.Entry<String, Consumer<RawPeer>> each : answers.entrySet()) {
                    if (command.startsWith(each.getKey())) {
                        each.getValue().accept(Reply.tagging(peer, tag));
                        answered = true;
                    }
                }
                if (!answered) {
                    peer.send(usual(command).replace("#", tag));
                }
            }
        } catch (AssertionError | RuntimeException e) {
            // the client has hung up, as it should
        }
    }
}

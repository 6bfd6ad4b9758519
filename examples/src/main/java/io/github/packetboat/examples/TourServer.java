package io.github.packetboat.examples;

import io.github.packetboat.message.Attribute;
import io.github.packetboat.message.CloseReason;
import io.github.packetboat.message.Connection;
import io.github.packetboat.message.Group;
import io.github.packetboat.message.MessageListener;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * What the server of the tour does with lines: {@code I am NAME} joins, {@code @NAME text} goes to one, {@code ?ID text}
 * is a question and {@code =ID text} its answer, all else goes to everybody.
 */
final class TourServer implements MessageListener<String> {
    private static final Attribute<String> NAME = Attribute.named("name");

    private final Group<String> everybody = Group.named("everybody");
    private final Map<String, Connection<String>> byName = new ConcurrentSkipListMap<>();
    private final BlockingQueue<String> arrivals = new LinkedBlockingQueue<>();
    private final BlockingQueue<String> departures = new LinkedBlockingQueue<>();

    @Override
    public void onOpen(Connection<String> connection) {
        connection.send("Server Say Hello To U");
    }

    @Override
    public void onMessage(Connection<String> connection, String line) {
        String[] words = line.split(" ", 2);
        if (line.startsWith("I am ")) {
            String name = line.substring("I am ".length());
            NAME.set(connection, name);
            byName.put(name, connection);
            everybody.add(connection);
            arrivals.add(name + " is here");
        } else if (line.startsWith("@")) {
            byName.get(words[0].substring(1)).send(name(connection) + ", to you alone: " + words[1]);
        } else if (line.startsWith("?")) {
            connection.send("=" + questionId(line) + " " + String.join(", ", byName.keySet()));
        } else {
            everybody.broadcastExcept(name(connection) + ": " + line, connection);
        }
    }

    /** By now the connection is in no group any more. When the server itself stops, nobody is told: they all close. */
    @Override
    public void onClose(Connection<String> connection, CloseReason reason) {
        byName.remove(name(connection), connection);
        if (reason.kind() != CloseReason.Kind.LOCAL_CLOSE) {
            everybody.broadcast("* " + name(connection) + " has left");
        }
        departures.add(name(connection) + " has left (" + reason.kind() + ")");
    }

    void notesArrival(String name) throws InterruptedException {
        note(name + " is here", arrivals);
    }

    void notesDeparture(String name, CloseReason.Kind why) throws InterruptedException {
        note(name + " has left (" + why + ")", departures);
    }

    private static void note(String expected, BlockingQueue<String> notes) throws InterruptedException {
        String note = Expect.next(notes);
        Tour.show("server", "notes", note);
        Expect.same(expected, note);
    }

    void cuts(String name) {
        Tour.show("server", "cuts ", name + "'s connection");
        byName.get(name).abort();
    }

    private static String name(Connection<String> connection) {
        return String.valueOf(NAME.get(connection));
    }

    static String questionId(String line) {
        return line.startsWith("?") ? id(line) : null;
    }

    static String answeredId(String line) {
        return line.startsWith("=") ? id(line) : null;
    }

    private static String id(String line) {
        return line.substring(1).split(" ", 2)[0];
    }
}

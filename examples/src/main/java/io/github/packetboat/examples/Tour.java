package io.github.packetboat.examples;

import io.github.packetboat.codec.Codecs;
import io.github.packetboat.message.CloseReason;
import io.github.packetboat.message.MessageServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.concurrent.TimeUnit;

/**
 * A server and three clients in one process, step by step: greeting, broadcast, private message, request and response, a
 * client that leaves, one that is cut off and comes back, and the end; then datagrams to one, to all and to a group, and a
 * mail. Each line is printed when it has really happened; a step that goes wrong ends the tour with an exception.
 *
 * <pre>
 * mvn -q compile exec:java
 * </pre>
 */
public final class Tour {
    private static final String GREETING = "Server Say Hello To U";

    private static int steps;

    private Tour() {}

    /** Takes the tour. */
    public static void main(String[] args) throws Exception {
        long began = System.nanoTime();
        steps = 0;
        step("A server starts, at a port that is free");
        TourServer listener = new TourServer();
        SocketAddress local = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        try (MessageServer<String> server =
                MessageServer.builder(Codecs.lines()).listener(listener).bind(local)) {
            show("server", "is at", "port " + server.port());
            meet(server, listener);
            TourDatagrams.tour();
            TourMail.tour();
            System.out.printf(
                    "%nAll of this has just happened, over real sockets, in %d ms: %d connections, %d messages.%n",
                    TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began),
                    server.stats().acceptedConnections(),
                    server.stats().messagesReceived() + server.stats().messagesSent());
        }
    }

    private static void meet(MessageServer<String> server, TourServer listener) throws Exception {
        SocketAddress address = server.addresses().get(0);
        step("Three clients connect, and each is greeted");
        try (TourGuest ann = new TourGuest("ann", address)) {
            arrives("ann", ann, listener);
            try (TourGuest ben = new TourGuest("ben", address)) {
                arrives("ben", ben, listener);
                try (TourGuest cho = new TourGuest("cho", address)) {
                    arrives("cho", cho, listener);
                    talk(ann, ben, cho);
                    step("Cho leaves: the server notices, and the others are told");
                }
                listener.notesDeparture("cho", CloseReason.Kind.PEER_CLOSED);
                ann.hears("* cho has left");
                ben.hears("* cho has left");

                step("Ben's connection is cut, and his client comes back by itself");
                listener.cuts("ben");
                listener.notesDeparture("ben", CloseReason.Kind.ABORTED);
                ann.hears("* ben has left");
                ben.hears("(connection closed: CONNECTION_LOST)");
                arrives("ben", ben, listener);
                ben.says("here I am again");
                ann.hears("ben: here I am again");

                step("The server stops: those who are still there are told");
                server.close();
                ann.hears("(connection closed: PEER_CLOSED)");
                ben.hears("(connection closed: PEER_CLOSED)");
            }
        }
    }

    private static void talk(TourGuest ann, TourGuest ben, TourGuest cho) throws Exception {
        step("Ann says something, and all the others hear it: a broadcast, encoded once");
        ann.says("hello, everybody");
        ben.hears("ann: hello, everybody");
        cho.hears("ann: hello, everybody");

        step("Ben tells Cho something that Ann does not hear");
        ben.says("@cho are you leaving already?");
        cho.hears("ben, to you alone: are you leaving already?");

        step("Ann asks the server: the answer finds its question by the number, and has a deadline");
        ann.asks("?1 who is here", "=1 ann, ben, cho");
    }

    private static void arrives(String name, TourGuest guest, TourServer listener) throws InterruptedException {
        guest.hears(GREETING);
        listener.notesArrival(name);
    }

    static void step(String title) {
        System.out.printf("%n%d. %s%n", ++steps, title);
    }

    static void show(String who, String does, String what) {
        System.out.printf("   %-6s %s  %s%n", who, does, what);
    }
}

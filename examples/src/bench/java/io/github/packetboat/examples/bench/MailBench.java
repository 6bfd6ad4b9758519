package io.github.packetboat.examples.bench;

import io.github.packetboat.mail.Attachment;
import io.github.packetboat.mail.Mail;
import io.github.packetboat.mail.MailServer;
import io.github.packetboat.mail.Mailer;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/**
 * Mails a second, composed and sent, against Postfix's smtp-sink: this library, Angus with one connection that is kept,
 * Simple Java Mail with its batch module, Spring's sender and Vert.x, in turns; then how long a mail with an attachment takes,
 * and how many threads 1,000 connections do. Prints medians of the rounds with their spread, and ratios within rounds to the
 * best other. Needs {@code smtp-sink} on the PATH.
 *
 * <pre>
 * MailBench [ROUNDS]
 * </pre>
 */
public final class MailBench {
    private static final String SMALL = "This is a line of a mail of about two kilobytes.\n".repeat(41);
    private static final String LARGE = SMALL.repeat(10);
    private static final int CONNECTIONS = 1000;

    private record Peer(String name, MailSenders.Sender sender) {}

    private static final Peer OURS = new Peer("Packetboat", MailSenders::ours);
    private static final Peer ANGUS = new Peer("Angus, one connection", MailSenders::angus);
    private static final Peer SIMPLE = new Peer("Simple Java Mail, batch", MailSenders::simpleJavaMail);
    private static final Peer SPRING = new Peer("Spring's sender", MailSenders::spring);
    private static final Peer VERTX = new Peer("Vert.x", MailSenders::vertx);

    private MailBench() {}

    /** Measures all. */
    public static void main(String[] args) throws Exception {
        int rounds = args.length > 0 ? Integer.parseInt(args[0]) : 5;
        int port = freePort();
        Process sink = sink(port);
        try (Delay delay = new Delay(port, 5)) {
            run("2 KB, 1 connection, loopback", port, 1, 3000, SMALL, rounds, OURS, ANGUS, SIMPLE, SPRING, VERTX);
            run("2 KB, 1 connection, 5 ms", delay.port(), 1, 200, SMALL, rounds, OURS, ANGUS, SIMPLE, SPRING, VERTX);
            run("20 KB, 4 connections, loopback", port, 4, 400, LARGE, rounds, OURS, SIMPLE, VERTX);
            attachments(port);
        } finally {
            sink.destroy();
        }
        int slow = freePort();
        Process slowSink = sink(slow, "-w", "1"); // answers the end of each mail after a second
        try {
            threads(slow);
        } finally {
            slowSink.destroy();
        }
    }

    private static Process sink(int port, String... options) throws Exception {
        List<String> command = new ArrayList<>(List.of("smtp-sink"));
        if (System.getProperty("user.name").equals("root")) {
            command.addAll(List.of("-u", "nobody")); // it does not run as root
        }
        command.addAll(List.of(options));
        command.addAll(List.of("127.0.0.1:" + port, "1000"));
        Process sink = new ProcessBuilder(command).inheritIO().start();
        Thread.sleep(500); // it says nothing when it is ready
        if (!sink.isAlive()) {
            throw new IllegalStateException("smtp-sink has ended, see above");
        }
        return sink;
    }

    private static int freePort() throws Exception {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static void run(String title, int port, int connections, int mails, String text, int rounds, Peer... peers)
            throws Exception {
        double[][] rates = new double[peers.length][rounds];
        for (int round = -1; round < rounds; round++) { // the first one warms up
            for (int i = 0; i < peers.length; i++) {
                long start = System.nanoTime();
                peers[i].sender.send(port, connections, mails, text);
                if (round >= 0) {
                    rates[i][round] = mails * 1e9 / (System.nanoTime() - start);
                }
            }
        }
        System.out.println(title + ", mails/s");
        for (int i = 0; i < peers.length; i++) {
            System.out.printf("   %-26s %s%n", peers[i].name, spread("%.0f", rates[i]));
        }
        double[] ratios = IntStream.range(0, rounds)
                .mapToDouble(round -> rates[0][round]
                        / IntStream.range(1, peers.length)
                                .mapToDouble(i -> rates[i][round])
                                .max()
                                .orElseThrow())
                .toArray();
        System.out.println("   times the best other: " + spread("%.2f", ratios));
    }

    /** One mail after the other with 100 KB attached, each waited for. */
    private static void attachments(int port) throws Exception {
        byte[] content = new byte[100 * 1024];
        new Random(1).nextBytes(content);
        int mails = 1000;
        double[] millis = new double[mails];
        try (Mailer mailer = Mailer.of(MailSenders.server(port))) {
            for (int i = -mails; i < mails; i++) {
                long start = System.nanoTime();
                mailer.send(Mail.builder()
                        .from("me@example.com", "Me")
                        .to("you@example.com")
                        .subject("with 100 KB")
                        .text("see the attachment")
                        .attach(Attachment.of("data.bin", content))
                        .build());
                if (i >= 0) {
                    millis[i] = (System.nanoTime() - start) / 1e6;
                }
            }
        }
        Arrays.sort(millis);
        System.out.printf(
                "100 KB attached, composed, sent and accepted: median %.2f ms, 99th percentile %.2f ms%n",
                millis[mails / 2], millis[mails * 99 / 100]);
    }

    /** As many connections as there may be, each waiting for its server: how many threads that takes. */
    private static void threads(int port) throws Exception {
        MailServer server = MailSenders.server(port);
        int before = Thread.activeCount();
        try (Mailer mailer = Mailer.builder(server)
                .maxConnections(CONNECTIONS)
                .maxWaiting(4 * CONNECTIONS)
                .deadline(Duration.ofMinutes(2))
                .build()) {
            for (int i = 0; i < 3 * CONNECTIONS; i++) {
                mailer.sendAsync(MailSenders.mail(i, SMALL));
            }
            int most = 0;
            int threads = 0;
            while (mailer.stats().accepted() < 3 * CONNECTIONS) {
                if (mailer.stats().connections() > most) {
                    most = mailer.stats().connections();
                    threads = Thread.activeCount() - before;
                }
                TimeUnit.MILLISECONDS.sleep(10);
            }
            System.out.printf("%d connections at once: %d threads%n", most, threads);
        }
    }

    private static String spread(String format, double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return (format + " (" + format + " to " + format + ")")
                .formatted(sorted[sorted.length / 2], sorted[0], sorted[sorted.length - 1]);
    }
}

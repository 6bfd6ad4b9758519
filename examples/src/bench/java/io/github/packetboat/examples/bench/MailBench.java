package io.github.packetboat.examples.bench;

import io.github.packetboat.mail.Mail;
import io.github.packetboat.mail.MailServer;
import io.github.packetboat.mail.Mailer;
import io.vertx.core.Vertx;
import io.vertx.ext.mail.MailClient;
import io.vertx.ext.mail.MailConfig;
import io.vertx.ext.mail.MailMessage;
import io.vertx.ext.mail.StartTLSOptions;
import jakarta.mail.Message;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Arrays;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.stream.IntStream;
import org.simplejavamail.api.mailer.config.TransportStrategy;
import org.simplejavamail.email.EmailBuilder;

/**
 * Mails a second, composed and sent, against Postfix's smtp-sink: this library, Angus with one connection that is kept,
 * Simple Java Mail with its batch module and Vert.x, in turns. Prints the median of the rounds and its ratio to the best
 * other. Needs {@code smtp-sink} on the PATH.
 *
 * <pre>
 * MailBench [ROUNDS]
 * </pre>
 */
public final class MailBench {
    private static final String SMALL = "This is a line of a mail of about two kilobytes.\n".repeat(41);
    private static final String LARGE = SMALL.repeat(10);

    private interface Sender {
        /** Sends so many mails of that text, and returns when all are accepted. */
        void send(int port, int connections, int mails, String text) throws Exception;
    }

    private record Peer(String name, Sender sender) {}

    private static final Peer OURS = new Peer("Packetboat", MailBench::ours);
    private static final Peer ANGUS = new Peer("Angus, one connection", MailBench::angus);
    private static final Peer SIMPLE = new Peer("Simple Java Mail 8.12.6", MailBench::simpleJavaMail);
    private static final Peer VERTX = new Peer("Vert.x 5.0.8", MailBench::vertx);

    private MailBench() {}

    /** Measures all. */
    public static void main(String[] args) throws Exception {
        int rounds = args.length > 0 ? Integer.parseInt(args[0]) : 3;
        int port = freePort();
        Process sink = new ProcessBuilder("smtp-sink", "-c", "127.0.0.1:" + port, "500").start();
        try (Delay delay = new Delay(port, 5)) {
            Thread.sleep(500); // smtp-sink says nothing when it is ready
            run("2 KB, 1 connection, loopback", port, 1, 3000, SMALL, rounds, OURS, ANGUS, SIMPLE, VERTX);
            run("2 KB, 1 connection, 5 ms", delay.port(), 1, 200, SMALL, rounds, OURS, ANGUS, SIMPLE, VERTX);
            run("20 KB, 4 connections, loopback", port, 4, 400, LARGE, rounds, OURS, SIMPLE, VERTX);
        } finally {
            sink.destroy();
        }
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
        System.out.println(title);
        double best = IntStream.range(1, peers.length)
                .mapToDouble(i -> median(rates[i]))
                .max()
                .orElseThrow();
        for (int i = 0; i < peers.length; i++) {
            System.out.printf(
                    "   %-26s %8.0f mails/s%s%n",
                    peers[i].name,
                    median(rates[i]),
                    i == 0 ? "   %.1f times the best other".formatted(median(rates[0]) / best) : "");
        }
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    private static void ours(int port, int connections, int mails, String text) throws Exception {
        MailServer server =
                MailServer.smtp("127.0.0.1").port(port).tls(MailServer.Tls.NONE).build();
        try (Mailer mailer = Mailer.builder(server)
                .maxConnections(connections)
                .maxMailsPerConnection(mails)
                .build()) {
            Iterable<Mail> all = IntStream.range(0, mails)
                    .mapToObj(i -> Mail.builder()
                            .from("me@example.com", "Me")
                            .to("you" + i + "@example.com")
                            .subject("mail " + i)
                            .text(text)
                            .build())::iterator;
            check(mailer.sendAll(all, report -> {}).accepted() == mails);
        }
    }

    private static void check(boolean accepted) {
        if (!accepted) {
            throw new IllegalStateException("not all were accepted");
        }
    }

    private static void angus(int port, int connections, int mails, String text) throws Exception {
        Properties properties = new Properties();
        properties.setProperty("mail.smtp.host", "127.0.0.1");
        properties.setProperty("mail.smtp.port", Integer.toString(port));
        Session session = Session.getInstance(properties);
        try (Transport transport = session.getTransport("smtp")) {
            transport.connect();
            for (int i = 0; i < mails; i++) {
                MimeMessage message = new MimeMessage(session);
                message.setFrom(new InternetAddress("me@example.com", "Me"));
                message.setRecipient(Message.RecipientType.TO, new InternetAddress("you" + i + "@example.com"));
                message.setSubject("mail " + i);
                message.setText(text);
                message.saveChanges();
                transport.sendMessage(message, message.getAllRecipients());
            }
        }
    }

    private static void simpleJavaMail(int port, int connections, int mails, String text) throws Exception {
        try (org.simplejavamail.api.mailer.Mailer mailer = org.simplejavamail.mailer.MailerBuilder.withSMTPServer(
                        "127.0.0.1", port)
                .withTransportStrategy(TransportStrategy.SMTP)
                .withConnectionPoolCoreSize(connections)
                .withConnectionPoolMaxSize(connections)
                .withThreadPoolSize(connections)
                .buildMailer()) {
            CompletableFuture<?>[] all = IntStream.range(0, mails)
                    .mapToObj(i -> mailer.sendMail(
                            EmailBuilder.startingBlank()
                                    .from("Me", "me@example.com")
                                    .to("you" + i + "@example.com")
                                    .withSubject("mail " + i)
                                    .withPlainText(text)
                                    .buildEmail(),
                            true))
                    .toArray(CompletableFuture[]::new);
            CompletableFuture.allOf(all).get();
            mailer.shutdownConnectionPool().get();
        }
    }

    private static void vertx(int port, int connections, int mails, String text) throws Exception {
        Vertx vertx = Vertx.vertx();
        MailClient client = MailClient.create(
                vertx,
                new MailConfig("127.0.0.1", port)
                        .setStarttls(StartTLSOptions.DISABLED)
                        .setMaxPoolSize(connections)
                        .setPipelining(true));
        try {
            Semaphore ahead = new Semaphore(1000);
            CountDownLatch done = new CountDownLatch(mails);
            for (int i = 0; i < mails; i++) {
                ahead.acquire();
                client.sendMail(new MailMessage("me@example.com", "you" + i + "@example.com", "mail " + i, text))
                        .onComplete(result -> {
                            check(result.succeeded());
                            ahead.release();
                            done.countDown();
                        });
            }
            done.await();
        } finally {
            client.close().toCompletionStage().toCompletableFuture().get();
            vertx.close().toCompletionStage().toCompletableFuture().get();
        }
    }
}

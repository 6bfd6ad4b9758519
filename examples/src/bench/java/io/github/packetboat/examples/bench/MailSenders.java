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
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.stream.IntStream;
import org.simplejavamail.api.mailer.config.TransportStrategy;
import org.simplejavamail.email.EmailBuilder;
import org.springframework.mail.javamail.JavaMailSenderImpl;
import org.springframework.mail.javamail.MimeMessageHelper;

/** Who takes part in {@link MailBench}: each composes and sends the same mails as its documentation says. */
final class MailSenders {
    /** How many mails Spring is given in one call; it opens a connection for each call. */
    private static final int BATCH = 500;

    /** One way to send. */
    interface Sender {
        /** Sends so many mails of that text, and returns when all are accepted. */
        void send(int port, int connections, int mails, String text) throws Exception;
    }

    private MailSenders() {}

    static MailServer server(int port) {
        return MailServer.smtp("127.0.0.1").port(port).tls(MailServer.Tls.NONE).build();
    }

    static Mail mail(int i, String text) {
        return Mail.builder()
                .from("me@example.com", "Me")
                .to("you" + i + "@example.com")
                .subject("mail " + i)
                .text(text)
                .build();
    }

    static void ours(int port, int connections, int mails, String text) throws Exception {
        try (Mailer mailer = Mailer.builder(server(port))
                .maxConnections(connections)
                .maxMailsPerConnection(mails)
                .build()) {
            Iterable<Mail> all = IntStream.range(0, mails).mapToObj(i -> mail(i, text))::iterator;
            check(mailer.sendAll(all, report -> {}).accepted() == mails);
        }
    }

    private static void check(boolean accepted) {
        if (!accepted) {
            throw new IllegalStateException("not all were accepted");
        }
    }

    static void angus(int port, int connections, int mails, String text) throws Exception {
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

    @SuppressWarnings("try") // its close() may throw InterruptedException
    static void simpleJavaMail(int port, int connections, int mails, String text) throws Exception {
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

    static void vertx(int port, int connections, int mails, String text) throws Exception {
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

    static void spring(int port, int connections, int mails, String text) throws Exception {
        JavaMailSenderImpl sender = new JavaMailSenderImpl();
        sender.setHost("127.0.0.1");
        sender.setPort(port);
        for (int from = 0; from < mails; from += BATCH) {
            MimeMessage[] batch = new MimeMessage[Math.min(BATCH, mails - from)];
            for (int i = 0; i < batch.length; i++) {
                batch[i] = sender.createMimeMessage();
                MimeMessageHelper helper = new MimeMessageHelper(batch[i], "UTF-8");
                helper.setFrom("me@example.com", "Me");
                helper.setTo("you" + (from + i) + "@example.com");
                helper.setSubject("mail " + (from + i));
                helper.setText(text);
            }
            sender.send(batch);
        }
    }
}

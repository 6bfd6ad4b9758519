package io.github.packetboat.examples;

import io.github.packetboat.mail.Mail;
import io.github.packetboat.mail.MailServer;
import io.github.packetboat.mail.Mailer;
import io.github.packetboat.mail.SendResult;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** The part of the tour in which a mail is sent. */
final class TourMail {
    private TourMail() {}

    static void tour() throws Exception {
        Tour.step("A mail is sent to a mail server made of the same parts, and its result says so");
        BlockingQueue<String> taken = new LinkedBlockingQueue<>();
        try (MailSink sink = new MailSink(0, mail -> taken.add(mail.sender() + ": " + mail.header("Subject")));
                Mailer mailer = Mailer.of(MailServer.smtp("127.0.0.1")
                        .port(sink.port())
                        .tls(MailServer.Tls.NONE)
                        .build())) {
            SendResult result = mailer.send(Mail.builder()
                    .from("ann@example.com", "Ann")
                    .to("cho@example.com")
                    .subject("see you soon")
                    .text("You left so early.")
                    .build());
            Tour.show("sink", "takes", Expect.next(taken));
            Tour.show("ann", "reads", result.recipients().get(0).toString());
        }
    }
}

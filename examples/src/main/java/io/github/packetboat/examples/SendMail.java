package io.github.packetboat.examples;

import io.github.packetboat.mail.Attachment;
import io.github.packetboat.mail.Mail;
import io.github.packetboat.mail.Mailer;
import io.github.packetboat.mail.SendResult;
import java.nio.charset.StandardCharsets;

/**
 * Sends one mail: a sender with a name in Chinese, two recipients and a copy to oneself, text and an attachment. Without an
 * account in the environment it goes to a sink, see {@link MailTarget}.
 *
 * <pre>
 * mvn -q compile exec:java -Dexec.args="send-mail"                 # or: send-mail HOST PORT, of a server without TLS
 * </pre>
 */
public final class SendMail {
    private SendMail() {}

    /** Sends it. */
    public static void main(String[] args) throws Exception {
        try (MailTarget target = MailTarget.of(args, true);
                Mailer mailer = Mailer.of(target.server())) {
            Mail mail = Mail.builder()
                    .from(MailTarget.from(), "飞翔的代码")
                    .to(MailTarget.to(), "another@example.com")
                    .cc(MailTarget.from())
                    .subject("测试邮件")
                    .text("你好，这是正文。")
                    .attach(Attachment.of("报告.txt", "附件".getBytes(StandardCharsets.UTF_8)))
                    .build();

            SendResult result = mailer.send(mail);

            result.recipients().forEach(each -> System.out.println("   " + Printable.line(each.toString())));
            System.out.println("sent through " + target.server().host() + ", attempts: " + result.attempts());
        }
    }
}

package io.github.packetboat.examples;

import jakarta.mail.internet.MimeMessage;
import org.springframework.mail.SimpleMailMessage;
import org.springframework.mail.javamail.JavaMailSenderImpl;
import org.springframework.mail.javamail.MimeMessageHelper;

/**
 * Spring's own sender with this library's engine underneath: one property, and nothing else changes. In Spring Boot that is
 * {@code spring.mail.protocol=packetboat}.
 *
 * <pre>
 * mvn -q compile exec:java -Dexec.args="spring-mail"
 * </pre>
 */
public final class SpringMail {
    private SpringMail() {}

    /** Sends two mails. */
    public static void main(String[] args) throws Exception {
        try (MailTarget target = MailTarget.of(new String[0], true)) {
            JavaMailSenderImpl sender = new JavaMailSenderImpl();
            sender.setProtocol("packetboat"); // this is all
            sender.setHost(target.server().host());
            sender.setPort(target.server().port());
            sender.getJavaMailProperties().setProperty("mail.smtp.starttls.enable", "false"); // the sink has no TLS

            SimpleMailMessage simple = new SimpleMailMessage();
            simple.setFrom(MailTarget.from());
            simple.setTo(MailTarget.to());
            simple.setSubject("simple");
            simple.setText("A mail by Spring.");
            sender.send(simple);

            MimeMessage rich = sender.createMimeMessage();
            MimeMessageHelper helper = new MimeMessageHelper(rich, true, "UTF-8");
            helper.setFrom(MailTarget.from(), "飞翔的代码");
            helper.setTo(MailTarget.to());
            helper.setSubject("rich");
            helper.setText("text", "<p>HTML</p>");
            sender.send(rich);
            System.out.println("Spring has sent 2 mails through the protocol " + sender.getProtocol());
        }
    }
}

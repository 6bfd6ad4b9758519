package io.github.packetboat.examples;

import io.github.packetboat.mail.Attachment;
import io.github.packetboat.mail.Mail;
import io.github.packetboat.mail.Mailer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * The mail that somebody gets who has signed up: HTML with a logo in it, the same as text, and a template. The template here
 * is a few lines; any engine fits in its place, since a template is no more than a function.
 *
 * <pre>
 * mvn -q compile exec:java -Dexec.args="sign-up-mail"
 * </pre>
 */
public final class SignUpMail {
    private static final String HTML = "<p><img src=\"cid:logo\" alt=\"\"> Welcome, {name}!</p>"
            + "<p><a href=\"{link}\">Confirm your address</a></p>";
    private static final String TEXT = "Welcome, {name}!\n\nConfirm your address: {link}\n";
    private static final String LOGO =
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"16\" height=\"16\"><circle cx=\"8\" cy=\"8\" r=\"8\"/></svg>";

    private SignUpMail() {}

    /** Sends it. */
    public static void main(String[] args) throws Exception {
        Map<String, String> values = Map.of("name", "Ann & Ben", "link", "https://example.com/confirm?id=4711");
        try (MailTarget target = MailTarget.of(args, true);
                Mailer mailer = Mailer.of(target.server())) {
            Mail mail = Mail.builder()
                    .from(MailTarget.from(), "Example")
                    .to(MailTarget.to())
                    .subject("Welcome")
                    .text(fill(TEXT, values, UnaryOperator.identity()))
                    .html(fill(HTML, values, SignUpMail::escaped))
                    .inline("logo", Attachment.of("logo.svg", LOGO.getBytes(StandardCharsets.UTF_8)))
                    .build();
            System.out.println("   accepted: " + mailer.send(mail).isAccepted());
        }
    }

    private static String fill(String template, Map<String, String> values, UnaryOperator<String> escape) {
        String text = template;
        for (Map.Entry<String, String> each : values.entrySet()) {
            text = text.replace("{" + each.getKey() + "}", escape.apply(each.getValue()));
        }
        return text;
    }

    /** What a user typed must not become HTML. */
    private static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}

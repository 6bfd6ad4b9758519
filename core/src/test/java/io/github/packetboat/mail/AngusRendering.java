package io.github.packetboat.mail;

import jakarta.activation.DataHandler;
import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeBodyPart;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeMultipart;
import jakarta.mail.internet.MimePart;
import jakarta.mail.util.ByteArrayDataSource;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Date;
import java.util.Map;
import java.util.Properties;

/** A mail as one writes it by hand with jakarta.mail, and as Angus renders that. */
final class AngusRendering {
    private static final Session SESSION = Session.getInstance(new Properties());

    private AngusRendering() {}

    static byte[] bytes(Mail mail) {
        try {
            MimeMessage message = new MimeMessage(SESSION);
            message.setFrom(address(mail.from()));
            for (Address to : mail.to()) {
                message.addRecipient(Message.RecipientType.TO, address(to));
            }
            message.setSubject(mail.subject(), "UTF-8");
            message.setSentDate(Date.from(mail.date().toInstant()));
            if (mail.attachments().isEmpty()) {
                putTexts(message, mail);
            } else {
                MimeBodyPart texts = new MimeBodyPart();
                putTexts(texts, mail);
                MimeMultipart mixed = new MimeMultipart("mixed", texts);
                for (Attachment attachment : mail.attachments()) {
                    mixed.addBodyPart(file(attachment, "attachment"));
                }
                message.setContent(mixed);
            }
            message.saveChanges();
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            message.writeTo(out);
            return Crlf.only(out.toByteArray());
        } catch (MessagingException | IOException e) {
            throw new AssertionError(e);
        }
    }

    private static InternetAddress address(Address address) throws IOException {
        return new InternetAddress(
                address.asciiDomainAddress(), address.name().isEmpty() ? null : address.name(), "UTF-8");
    }

    /** The text; beside HTML if there is any, and that with its images. */
    private static void putTexts(MimePart into, Mail mail) throws MessagingException, IOException {
        if (mail.html() == null) {
            into.setText(mail.text(), "UTF-8");
            return;
        }
        MimeBodyPart text = new MimeBodyPart();
        text.setText(mail.text(), "UTF-8");
        MimeBodyPart html = new MimeBodyPart();
        html.setText(mail.html(), "UTF-8", "html");
        if (!mail.inline().isEmpty()) {
            MimeMultipart related = new MimeMultipart("related", html);
            for (Map.Entry<String, Attachment> each : mail.inline().entrySet()) {
                MimeBodyPart image = file(each.getValue(), "inline");
                image.setContentID("<" + each.getKey() + ">");
                related.addBodyPart(image);
            }
            html = new MimeBodyPart();
            html.setContent(related);
        }
        into.setContent(new MimeMultipart("alternative", text, html));
    }

    private static MimeBodyPart file(Attachment attachment, String disposition) throws MessagingException, IOException {
        MimeBodyPart part = new MimeBodyPart();
        try (InputStream in = attachment.open()) {
            part.setDataHandler(new DataHandler(new ByteArrayDataSource(in.readAllBytes(), attachment.type())));
        }
        part.setFileName(attachment.name());
        part.setDisposition(disposition);
        return part;
    }
}

package io.github.packetboat.mail;

import jakarta.mail.BodyPart;
import jakarta.mail.MessagingException;
import jakarta.mail.Multipart;
import jakarta.mail.Part;
import jakarta.mail.Session;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimePart;
import jakarta.mail.internet.MimeUtility;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Properties;

/** A message as Angus reads it. */
final class AngusView {
    /** One leaf. */
    record Leaf(
            String path,
            String type,
            String disposition,
            String fileName,
            String contentId,
            String encoding,
            Object content) {}

    private static final Session SESSION = session();

    final MimeMessage message;
    final List<Leaf> leaves = new ArrayList<>();

    private AngusView(MimeMessage message) {
        this.message = message;
    }

    private static Session session() {
        Properties properties = new Properties();
        properties.setProperty("mail.mime.allowutf8", "true");
        return Session.getInstance(properties);
    }

    static AngusView of(byte[] bytes) {
        try {
            AngusView view = new AngusView(new MimeMessage(SESSION, new ByteArrayInputStream(bytes)));
            view.walk("", view.message);
            return view;
        } catch (MessagingException | IOException e) {
            throw new AssertionError(e);
        }
    }

    private void walk(String path, Part part) throws MessagingException, IOException {
        String type = part.getContentType().replaceAll("(?s);.*", "").toLowerCase();
        if (part.getContent() instanceof Multipart parts) {
            for (int i = 0; i < parts.getCount(); i++) {
                BodyPart child = parts.getBodyPart(i);
                walk(path + type.replace("multipart/", "") + "/", child);
            }
            return;
        }
        Object content = part.getContent() instanceof String text && part.getFileName() == null
                ? text
                : part.getInputStream().readAllBytes();
        leaves.add(new Leaf(
                path,
                type,
                part.getDisposition(),
                fileName(part),
                ((MimePart) part).getContentID(),
                ((MimePart) part).getEncoding(),
                content));
    }

    private static String fileName(Part part) throws MessagingException {
        return part.getFileName();
    }

    String subject() {
        try {
            return message.getSubject();
        } catch (MessagingException e) {
            throw new AssertionError(e);
        }
    }

    /** {@code name <address>} of each in the field. */
    List<String> addresses(String field) {
        try {
            String raw = message.getHeader(field, ",");
            if (raw == null) {
                return List.of();
            }
            return Arrays.stream(InternetAddress.parseHeader(raw, false))
                    .map(a -> (a.getPersonal() == null ? "" : a.getPersonal() + " ") + "<" + a.getAddress() + ">")
                    .toList();
        } catch (MessagingException e) {
            throw new AssertionError(e);
        }
    }

    /** The field's value, unfolded and decoded. */
    String header(String name) {
        try {
            String raw = message.getHeader(name, null);
            return raw == null ? null : MimeUtility.decodeText(MimeUtility.unfold(raw));
        } catch (MessagingException | IOException e) {
            throw new AssertionError(e);
        }
    }

    String text(String type) {
        return leaves.stream()
                .filter(leaf -> leaf.type.equals(type))
                .map(leaf -> (String) leaf.content)
                .findFirst()
                .orElse(null);
    }
}

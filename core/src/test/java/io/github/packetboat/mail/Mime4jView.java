package io.github.packetboat.mail;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import org.apache.james.mime4j.dom.BinaryBody;
import org.apache.james.mime4j.dom.Entity;
import org.apache.james.mime4j.dom.Message;
import org.apache.james.mime4j.dom.Multipart;
import org.apache.james.mime4j.dom.TextBody;
import org.apache.james.mime4j.dom.address.Mailbox;
import org.apache.james.mime4j.message.DefaultMessageBuilder;
import org.apache.james.mime4j.stream.Field;
import org.apache.james.mime4j.stream.MimeConfig;

/** A message as Apache's mime4j reads it. */
final class Mime4jView {
    /** One leaf: text is a String with LF line ends, all else are bytes. */
    record Leaf(String path, String type, String disposition, String fileName, String contentId, Object content) {}

    final Message message;
    final List<Leaf> leaves = new ArrayList<>();

    private Mime4jView(Message message) {
        this.message = message;
    }

    static Mime4jView of(byte[] bytes) {
        try {
            DefaultMessageBuilder builder = new DefaultMessageBuilder();
            builder.setMimeEntityConfig(MimeConfig.PERMISSIVE);
            Mime4jView view = new Mime4jView(builder.parseMessage(new ByteArrayInputStream(bytes)));
            view.walk("", view.message);
            return view;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private void walk(String path, Entity entity) throws IOException {
        if (entity.getBody() instanceof Multipart parts) {
            for (Entity part : parts.getBodyParts()) {
                walk(path + parts.getSubType() + "/", part);
            }
            return;
        }
        Field contentId = entity.getHeader().getField("Content-ID");
        leaves.add(new Leaf(
                path,
                entity.getMimeType(),
                entity.getDispositionType(),
                entity.getFilename(),
                contentId == null ? null : contentId.getBody(),
                content(entity)));
    }

    private static Object content(Entity entity) throws IOException {
        if (entity.getBody() instanceof TextBody text) {
            StringWriter all = new StringWriter();
            try (Reader reader = text.getReader()) {
                reader.transferTo(all);
            }
            return all.toString().replace("\r\n", "\n").replace('\r', '\n');
        }
        try (InputStream in = ((BinaryBody) entity.getBody()).getInputStream()) {
            return in.readAllBytes();
        }
    }

    String subject() {
        return message.getSubject();
    }

    /** {@code name <address>} of each. */
    List<String> from() {
        return message.getFrom().stream().map(Mime4jView::shown).toList();
    }

    List<String> to() {
        return message.getTo().flatten().stream().map(Mime4jView::shown).toList();
    }

    private static String shown(Mailbox mailbox) {
        String name = mailbox.getName();
        return (name == null || name.isEmpty() ? "" : name + " ") + "<" + mailbox.getAddress() + ">";
    }
}

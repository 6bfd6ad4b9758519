package io.github.packetboat.mail;

import io.github.packetboat.internal.mime.Rendering;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

/** Writes mails to files, each under another name until it is whole. Thread-safe. */
final class PickupDirectory extends DeliveryMethod {
    private final Path directory;

    PickupDirectory(Path directory) {
        this.directory = directory;
    }

    @Override
    SendResult deliver(Outgoing mail, Rendering rendering, long startNanos) throws IOException {
        Files.createDirectories(directory);
        String name = UUID.randomUUID().toString();
        Path part = directory.resolve(name + ".part");
        Path whole = directory.resolve(name + ".eml");
        try {
            try (OutputStream out =
                    Files.newOutputStream(part, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                out.write(envelope(mail));
                rendering.writeTo(out);
            }
            Files.move(part, whole, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException | RuntimeException e) {
            Files.deleteIfExists(part);
            throw e;
        }
        return accepted(mail, whole.toString(), startNanos);
    }

    private static byte[] envelope(Outgoing mail) {
        Address sender = mail.sender(mail.recipients().get(0));
        StringBuilder headers =
                new StringBuilder("X-Sender: ").append(sender == null ? "" : sender.asciiDomainAddress());
        for (Address recipient : mail.recipients()) {
            headers.append("\r\nX-Receiver: ").append(recipient.asciiDomainAddress());
        }
        return headers.append("\r\n").toString().getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public String toString() {
        return directory.toString();
    }
}

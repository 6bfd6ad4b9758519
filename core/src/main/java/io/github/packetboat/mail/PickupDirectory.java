package io.github.packetboat.mail;

import io.github.packetboat.internal.mime.Rendering;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;

/** Writes mails to files, each under another name until it is whole. Thread-safe. */
final class PickupDirectory extends DeliveryMethod {
    private final Path directory;

    PickupDirectory(Path directory) {
        this.directory = directory;
    }

    @Override
    SendResult deliver(Outgoing mail, Rendering rendering, long startNanos) throws IOException {
        Files.createDirectories(directory);
        Map<Path, Path> files = new LinkedHashMap<>();
        try {
            for (List<Address> recipients : envelopes(mail)) {
                String name = UUID.randomUUID().toString();
                Path part = directory.resolve(name + ".part");
                files.put(part, directory.resolve(name + ".eml"));
                try (OutputStream out =
                        Files.newOutputStream(part, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                    out.write(envelope(mail, recipients));
                    rendering.writeTo(out);
                }
            }
            for (Map.Entry<Path, Path> file : files.entrySet()) {
                Files.move(file.getKey(), file.getValue(), StandardCopyOption.ATOMIC_MOVE);
            }
        } catch (IOException | RuntimeException e) {
            for (Path part : files.keySet()) {
                Files.deleteIfExists(part);
            }
            throw e;
        }
        String names = files.values().stream().map(Path::toString).collect(Collectors.joining(", "));
        return accepted(mail, names, startNanos);
    }

    private static byte[] envelope(Outgoing mail, List<Address> recipients) {
        Address sender = mail.sender(recipients.get(0));
        StringBuilder headers =
                new StringBuilder("X-Sender: ").append(sender == null ? "" : sender.asciiDomainAddress());
        for (Address recipient : recipients) {
            headers.append("\r\nX-Receiver: ").append(recipient.asciiDomainAddress());
        }
        return headers.append("\r\n").toString().getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public String toString() {
        return directory.toString();
    }
}

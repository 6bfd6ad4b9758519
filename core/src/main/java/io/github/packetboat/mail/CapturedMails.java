package io.github.packetboat.mail;

import io.github.packetboat.internal.mime.Rendering;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Keeps in memory what a mailer sends, for tests. Thread-safe. */
public final class CapturedMails extends DeliveryMethod {

    /**
     * A mail as a server would have got it.
     *
     * @param sender the envelope sender; empty for the null sender
     * @param recipients all of them, Bcc among them
     * @param bytes the mail with its headers; the caller's own
     */
    public record Captured(String sender, List<String> recipients, byte[] bytes) {
        /** The mail, parsed. Needs {@code jakarta.mail}. */
        public Mail mail() throws IOException {
            return Mail.parse(new ByteArrayInputStream(bytes));
        }
    }

    private final List<Captured> mails = new ArrayList<>();

    CapturedMails() {}

    /**
     * All mails so far, in the order in which they were sent; one for each recipient of a mail whose envelope sender differs
     * between them.
     */
    public synchronized List<Captured> mails() {
        return List.copyOf(mails);
    }

    /** Forgets all mails. */
    public synchronized void clear() {
        mails.clear();
    }

    @Override
    SendResult deliver(Outgoing mail, Rendering rendering, long startNanos) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        rendering.writeTo(bytes);
        List<Captured> captured = new ArrayList<>();
        for (List<Address> recipients : envelopes(mail)) {
            Address sender = mail.sender(recipients.get(0));
            captured.add(new Captured(
                    sender == null ? "" : sender.address(),
                    recipients.stream().map(Address::address).toList(),
                    bytes.toByteArray()));
        }
        synchronized (this) {
            mails.addAll(captured);
        }
        return accepted(mail, "captured", startNanos);
    }

    @Override
    public String toString() {
        return "memory";
    }
}

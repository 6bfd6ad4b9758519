package io.github.packetboat.mail;

import io.github.packetboat.internal.mime.Rendering;
import io.github.packetboat.mail.RecipientResult.Status;
import jakarta.mail.MessagingException;
import jakarta.mail.SendFailedException;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Hands mails to a provider of {@code jakarta.mail}. Thread-safe: one mail at a time. */
final class TransportDelivery extends DeliveryMethod {
    private final Session session;
    private final String protocol;
    private @Nullable Transport transport;

    TransportDelivery(Session session, String protocol) {
        this.session = session;
        this.protocol = protocol;
    }

    @Override
    synchronized SendResult deliver(Outgoing mail, Rendering rendering, long startNanos) throws IOException {
        List<RecipientResult> results = new ArrayList<>();
        for (List<Address> recipients : envelopes(mail)) {
            try {
                results.addAll(send(mail, rendering, recipients));
            } catch (IOException e) {
                if (results.isEmpty()) {
                    throw e;
                }
                results.addAll(all(recipients, Status.DEFERRED, e.getMessage()));
            }
        }
        boolean any = results.stream().anyMatch(each -> each.status() == Status.ACCEPTED);
        return new SendResult(
                mail.messageId(),
                results,
                protocol,
                any ? handed() : "",
                1,
                Duration.ofNanos(System.nanoTime() - startNanos));
    }

    /** @throws IOException if nothing of it was sent */
    private List<RecipientResult> send(Outgoing mail, Rendering rendering, List<Address> recipients)
            throws IOException {
        Transport open;
        MimeMessage message;
        List<InternetAddress> to = new ArrayList<>();
        try (InputStream in = rendering.open()) {
            message = new SealedMessage(session, in, mail.sender(recipients.get(0)));
            for (Address recipient : recipients) {
                to.add(new InternetAddress(recipient.asciiDomainAddress(), false));
            }
            open = connected();
        } catch (MessagingException e) {
            close();
            throw new IOException(protocol + " failed: " + e.getMessage(), e);
        }
        try {
            open.sendMessage(message, to.toArray(new InternetAddress[0]));
            return all(recipients, Status.ACCEPTED, handed());
        } catch (SendFailedException e) {
            return partly(recipients, e, open.isConnected());
        } catch (MessagingException | RuntimeException e) {
            close();
            return all(recipients, Status.UNKNOWN, protocol + " failed while it sent: " + e.getMessage());
        }
    }

    private String handed() {
        return "handed to " + protocol;
    }

    private static List<RecipientResult> all(List<Address> recipients, Status status, @Nullable String text) {
        return recipients.stream()
                .map(each -> new RecipientResult(each, status, 0, null, String.valueOf(text)))
                .toList();
    }

    private Transport connected() throws MessagingException {
        Transport open = transport;
        if (open == null) {
            open = session.getTransport(protocol);
            transport = open;
        }
        if (!open.isConnected()) {
            open.connect();
        }
        return open;
    }

    /** The message is written as it was signed, and nobody adds to it; its From is asked for to make MAIL FROM of it. */
    private static final class SealedMessage extends MimeMessage {
        private final InternetAddress sender = new InternetAddress();

        SealedMessage(Session session, InputStream in, @Nullable Address sender) throws MessagingException {
            super(session, in);
            this.sender.setAddress(sender == null ? "<>" : sender.asciiDomainAddress());
        }

        @Override
        public jakarta.mail.Address[] getFrom() {
            return new jakarta.mail.Address[] {sender};
        }

        @Override
        public void saveChanges() {
            // it is what it is
        }
    }

    /** A connection that broke may have done so behind the mail: nobody knows then, whatever the transport says. */
    private List<RecipientResult> partly(List<Address> recipients, SendFailedException e, boolean connected) {
        List<RecipientResult> results = new ArrayList<>();
        for (Address recipient : recipients) {
            Status status = Status.UNKNOWN;
            if (contains(e.getValidSentAddresses(), recipient)) {
                status = Status.ACCEPTED;
            } else if (contains(e.getInvalidAddresses(), recipient)) {
                status = Status.REJECTED;
            } else if (connected && contains(e.getValidUnsentAddresses(), recipient)) {
                status = Status.DEFERRED;
            }
            String text = status == Status.ACCEPTED ? handed() : String.valueOf(e.getMessage());
            results.add(new RecipientResult(recipient, status, 0, null, text));
        }
        return results;
    }

    private static boolean contains(jakarta.mail.Address @Nullable [] addresses, Address wanted) {
        return addresses != null
                && Arrays.stream(addresses)
                        .anyMatch(each -> each instanceof InternetAddress internet
                                && internet.getAddress().equals(wanted.asciiDomainAddress()));
    }

    @Override
    synchronized void close() {
        Transport open = transport;
        transport = null;
        try {
            if (open != null) {
                open.close();
            }
        } catch (MessagingException e) {
            // it is of no use any more, and its mails have had their results
        }
    }

    @Override
    public String toString() {
        return "jakarta.mail " + protocol;
    }
}

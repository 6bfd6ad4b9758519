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
        try (InputStream in = rendering.open()) {
            MimeMessage message = new SealedMessage(session, in);
            List<InternetAddress> to = new ArrayList<>();
            for (Address recipient : mail.recipients()) {
                to.add(new InternetAddress(recipient.asciiDomainAddress(), false));
            }
            connected().sendMessage(message, to.toArray(new InternetAddress[0]));
            return accepted(mail, "handed to " + protocol, startNanos);
        } catch (SendFailedException e) {
            return partly(mail, e, startNanos);
        } catch (MessagingException e) {
            close();
            throw new IOException(protocol + " failed: " + e.getMessage(), e);
        }
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

    /** The message is written as it was signed: nobody adds to it. */
    private static final class SealedMessage extends MimeMessage {
        SealedMessage(Session session, InputStream in) throws MessagingException {
            super(session, in);
        }

        @Override
        public void saveChanges() {
            // it is what it is
        }
    }

    private SendResult partly(Outgoing mail, SendFailedException e, long startNanos) {
        List<RecipientResult> results = new ArrayList<>();
        for (Address recipient : mail.recipients()) {
            Status status = contains(e.getValidSentAddresses(), recipient)
                    ? Status.ACCEPTED
                    : contains(e.getInvalidAddresses(), recipient) ? Status.REJECTED : Status.DEFERRED;
            String text = status == Status.ACCEPTED ? "handed to " + protocol : String.valueOf(e.getMessage());
            results.add(new RecipientResult(recipient, status, 0, null, text));
        }
        return new SendResult(
                mail.messageId(), results, protocol, "", 1, Duration.ofNanos(System.nanoTime() - startNanos));
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

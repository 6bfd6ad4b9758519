package io.github.packetboat.mail;

import io.github.packetboat.mail.RecipientResult.Status;
import jakarta.mail.Address;
import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.SendFailedException;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import jakarta.mail.URLName;
import jakarta.mail.event.TransportEvent;
import jakarta.mail.internet.AddressException;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.WeakHashMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * This library's engine as a transport of {@code jakarta.mail}, for applications and libraries that send through one:
 *
 * <pre>{@code
 * properties.setProperty("mail.transport.protocol", "packetboat");
 *
 * JavaMailSenderImpl sender = new JavaMailSenderImpl();             // Spring
 * sender.setProtocol("packetboat");
 * }</pre>
 *
 * <p>It reads the properties {@code mail.smtp.…} that {@link MailServer#of(java.util.Properties)} names, and
 * {@code mail.smtp.from}, unless the message has an envelope sender of its own, as an {@code SMTPMessage} may. The transports of a
 * session that go to the same server as the same user share connections, which stay open for 30 s after the last mail
 * whatever is closed: so {@code connect} costs nothing, and a wrong password shows when the first mail is sent. A mail goes to
 * all recipients that the server accepts; if it does not accept all, {@code sendMessage} throws a {@link
 * SendFailedException} that names who got it and who did not; in no list is
 * who may have got it. Not thread-safe, as transports are not; made by {@code
 * jakarta.mail}.
 */
public final class PacketboatTransport extends Transport {
    private static final Map<Session, Map<String, Mailer>> MAILERS = new WeakHashMap<>();
    private static final int MAX_MAILERS_PER_SESSION = 64;

    private @Nullable Mailer mailer;

    /** Called by {@code jakarta.mail}. */
    public PacketboatTransport(Session session, URLName url) {
        super(session, url);
    }

    @Override
    protected boolean protocolConnect(@Nullable String host, int port, @Nullable String user, @Nullable String password)
            throws MessagingException {
        Properties properties = new Properties();
        session.getProperties().forEach((key, value) -> properties.put(key, value));
        set(properties, "host", host);
        set(properties, "port", port > 0 ? Integer.toString(port) : null);
        if (password == null) {
            properties.remove("mail.smtp.user");
        } else {
            set(properties, "user", user);
            set(properties, "password", password);
        }
        try {
            mailer = mailer(session, MailServer.of(properties), password);
            return true;
        } catch (IllegalArgumentException e) {
            throw new MessagingException(e.getMessage(), e);
        }
    }

    private static void set(Properties properties, String name, @Nullable String value) {
        if (value != null) {
            properties.setProperty("mail.smtp." + name, value);
        }
    }

    /** One for each server and login of a session; they hold neither thread nor connection while they have nothing to do. */
    private static Mailer mailer(Session session, MailServer server, @Nullable String password) {
        synchronized (MAILERS) {
            Map<String, Mailer> known = MAILERS.computeIfAbsent(session, key -> new HashMap<>());
            if (known.size() >= MAX_MAILERS_PER_SESSION) {
                known.clear();
            }
            return known.computeIfAbsent(server + " " + password, key -> Mailer.of(server));
        }
    }

    @Override
    public void sendMessage(Message message, Address[] addresses) throws MessagingException {
        Mailer sender = mailer;
        if (!isConnected() || sender == null) {
            throw new IllegalStateException("not connected");
        }
        if (!(message instanceof MimeMessage mime)) {
            throw new MessagingException("only a MimeMessage can be sent, not a "
                    + message.getClass().getName());
        }
        try {
            tell(message, addresses, send(sender, mime, addresses, envelopeFrom(mime)), null);
        } catch (MailException e) {
            tell(message, addresses, e.result(), e);
        } catch (IOException | IllegalArgumentException e) {
            throw new MessagingException(e.getMessage(), e);
        }
    }

    /** As the transport that comes with Angus Mail has it: the message's own word, the session's, or none. */
    private @Nullable String envelopeFrom(MimeMessage message) throws MessagingException {
        String own = null;
        try {
            own = (String) message.getClass().getMethod("getEnvelopeFrom").invoke(message); // an SMTPMessage
        } catch (NoSuchMethodException | IllegalAccessException e) {
            // any other message
        } catch (InvocationTargetException | ClassCastException e) {
            throw new MessagingException("the message does not tell its envelope sender: " + e, e);
        }
        String from = own == null || own.isEmpty() ? session.getProperty("mail.smtp.from") : own;
        return from == null || from.isEmpty() ? null : from;
    }

    private static SendResult send(
            Mailer mailer, MimeMessage message, Address[] addresses, @Nullable String envelopeFrom)
            throws IOException, AddressException {
        List<io.github.packetboat.mail.Address> to = new ArrayList<>();
        for (Address each : addresses) {
            if (!(each instanceof InternetAddress internet)) {
                throw new AddressException("only internet addresses can be sent to, not " + each.getType());
            }
            to.add(io.github.packetboat.mail.Address.of(internet.getAddress()));
        }
        if (to.isEmpty()) {
            throw new AddressException("no recipient");
        }
        CompletableFuture<SendResult> result = mailer.sendTo(message, to, envelopeFrom);
        try {
            return result.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof IOException failure) {
                throw failure;
            }
            throw e;
        }
    }

    private void tell(Message message, Address[] all, SendResult result, @Nullable Exception cause)
            throws SendFailedException {
        List<Address> sent = new ArrayList<>();
        List<Address> unsent = new ArrayList<>();
        List<Address> invalid = new ArrayList<>();
        for (int i = 0; i < all.length; i++) {
            Status status = result.recipients().get(i).status();
            switch (status) {
                case ACCEPTED -> sent.add(all[i]);
                case REJECTED -> invalid.add(all[i]);
                case DEFERRED -> unsent.add(all[i]);
                case UNKNOWN -> {
                    // in no list: whoever sends again to those that are unsent must not send to this one
                }
            }
        }
        int type = sent.size() == all.length
                ? TransportEvent.MESSAGE_DELIVERED
                : sent.isEmpty() ? TransportEvent.MESSAGE_NOT_DELIVERED : TransportEvent.MESSAGE_PARTIALLY_DELIVERED;
        notifyTransportListeners(type, array(sent), array(unsent), array(invalid), message);
        if (type != TransportEvent.MESSAGE_DELIVERED) {
            throw new SendFailedException(String.valueOf(result), cause, array(sent), array(unsent), array(invalid));
        }
    }

    private static Address[] array(List<Address> addresses) {
        return addresses.toArray(new Address[0]);
    }
}

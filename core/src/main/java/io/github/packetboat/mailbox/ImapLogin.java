package io.github.packetboat.mailbox;

import io.github.packetboat.mail.Credentials;
import io.github.packetboat.mailbox.MailboxException.Kind;
import java.io.IOException;
import java.util.Arrays;
import java.util.Map;
import java.util.regex.Pattern;
import org.eclipse.angus.mail.iap.BadCommandException;
import org.eclipse.angus.mail.iap.CommandFailedException;
import org.eclipse.angus.mail.iap.ProtocolException;

/** Logs in to an IMAP server, if somebody is to: with a token, or a password in the best way offered. One thread only. */
final class ImapLogin {
    private static final Pattern PASSING =
            Pattern.compile("\\[(UNAVAILABLE|LIMIT|INUSE|SERVERBUG)\\]|\\[ALERT\\] Too many", Pattern.CASE_INSENSITIVE);

    private final MailboxSettings settings;
    private final ImapWire wire;

    ImapLogin(MailboxSettings settings, ImapWire wire) {
        this.settings = settings;
        this.wire = wire;
    }

    Void run() throws ProtocolException, IOException {
        wire.capability();
        Credentials credentials = settings.server().credentials().orElse(null);
        if (credentials != null) {
            char[] secret = credentials.secret();
            String text = new String(secret);
            Arrays.fill(secret, '\0');
            try {
                authenticate(credentials, text);
            } catch (ProtocolException e) {
                throw notLoggedIn(credentials.user(), text, e);
            }
            wire.capability();
        }
        if (wire.hasCapability("ID")) {
            wire.id(Map.of("name", "packetboat")); // NetEase lets nobody select a folder without
        }
        return null;
    }

    /** Refused for good is only who was told NO or BAD, and not with a code that says to come again (RFC 5530 §3). */
    private MailboxException notLoggedIn(String user, String secret, ProtocolException e) throws IOException {
        boolean said = !wire.bye().isEmpty();
        if (!said && wire.failure() instanceof IOException broken) {
            throw broken; // which Angus takes for an answer
        }
        boolean refused = e instanceof CommandFailedException || e instanceof BadCommandException;
        String answer = said ? "BYE " + wire.bye() : String.valueOf(e.getMessage());
        boolean passing = said || !refused || PASSING.matcher(answer).find();
        // A server that quotes what it was sent must not put the secret into our message.
        return new MailboxException(
                passing ? Kind.CONNECTION : Kind.LOGIN,
                "log in to " + settings.where() + " as " + user + ": the server "
                        + (passing ? "cannot now: " : "refuses: ") + Texts.clean(answer.replace(secret, "***"), 300));
    }

    private void authenticate(Credentials credentials, String secret) throws ProtocolException {
        if (credentials.kind() == Credentials.Kind.TOKEN) {
            requireMechanism("XOAUTH2", "XOAUTH2");
            wire.authoauth2(credentials.user(), secret);
        } else if (wire.hasCapability("AUTH=PLAIN")) {
            wire.authplain("", credentials.user(), secret);
        } else if (!wire.hasCapability("LOGINDISABLED")) {
            wire.login(credentials.user(), secret);
        } else {
            requireMechanism("LOGIN", "PLAIN or LOGIN");
            wire.authlogin(credentials.user(), secret);
        }
    }

    private void requireMechanism(String mechanism, String wanted) {
        if (!wire.hasCapability("AUTH=" + mechanism)) {
            throw new MailboxException(
                    Kind.LOGIN, "log in to " + settings.where() + ": the server does not offer " + wanted);
        }
    }
}

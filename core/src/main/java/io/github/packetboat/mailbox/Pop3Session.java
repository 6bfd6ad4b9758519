package io.github.packetboat.mailbox;

import io.github.packetboat.mail.Credentials;
import io.github.packetboat.mailbox.MailboxException.Kind;
import jakarta.mail.AuthenticationFailedException;
import jakarta.mail.FetchProfile;
import jakarta.mail.Folder;
import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.UIDFolder;
import jakarta.mail.URLName;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.eclipse.angus.mail.pop3.POP3Folder;
import org.eclipse.angus.mail.pop3.POP3Message;
import org.eclipse.angus.mail.pop3.POP3Store;

/**
 * A session with a POP3 server, over Angus and our own connection. Which mails there are, and their numbers, stay the same
 * for the whole session (RFC 1939 §3). One thread at a time, but for {@link #close()}.
 */
final class Pop3Session implements AutoCloseable {
    private static final long SMALL_ANSWER = 256 * 1024;
    private static final long LIST_ANSWER = 128L * 1024 * 1024;
    /** A UIDL has 70 characters at most (RFC 1939 §7); some servers think otherwise. */
    private static final long LIST_BYTES_PER_MAIL = 400;

    private static final long HEADER_ANSWER = 16L * 1024 * 1024;
    private static final int MAX_MAILS = 1_000_000;
    /** What says to come again (RFC 2449 §8.1.1, RFC 3206 §4). */
    private static final Pattern PASSING =
            Pattern.compile("\\[(IN-USE|LOGIN-DELAY|SYS/TEMP)\\]", Pattern.CASE_INSENSITIVE);

    private final MailboxSettings settings;
    private final Line line;
    private final POP3Store store;
    private final POP3Folder folder;
    private final List<String> ids;
    private final int[] sizes;
    private final CountDownLatch ended = new CountDownLatch(1);
    private long lastUsed = System.nanoTime();

    private Pop3Session(MailboxSettings settings, Line line) throws MessagingException, IOException {
        this.settings = settings;
        this.line = line;
        line.replayGreeting();
        line.in().expect(SMALL_ANSWER, SMALL_ANSWER, settings.commandTimeout());
        Session session = Session.getInstance(properties());
        this.store =
                new POP3Store(session, new URLName("pop3", settings.server().host(), -1, null, null, null));
        logIn();
        long maxList = Math.min(LIST_ANSWER, SMALL_ANSWER + LIST_BYTES_PER_MAIL * count());
        this.folder = (POP3Folder) store.getFolder("INBOX");
        line.in().expect(SMALL_ANSWER, SMALL_ANSWER, settings.commandTimeout());
        folder.open(Folder.READ_WRITE);
        line.in().expect(maxList, maxList, settings.commandTimeout());
        Message[] all = folder.getMessages();
        FetchProfile profile = new FetchProfile();
        profile.add(UIDFolder.FetchProfileItem.UID);
        folder.fetch(all, profile);
        this.sizes = folder.getSizes();
        this.ids = ids(all);
    }

    private List<String> ids(Message[] all) throws MessagingException {
        List<String> found = new ArrayList<>(all.length);
        for (Message message : all) {
            String id = folder.getUID(message);
            if (id == null) {
                throw new MailboxException(
                        Kind.UNSUPPORTED, "list the mails at " + settings.where() + ": the server has no UIDL");
            }
            found.add(id);
        }
        return List.copyOf(found);
    }

    private Properties properties() {
        Properties properties = new Properties();
        properties.put("mail.pop3.socketFactory", PresetSocket.factory(line));
        properties.put("mail.pop3.socketFactory.fallback", "false");
        // Angus would prefer USER and PASS, and send a token as a password.
        properties.put("mail.pop3.auth.mechanisms", hasToken() ? "XOAUTH2" : "LOGIN");
        // RFC 5034 §4: what would not fit into one line of 255 bytes, and what Office 365 wants.
        properties.put("mail.pop3.auth.xoauth2.two.line.authentication.format", "true");
        properties.put("mail.pop3.cachewriteto", "false");
        return properties;
    }

    /**
     * Connects, logs in, and asks which mails there are.
     *
     * @throws MailboxException if any of that fails
     */
    static Pop3Session open(MailboxSettings settings) {
        Line line = Line.open(settings);
        try {
            return new Pop3Session(settings, line);
        } catch (MessagingException | IOException e) {
            line.close();
            throw failed(settings, "open the mailbox", e);
        } catch (RuntimeException e) {
            line.close();
            throw e;
        }
    }

    private boolean hasToken() {
        return credentials().kind() == Credentials.Kind.TOKEN;
    }

    private Credentials credentials() {
        return settings.server()
                .credentials()
                .orElseThrow(() -> new IllegalArgumentException("POP3 needs credentials"));
    }

    private void logIn() throws MessagingException, IOException {
        Credentials credentials = credentials();
        char[] secret = credentials.secret();
        String text = new String(secret);
        Arrays.fill(secret, '\0');
        try {
            store.connect(settings.server().host(), settings.server().port(), credentials.user(), text);
        } catch (AuthenticationFailedException e) {
            IOException broken = line.in().failure();
            if (broken != null) { // which Angus takes for an answer
                throw broken;
            }
            throw notLoggedIn(String.valueOf(e.getMessage()).replace(text, "***"));
        }
        String answer = hasToken() ? ask("STAT") : "";
        if (answer.startsWith("-ERR")) { // Angus takes a server's word why the token does not please for success
            throw notLoggedIn(answer.replace(text, "***"));
        }
    }

    private MailboxException notLoggedIn(String said) {
        boolean offered = !said.startsWith("No authentication mechanisms"); // says Angus, not the server
        return new MailboxException(
                PASSING.matcher(said).find() ? Kind.CONNECTION : Kind.LOGIN,
                "log in to " + settings.where() + " as " + credentials().user() + (hasToken() ? " with a token" : "")
                        + ": the server "
                        + (offered ? "refuses: " + Texts.clean(said, 300) : "does not offer XOAUTH2"));
    }

    /** How many mails there are. Angus makes an array of as many as the server claims: so it must not claim too many. */
    private long count() throws IOException {
        String text = ask("STAT");
        if (!text.matches("\\+OK [0-9]{1,9} .*") || Long.parseLong(text.split(" ")[1]) > MAX_MAILS) {
            throw new MailboxException(
                    Kind.PROTOCOL,
                    "open the mailbox at " + settings.where() + ": STAT says \"" + Texts.clean(text, 100)
                            + "\", where at most " + MAX_MAILS + " mails are expected");
        }
        return Long.parseLong(text.split(" ")[1]);
    }

    /** Sends a command that is answered in one line, of which Angus would not tell us. */
    private String ask(String command) throws IOException {
        line.in().expect(SMALL_ANSWER, SMALL_ANSWER, settings.commandTimeout());
        line.out().write((command + "\r\n").getBytes(StandardCharsets.US_ASCII));
        line.out().flush();
        StringBuilder answer = new StringBuilder();
        int c = line.in().read();
        for (; c >= 0 && c != '\n'; c = line.in().read()) {
            answer.append((char) c);
        }
        if (c < 0) {
            throw new EOFException("the server closed the connection instead of answering " + command);
        }
        return answer.toString().strip();
    }

    /** The UIDLs, in the order of the mails' numbers. */
    List<String> ids() {
        return ids;
    }

    long size(int index) {
        return index < sizes.length ? Math.max(0, sizes[index]) : 0;
    }

    long idleNanos() {
        return System.nanoTime() - lastUsed;
    }

    /** Whether the server still answers. */
    boolean isAlive() {
        try {
            return guarded("see whether the connection still works", SMALL_ANSWER, folder::isOpen);
        } catch (MailboxException e) {
            return false;
        }
    }

    byte[] header(int index) {
        return guarded("fetch a header", HEADER_ANSWER, () -> {
            try (InputStream in = message(index).top(0)) {
                return in.readAllBytes();
            }
        });
    }

    void transfer(int index, long maxBytes, OutputStream out) {
        guarded("fetch a mail", maxBytes, () -> {
            message(index).writeTo(out);
            return null;
        });
    }

    private POP3Message message(int index) throws MessagingException {
        return (POP3Message) folder.getMessage(index + 1);
    }

    /**
     * Deletes the mails of these UIDLs, as far as they are there, and ends the session: only then they are gone.
     *
     * @throws MailboxException REFUSED if the server does not delete them all
     */
    void deleteAndQuit(Set<String> doomed) {
        String refusal = guarded("delete mails", SMALL_ANSWER, () -> {
            String first = "";
            for (int i = 0; i < ids.size(); i++) {
                if (doomed.contains(ids.get(i))) {
                    String answer = ask("DELE " + (i + 1));
                    first = first.isEmpty() && !answer.startsWith("+OK") ? answer : first;
                }
            }
            String goodbye = ask("QUIT");
            return first.isEmpty() && !goodbye.startsWith("+OK") ? goodbye : first;
        });
        close();
        if (!refusal.isEmpty()) {
            throw new MailboxException(
                    Kind.REFUSED,
                    "delete " + doomed.size() + " mails at " + settings.where()
                            + ": some or all are still there, for the server says \"" + Texts.clean(refusal, 200)
                            + '"');
        }
    }

    /** Ends the session, deleting nothing. */
    void quit() {
        try {
            guarded("log out", SMALL_ANSWER, () -> {
                folder.close(false);
                store.close();
                return null;
            });
        } catch (MailboxException e) {
            // who has gone needs no goodbye
        } finally {
            close();
        }
    }

    private interface Exchange<T> {
        T call() throws MessagingException, IOException;
    }

    private <T> T guarded(String what, long maxBytes, Exchange<T> exchange) {
        line.in().expect(maxBytes, Long.MAX_VALUE, settings.commandTimeout());
        try {
            T result = exchange.call();
            lastUsed = System.nanoTime();
            return result;
        } catch (MailboxException e) {
            close();
            throw e;
        } catch (MessagingException | IOException | RuntimeException e) {
            close();
            throw failed(settings, what, e);
        }
    }

    private static MailboxException failed(MailboxSettings settings, String what, Exception e) {
        String at = what + " at " + settings.where() + ": ";
        Throwable cause = e;
        for (int i = 0; i < 10 && cause != null; i++) {
            if (cause instanceof GuardedInput.AnswerTooLargeException) {
                return new MailboxException(Kind.PROTOCOL, at + cause.getMessage(), e);
            }
            if (cause instanceof SocketTimeoutException) {
                return new MailboxException(
                        Kind.CONNECTION,
                        at + "no complete answer within readTimeout=" + settings.readTimeout() + " or commandTimeout="
                                + settings.commandTimeout(),
                        e);
            }
            cause = cause.getCause();
        }
        boolean connection = e instanceof IOException || e.getCause() instanceof IOException;
        return new MailboxException(
                connection ? Kind.CONNECTION : Kind.PROTOCOL, at + Texts.clean(String.valueOf(e.getMessage()), 200), e);
    }

    /** Waits until it is closed, for so long at most; whether it is. From any thread. */
    boolean awaitEnd(long nanos) throws InterruptedException {
        return ended.await(nanos, TimeUnit.NANOSECONDS);
    }

    @Override
    public void close() {
        line.close();
        ended.countDown();
    }
}

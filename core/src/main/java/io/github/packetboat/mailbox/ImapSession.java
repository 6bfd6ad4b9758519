package io.github.packetboat.mailbox;

import io.github.packetboat.mailbox.MailboxException.Kind;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.angus.mail.iap.Argument;
import org.eclipse.angus.mail.iap.ConnectionException;
import org.eclipse.angus.mail.iap.ProtocolException;
import org.eclipse.angus.mail.iap.Response;
import org.eclipse.angus.mail.imap.protocol.BASE64MailboxEncoder;
import org.eclipse.angus.mail.imap.protocol.FetchResponse;
import org.eclipse.angus.mail.imap.protocol.IMAPResponse;
import org.jspecify.annotations.Nullable;

/**
 * A connection to an IMAP server on which somebody has logged in, and the folder that is selected on it. Every command goes
 * through {@link #run}, which bounds its answer in bytes and time. One thread at a time, but for {@link #close()}.
 */
final class ImapSession implements AutoCloseable {
    /** Room for the answer to a command that says little, with whatever the server adds unasked. */
    static final long SMALL_ANSWER = 4L * 1024 * 1024;

    /** How long a server may take to answer a goodbye. */
    private static final Duration LEAVE = Duration.ofSeconds(1);

    private static final long MAX_LINE = 1024 * 1024;
    /** A search answers in one line: a space and up to ten digits for each mail. */
    private static final long SEARCH_BYTES_PER_MAIL = 11;

    private static final long MAX_SEARCH_LINE = 16L * 1024 * 1024;

    private static final Pattern CODE = Pattern.compile("\\[(UIDVALIDITY|UIDNEXT|HIGHESTMODSEQ) (\\d{1,19})");

    private final MailboxSettings settings;
    private final Line line;
    private final ImapWire wire;
    private final ImapIdle idle;
    private Consumer<Response> untagged = response -> {};
    private @Nullable Selected selected;
    private @Nullable Fetching fetching; // what was sent, and not read yet
    private long lastUsed = System.nanoTime();

    /** What is said when a folder is selected. {@code modSeq} is 0 where the server has no CONDSTORE. */
    record Selected(String folder, long messages, long uidValidity, long uidNext, long modSeq) {}

    private ImapSession(MailboxSettings settings, Line line) throws IOException {
        this.settings = settings;
        this.line = line;
        this.wire = ImapWire.over(line);
        this.idle = new ImapIdle(settings, line, wire, response -> untagged.accept(response), this::broken);
    }

    /**
     * Connects and logs in.
     *
     * @throws MailboxException if either fails
     */
    static ImapSession open(MailboxSettings settings) {
        Line line = Line.open(settings);
        try {
            ImapSession session = new ImapSession(settings, line);
            ImapLogin login = new ImapLogin(settings, session.wire);
            session.guarded("log in", MAX_LINE, SMALL_ANSWER, login::run);
            return session;
        } catch (IOException e) {
            line.close();
            throw new MailboxException(Kind.CONNECTION, "connect to " + settings.where() + ": " + e.getMessage(), e);
        } catch (RuntimeException e) {
            line.close();
            throw e;
        }
    }

    boolean has(String capability) {
        return wire.hasCapability(capability);
    }

    /** What comes unasked is given to {@code consumer} too: EXISTS, EXPUNGE, FETCH. */
    void onUntagged(Consumer<Response> consumer) {
        untagged = consumer;
    }

    /** How long ago the last answer came, in nanoseconds. */
    long idleNanos() {
        return System.nanoTime() - lastUsed;
    }

    @Nullable
    Selected selected() {
        return selected;
    }

    static Argument folderArgument(String folder) {
        Argument argument = new Argument();
        argument.writeString(BASE64MailboxEncoder.encode(folder));
        return argument;
    }

    Selected select(String folder) {
        selected = null;
        Argument argument = folderArgument(folder);
        if (has("CONDSTORE")) {
            Argument parameter = new Argument();
            parameter.writeAtom("CONDSTORE");
            argument.writeArgument(parameter);
        }
        long messages = 0;
        long uidValidity = 0;
        long uidNext = 0;
        long modSeq = 0;
        for (Response response : run("select " + folder, "SELECT", argument)) {
            if (response instanceof IMAPResponse imap && imap.keyEquals("EXISTS")) {
                messages = Integer.toUnsignedLong(imap.getNumber());
            }
            Matcher code = CODE.matcher(response.toString());
            if (response.isUnTagged() && response.isOK() && code.find()) {
                long value = number(code.group(2));
                switch (code.group(1)) {
                    case "UIDVALIDITY" -> uidValidity = value;
                    case "UIDNEXT" -> uidNext = value;
                    default -> modSeq = value;
                }
            }
        }
        selected = new Selected(folder, messages, uidValidity, uidNext, modSeq);
        return selected;
    }

    private static long number(String digits) {
        try {
            return Long.parseLong(digits);
        } catch (NumberFormatException e) {
            return 0; // 19 digits above 2^63
        }
    }

    /** UIDs in ascending order. */
    long[] search(String what, Argument criteria) {
        long messages = selected == null ? 0 : selected.messages();
        long maxLine = Math.min(MAX_SEARCH_LINE, MAX_LINE + SEARCH_BYTES_PER_MAIL * messages);
        List<Long> found = new ArrayList<>();
        for (Response response : run(what, "UID SEARCH", criteria, maxLine, SMALL_ANSWER + maxLine)) {
            if (response instanceof IMAPResponse imap && imap.keyEquals("SEARCH")) {
                for (long uid = imap.readLong(); uid != -1; uid = imap.readLong()) {
                    found.add(uid);
                }
            }
        }
        return found.stream().mapToLong(Long::longValue).sorted().distinct().toArray();
    }

    Response[] run(String what, String command, @Nullable Argument argument) {
        return run(what, command, argument, MAX_LINE, SMALL_ANSWER);
    }

    List<FetchResponse> fetch(String what, String uidSet, String items, long maxBytes) {
        Argument argument = new Argument();
        argument.writeAtom(uidSet);
        argument.writeAtom(items);
        List<FetchResponse> fetched = new ArrayList<>();
        for (Response response : run(what, "UID FETCH", argument, MAX_LINE, maxBytes)) {
            if (response instanceof FetchResponse fetch) {
                fetched.add(fetch);
            }
        }
        return fetched;
    }

    /** A FETCH that was sent. */
    static final class Fetching {
        private final String what;
        private final String tag;
        private final long maxBytes;
        private final Consumer<FetchResponse> each;
        private @Nullable MailboxException refusal;
        private boolean read;

        private Fetching(String what, String tag, long maxBytes, Consumer<FetchResponse> each) {
            this.what = what;
            this.tag = tag;
            this.maxBytes = maxBytes;
            this.each = each;
        }

        /** Whether its answer is read, and complete. */
        boolean isRead() {
            return read;
        }
    }

    /**
     * Sends a FETCH, so that the server works on it meanwhile. Its answer is read by {@link #finish}, or before the next
     * command is sent, and given to {@code each} as it comes.
     */
    Fetching begin(String what, String uidSet, String items, long maxBytes, Consumer<FetchResponse> each) {
        Argument argument = new Argument();
        argument.writeAtom(uidSet);
        argument.writeAtom(items);
        return guarded(what, MAX_LINE, SMALL_ANSWER, () -> {
            Fetching begun = new Fetching(what, wire.writeCommand("UID FETCH", argument), maxBytes, each);
            fetching = begun;
            return begun;
        });
    }

    /** Reads the answer to what was begun, if that has not been done. */
    void finish(Fetching begun) {
        if (fetching == begun) {
            readBegun();
        }
        if (begun.refusal != null) {
            throw begun.refusal;
        }
    }

    /** What is refused is for whom it concerns; any other failure ends the session. */
    private void readBegun() {
        Fetching begun = fetching;
        fetching = null;
        if (begun != null) {
            guarded(begun.what, MAX_LINE, begun.maxBytes, () -> {
                Response last = wire.answer(begun.tag, response -> {
                    untagged.accept(response);
                    if (response instanceof FetchResponse fetch) {
                        begun.each.accept(fetch);
                    }
                });
                begun.refusal = last.isOK() ? null : refused(begun.what, last, Kind.REFUSED);
                begun.read = last.isOK();
                return begun;
            });
        }
    }

    /**
     * Sends a command and reads its whole answer.
     *
     * @return the responses, the tagged one last; it is OK
     * @throws MailboxException REFUSED if the server says NO or BAD, GONE if there is no folder to select; any other kind
     *     ends the session
     */
    Response[] run(String what, String command, @Nullable Argument argument, long maxLine, long maxBytes) {
        return guarded(what, maxLine, maxBytes, () -> {
            Response[] responses = wire.command(command, argument);
            Response last = responses[responses.length - 1];
            if (last.isBYE()) {
                wire.handleResult(last); // throws
            }
            for (int i = 0; i < responses.length - 1; i++) {
                untagged.accept(responses[i]);
            }
            if (!last.isOK()) {
                boolean gone = command.equals("SELECT") && last.getRest().startsWith("[NONEXISTENT]");
                throw refused(what, last, gone ? Kind.GONE : Kind.REFUSED);
            }
            return responses;
        });
    }

    private MailboxException refused(String what, Response last, Kind kind) {
        return new MailboxException(
                kind, what + " at " + settings.where() + ": the server says " + Texts.clean(last.toString(), 300));
    }

    interface Exchange<T> {
        T call() throws ProtocolException, IOException;
    }

    private <T> T guarded(String what, long maxLine, long maxBytes, Exchange<T> exchange) {
        readBegun();
        line.in().expect(maxBytes, maxLine, settings.commandTimeout());
        wire.forgetFailure();
        try {
            T result = exchange.call();
            if (wire.failure() != null) {
                throw broken(what, wire.failure());
            }
            lastUsed = System.nanoTime();
            return result;
        } catch (MailboxException e) {
            if (e.kind() != Kind.REFUSED && e.kind() != Kind.GONE) {
                close();
            }
            throw e;
        } catch (ProtocolException | IOException e) {
            throw broken(what, wire.failure() == null ? e : wire.failure());
        } catch (RuntimeException | StackOverflowError e) {
            // Angus' parser trusts its input: an index out of bounds is what bad input looks like.
            throw broken(what, wire.failure() == null ? e : wire.failure());
        }
    }

    private MailboxException broken(String what, Throwable cause) {
        close();
        String at = what + " at " + settings.where() + ": ";
        if (!wire.bye().isEmpty()) {
            return new MailboxException(Kind.CONNECTION, at + "the server ends the connection: " + wire.bye(), cause);
        }
        if (cause instanceof SocketTimeoutException) {
            return new MailboxException(
                    Kind.CONNECTION,
                    at + "no complete answer within readTimeout=" + settings.readTimeout() + " or commandTimeout="
                            + settings.commandTimeout(),
                    cause);
        }
        boolean tooLarge = cause instanceof GuardedInput.AnswerTooLargeException;
        if (cause instanceof IOException && !tooLarge) {
            return new MailboxException(
                    Kind.CONNECTION, at + "the connection broke: " + Texts.clean(cause.getMessage(), 200), cause);
        }
        if (cause instanceof ConnectionException) {
            return new MailboxException(
                    Kind.CONNECTION,
                    at + "the server ends the connection: " + Texts.clean(cause.getMessage(), 200),
                    cause);
        }
        return new MailboxException(
                Kind.PROTOCOL,
                at + "the answer cannot be used: " + Texts.clean(String.valueOf(cause.getMessage()), 200),
                cause);
    }

    /** Sends something large, and breaks the connection if the server does not take it in time. */
    Response[] upload(String what, String command, Argument argument) {
        Deadline deadline = new Deadline(line, settings.commandTimeout());
        try (deadline) {
            return run(what, command, argument);
        }
    }

    ImapIdle idle() {
        return idle;
    }

    /** Says goodbye, if the server listens and answers soon, and closes. */
    void logout() {
        Deadline deadline = new Deadline(line, LEAVE);
        try (deadline) {
            if (fetching != null) {
                return; // first it would say what nobody wants any more
            }
            run("log out", "LOGOUT", null, MAX_LINE, SMALL_ANSWER);
        } catch (MailboxException e) {
            // The answer to LOGOUT begins with BYE, which is taken for the end; and who has gone needs no goodbye.
        } finally {
            close();
        }
    }

    @Override
    public void close() {
        line.close();
    }
}

package io.github.packetboat.mailbox;

import io.github.packetboat.internal.Check;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.eclipse.angus.mail.iap.Argument;
import org.jspecify.annotations.Nullable;

/**
 * What to look for in a folder. Over IMAP the server searches; over POP3, which cannot, this side does, and fetches every
 * mail for it as far as the query needs. Texts match anywhere and without regard to case; how a server compares beyond
 * that is its own affair. Immutable and thread-safe.
 *
 * <pre>{@code
 * Query.from("example.com").and(Query.not(Query.flag(Flag.SEEN))).and(Query.since(LocalDate.now().minusDays(7)))
 * }</pre>
 */
public final class Query {
    private static final List<String> MONTHS =
            List.of("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec");
    private static final int MAX_DEPTH = 50;

    private enum Kind {
        ALL,
        FROM,
        TO,
        CC,
        SUBJECT,
        BODY,
        TEXT,
        HEADER,
        SINCE,
        BEFORE,
        FLAG,
        LARGER,
        SMALLER,
        NOT,
        AND,
        OR
    }

    private final Kind kind;
    private final List<Query> parts;
    private final String text;
    private final String headerName;
    private final @Nullable LocalDate date;
    private final @Nullable Flag flag;
    private final long bytes;
    private final int depth;

    private Query(
            Kind kind,
            List<Query> parts,
            String text,
            String headerName,
            @Nullable LocalDate date,
            @Nullable Flag flag,
            long bytes) {
        this.kind = kind;
        this.parts = parts;
        this.text = text;
        this.headerName = headerName;
        this.date = date;
        this.flag = flag;
        this.bytes = bytes;
        this.depth = 1 + parts.stream().mapToInt(part -> part.depth).max().orElse(0);
        if (depth > MAX_DEPTH) {
            throw new IllegalArgumentException("query nested deeper than " + MAX_DEPTH);
        }
    }

    private static Query ofText(Kind kind, String field, String text) {
        return new Query(kind, List.of(), Check.text(field, text), "", null, null, 0);
    }

    private static Query ofParts(Kind kind, Query... parts) {
        for (Query part : parts) {
            Check.notNull("query", part);
        }
        return new Query(kind, List.of(parts), "", "", null, null, 0);
    }

    /** Every mail. */
    public static Query all() {
        return ofParts(Kind.ALL);
    }

    /** Mails with {@code text} in a From address or name. */
    public static Query from(String text) {
        return ofText(Kind.FROM, "from", text);
    }

    /** Mails with {@code text} in a To address or name. */
    public static Query to(String text) {
        return ofText(Kind.TO, "to", text);
    }

    /** Mails with {@code text} in a Cc address or name. */
    public static Query cc(String text) {
        return ofText(Kind.CC, "cc", text);
    }

    /** Mails with {@code text} in the subject. */
    public static Query subject(String text) {
        return ofText(Kind.SUBJECT, "subject", text);
    }

    /** Mails with {@code text} in the body. */
    public static Query body(String text) {
        return ofText(Kind.BODY, "body", text);
    }

    /** Mails with {@code text} in the header or the body. */
    public static Query text(String text) {
        return ofText(Kind.TEXT, "text", text);
    }

    /** Mails that have a header field of that name with {@code text} in it; an empty text for any. */
    public static Query header(String name, String text) {
        String field = Check.text("header name", name);
        if (!field.matches("[!-9;-~]{1,200}")) {
            throw new IllegalArgumentException("header name must be 1 to 200 visible ASCII characters without colon");
        }
        return new Query(Kind.HEADER, List.of(), Check.text("text", text), field, null, null, 0);
    }

    /** Mails that the server got on that day or later, in its own time zone; over POP3, sent by their Date, in UTC. */
    public static Query since(LocalDate day) {
        return new Query(Kind.SINCE, List.of(), "", "", Check.notNull("day", day), null, 0);
    }

    /** Mails that the server got before that day, in its own time zone; over POP3, sent by their Date, in UTC. */
    public static Query before(LocalDate day) {
        return new Query(Kind.BEFORE, List.of(), "", "", Check.notNull("day", day), null, 0);
    }

    /** Mails that have the flag; over POP3 none has. */
    public static Query flag(Flag flag) {
        return new Query(Kind.FLAG, List.of(), "", "", null, Check.notNull("flag", flag), 0);
    }

    /** Mails of more than so many bytes. */
    public static Query larger(long bytes) {
        return ofBytes(Kind.LARGER, bytes);
    }

    /** Mails of fewer than so many bytes. */
    public static Query smaller(long bytes) {
        return ofBytes(Kind.SMALLER, bytes);
    }

    private static Query ofBytes(Kind kind, long bytes) {
        if (bytes < 0 || bytes > 0xFFFFFFFFL) {
            throw new IllegalArgumentException("bytes=" + bytes + " is not within 0 and 4294967295");
        }
        return new Query(kind, List.of(), "", "", null, null, bytes);
    }

    /** Mails that {@code query} does not find. */
    public static Query not(Query query) {
        return ofParts(Kind.NOT, query);
    }

    /** Mails that both find. */
    public Query and(Query other) {
        return ofParts(Kind.AND, this, other);
    }

    /** Mails that either finds. */
    public Query or(Query other) {
        return ofParts(Kind.OR, this, other);
    }

    /** The criteria of an IMAP SEARCH (RFC 9051 §6.4.4). */
    Argument toImap() {
        Argument argument = new Argument();
        if (!isAscii()) {
            argument.writeAtom("CHARSET");
            argument.writeAtom("UTF-8");
        }
        writeTo(argument);
        return argument;
    }

    private boolean isAscii() {
        return Texts.isAscii(text.getBytes(StandardCharsets.UTF_8))
                && parts.stream().allMatch(Query::isAscii);
    }

    private void writeTo(Argument out) {
        switch (kind) {
            case ALL -> out.writeAtom("ALL");
            case FROM, TO, CC, SUBJECT, BODY, TEXT -> {
                out.writeAtom(kind.name());
                writeText(text, out);
            }
            case HEADER -> {
                out.writeAtom("HEADER");
                writeText(headerName, out);
                writeText(text, out);
            }
            case SINCE, BEFORE -> {
                LocalDate day = Check.notNull("day", date);
                out.writeAtom(kind.name());
                out.writeAtom(day.getDayOfMonth() + "-" + MONTHS.get(day.getMonthValue() - 1) + "-" + day.getYear());
            }
            case FLAG -> writeFlag(Check.notNull("flag", flag), out);
            case LARGER, SMALLER -> {
                out.writeAtom(kind.name());
                out.writeNumber(bytes);
            }
            case NOT, OR -> {
                out.writeAtom(kind.name());
                parts.forEach(part -> writeKey(part, out));
            }
            case AND -> parts.forEach(part -> writeKey(part, out));
        }
    }

    /** In quotes always, as some servers stumble over what may stand without. */
    private static void writeText(String text, Argument out) {
        if (Texts.isAscii(text.getBytes(StandardCharsets.UTF_8))) {
            out.writeAtom('"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"');
        } else {
            out.writeString(text, StandardCharsets.UTF_8);
        }
    }

    /** One key: what is several stands in brackets. */
    private static void writeKey(Query part, Argument out) {
        if (part.kind == Kind.AND) {
            Argument inner = new Argument();
            part.writeTo(inner);
            out.writeArgument(inner);
        } else {
            part.writeTo(out);
        }
    }

    private static void writeFlag(Flag flag, Argument out) {
        if (flag.name().startsWith("\\")) {
            out.writeAtom(flag.name().substring(1).toUpperCase(Locale.ROOT));
        } else {
            out.writeAtom("KEYWORD");
            out.writeAtom(flag.name());
        }
    }

    /** The same on this side. May fetch. */
    boolean matches(ReceivedMail mail) {
        return switch (kind) {
            case ALL -> true;
            case FROM -> isIn(mail.from());
            case TO -> isIn(mail.to());
            case CC -> isIn(mail.cc());
            case SUBJECT -> isIn(mail.subject());
            case BODY -> isInBody(mail);
            case TEXT ->
                isInBody(mail)
                        || mail.headers().stream()
                                .anyMatch(field ->
                                        mail.header(field.name()).stream().anyMatch(this::isIn));
            case HEADER -> mail.header(headerName).stream().anyMatch(this::isIn);
            case SINCE ->
                !sentOn(mail)
                        .map(day -> day.isBefore(Check.notNull("day", date)))
                        .orElse(true);
            case BEFORE ->
                sentOn(mail)
                        .map(day -> day.isBefore(Check.notNull("day", date)))
                        .orElse(false);
            case FLAG -> mail.flags().contains(Check.notNull("flag", flag));
            case LARGER -> mail.size() > bytes;
            case SMALLER -> mail.size() < bytes;
            case NOT -> !parts.get(0).matches(mail);
            case AND -> parts.stream().allMatch(part -> part.matches(mail));
            case OR -> parts.stream().anyMatch(part -> part.matches(mail));
        };
    }

    private boolean isInBody(ReceivedMail mail) {
        return mail.text().filter(this::isIn).isPresent()
                || mail.html().filter(this::isIn).isPresent();
    }

    private boolean isIn(List<ReceivedAddress> addresses) {
        return addresses.stream().anyMatch(address -> isIn(address.toString()));
    }

    private boolean isIn(String value) {
        return value.toLowerCase(Locale.ROOT).contains(text.toLowerCase(Locale.ROOT));
    }

    private static Optional<LocalDate> sentOn(ReceivedMail mail) {
        return mail.sentAt().map((Instant sent) -> LocalDate.ofInstant(sent, ZoneOffset.UTC));
    }

    /** The kind of each part, without the texts. */
    @Override
    public String toString() {
        return parts.isEmpty()
                ? kind.name().toLowerCase(Locale.ROOT)
                : kind.name().toLowerCase(Locale.ROOT) + parts;
    }
}

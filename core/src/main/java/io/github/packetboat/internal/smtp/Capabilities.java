package io.github.packetboat.internal.smtp;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What a server said in answer to EHLO that it can do (RFC 5321 §4.1.1.1). Immutable and thread-safe. */
public final class Capabilities {
    /** Nothing but the basic commands. */
    public static final Capabilities NONE = new Capabilities(Map.of());

    private final Map<String, String> parameters;
    private final boolean pipelining;
    private final long maxSizeBytes;

    private Capabilities(Map<String, String> parameters) {
        this.parameters = parameters;
        this.pipelining = parameters.containsKey("PIPELINING");
        this.maxSizeBytes = size(parameters.getOrDefault("SIZE", ""));
    }

    /** Reads the reply to EHLO: its first line is a greeting, each other one a keyword with parameters. */
    static Capabilities of(Reply ehlo) {
        Map<String, String> found = new HashMap<>();
        List<String> lines = ehlo.lines();
        for (String line : lines.subList(1, lines.size())) {
            String[] words = line.strip().split("[ =]", 2);
            String keyword = words[0].toUpperCase(Locale.ROOT);
            String rest = words.length > 1 ? words[1].strip() : "";
            // "AUTH=LOGIN" of old servers adds to "AUTH PLAIN"
            found.merge(keyword, rest, (a, b) -> a + " " + b);
        }
        return new Capabilities(Map.copyOf(found));
    }

    private static long size(String parameter) {
        boolean number = !parameter.isEmpty()
                && parameter.length() <= 18
                && parameter.chars().allMatch(c -> c >= '0' && c <= '9');
        return number ? Long.parseLong(parameter) : 0;
    }

    /** Commands may be sent before the replies to those before them have come (RFC 2920). */
    public boolean pipelining() {
        return pipelining;
    }

    /** The largest mail in bytes (RFC 1870), or 0 if the server names no limit. */
    public long maxSizeBytes() {
        return maxSizeBytes;
    }

    /** MAIL takes a SIZE. */
    boolean size() {
        return has("SIZE");
    }

    /** Bodies of 8-bit text (RFC 6152). */
    public boolean eightBitMime() {
        return has("8BITMIME");
    }

    /** Addresses and headers in UTF-8 (RFC 6531). */
    public boolean smtpUtf8() {
        return has("SMTPUTF8");
    }

    /** Delivery status notifications (RFC 3461). */
    public boolean dsn() {
        return has("DSN");
    }

    boolean startTls() {
        return has("STARTTLS");
    }

    /** Why the server cannot take this mail, or null if it can. */
    @Nullable
    SmtpException objection(Parcel parcel, String server) {
        long bytes = parcel.body().length();
        if (maxSizeBytes > 0 && bytes > maxSizeBytes) {
            return new SmtpException(
                    SmtpException.Kind.TOO_LARGE,
                    "a mail of " + bytes + " bytes exceeds SIZE=" + maxSizeBytes + " of " + server,
                    null);
        }
        if (parcel.needsUtf8() && !smtpUtf8()) {
            return new SmtpException(
                    SmtpException.Kind.UNSUPPORTED,
                    "the mail has an address or header in UTF-8, and " + server + " does not offer SMTPUTF8",
                    null);
        }
        if (parcel.eightBit() && !eightBitMime()) {
            return new SmtpException(
                    SmtpException.Kind.UNSUPPORTED,
                    "the mail has 8-bit text, and " + server + " does not offer 8BITMIME",
                    null);
        }
        return null;
    }

    /** The names of the ways to log in, in upper case. */
    Set<String> mechanisms() {
        Set<String> names = new TreeSet<>();
        for (String name :
                parameters.getOrDefault("AUTH", "").toUpperCase(Locale.ROOT).split("[ =]+")) {
            if (!name.isEmpty()) {
                names.add(name);
            }
        }
        return names;
    }

    private boolean has(String keyword) {
        return parameters.containsKey(keyword);
    }

    @Override
    public String toString() {
        return "Capabilities" + new TreeSet<>(parameters.keySet());
    }
}

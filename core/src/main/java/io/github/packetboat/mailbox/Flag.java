package io.github.packetboat.mailbox;

import java.util.Locale;

/**
 * A mark that an IMAP server keeps with a mail: one of those that the standard names (RFC 9051 §2.3.2), or a keyword.
 * Immutable and thread-safe; equal without regard to case.
 */
public final class Flag {
    /** It was read. */
    public static final Flag SEEN = new Flag("\\Seen");
    /** It was answered. */
    public static final Flag ANSWERED = new Flag("\\Answered");
    /** It is marked as urgent or special. */
    public static final Flag FLAGGED = new Flag("\\Flagged");
    /** It goes with the next {@link Folder#expunge}. */
    public static final Flag DELETED = new Flag("\\Deleted");
    /** It is not finished. */
    public static final Flag DRAFT = new Flag("\\Draft");

    private final String name;

    private Flag(String name) {
        this.name = name;
    }

    /**
     * A keyword, such as {@code $Forwarded} or one of your own. Not every server keeps those.
     *
     * @throws IllegalArgumentException if it is null, empty, longer than 200 characters, or has characters other than
     *     visible ASCII without parentheses, an opening brace, {@code % * " \} or {@code ]}
     */
    public static Flag keyword(String name) {
        if (name == null || name.isEmpty() || name.length() > 200) {
            throw new IllegalArgumentException("keyword must have 1 to 200 characters");
        }
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (c <= ' ' || c >= 0x7F || "(){%*\"\\]".indexOf(c) >= 0) {
                throw new IllegalArgumentException(
                        "keyword has a character that is not allowed at index " + i + ": U+%04X".formatted((int) c));
            }
        }
        return new Flag(name);
    }

    /** A flag as a server names it. */
    static Flag ofServer(String name) {
        for (Flag flag : new Flag[] {SEEN, ANSWERED, FLAGGED, DELETED, DRAFT}) {
            if (flag.name.equalsIgnoreCase(name)) {
                return flag;
            }
        }
        return new Flag(name);
    }

    /** As it is written in IMAP: {@code \Seen}, {@code $Forwarded}. */
    public String name() {
        return name;
    }

    /** The name, if it may stand in a command: a server can name a flag as it likes. */
    String checkedName() {
        if (!name.matches("\\\\?[!#$&'+,\\-./0-9:;<=>?@A-Z\\[^_`a-z|}~]{1,200}")) {
            throw new IllegalArgumentException("flag " + this + " cannot be written in IMAP");
        }
        return name;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Flag that && name.equalsIgnoreCase(that.name);
    }

    @Override
    public int hashCode() {
        return name.toLowerCase(Locale.ROOT).hashCode();
    }

    @Override
    public String toString() {
        return Texts.clean(name, 200);
    }
}

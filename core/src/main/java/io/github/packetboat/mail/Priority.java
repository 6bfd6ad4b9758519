package io.github.packetboat.mail;

/** How urgent a mail is, as its reader's program may show it. */
public enum Priority {
    /** Marked as urgent. */
    HIGH,
    /** Not marked. */
    NORMAL,
    /** Marked as not urgent. */
    LOW
}

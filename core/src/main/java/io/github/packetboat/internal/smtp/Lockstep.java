package io.github.packetboat.internal.smtp;

import java.util.Locale;

/** How servers say that they cannot pipeline although they offered it. Stateless, thread-safe. */
final class Lockstep {
    /** So many connections in a row that end in the middle of the first group of commands say the same. */
    static final int DROPS = 2;

    private Lockstep() {}

    /** Whether a refusal in the middle of a group is about the group rather than about what was asked. */
    static boolean isComplaint(Reply reply) {
        if (reply.code() == 500 || reply.code() == 502 || reply.code() == 503) {
            return true;
        }
        String text = reply.text().toLowerCase(Locale.ROOT);
        return text.contains("pipelin") || text.contains("synchroni");
    }
}

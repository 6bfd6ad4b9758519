package io.github.packetboat.mailbox;

import java.util.ArrayList;
import java.util.List;

/** Sets of UIDs as IMAP writes them (RFC 9051 §9, sequence-set). Stateless, thread-safe. */
final class UidSet {
    private UidSet() {}

    /** {@code 1:3,7,9:10} for UIDs in ascending order. */
    static String of(long[] ascending, int from, int to) {
        StringBuilder set = new StringBuilder();
        for (int i = from; i < to; ) {
            int last = i;
            while (last + 1 < to && ascending[last + 1] == ascending[last] + 1) {
                last++;
            }
            set.append(set.isEmpty() ? "" : ",").append(ascending[i]);
            if (last > i) {
                set.append(':').append(ascending[last]);
            }
            i = last + 1;
        }
        return set.toString();
    }

    /** Several sets of at most {@code size} UIDs each, so that no command becomes too long. */
    static List<String> chunks(long[] ascending, int size) {
        List<String> sets = new ArrayList<>();
        for (int i = 0; i < ascending.length; i += size) {
            sets.add(of(ascending, i, Math.min(ascending.length, i + size)));
        }
        return sets;
    }
}

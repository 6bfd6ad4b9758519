package io.github.packetboat.mailbox;

import io.github.packetboat.mailbox.MailboxException.Kind;
import io.github.packetboat.testkit.RawPeer;
import java.time.Duration;
import java.util.Map;
import java.util.function.Consumer;

/**
 * What a server does, and what must be said of it.
 *
 * @param answers command to what is done instead of what is usual, see {@link Reply}
 */
record HostileCase(String name, String greeting, Map<String, Consumer<RawPeer>> answers, Kind kind, String said) {
    /** For how long silence is borne: not for long where the case is about that, and where not, on a busy machine too. */
    Duration silence() {
        return said.equals("within") || said.equals("no complete answer")
                ? Duration.ofMillis(700)
                : Duration.ofSeconds(20);
    }

    @Override
    public String toString() {
        return name;
    }
}

package io.github.packetboat.message;

import io.github.packetboat.testkit.RawPeer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;

/** The lines that a peer gets, read in large pieces. One thread at a time. */
final class PeerLines {
    private final RawPeer peer;
    private final ArrayDeque<String> ready = new ArrayDeque<>();
    private final StringBuilder rest = new StringBuilder();

    PeerLines(RawPeer peer) {
        this.peer = peer;
    }

    /** The next line; fails if the stream ends first. */
    String next() {
        while (ready.isEmpty()) {
            String text = new String(peer.readSome(), StandardCharsets.ISO_8859_1);
            int from = 0;
            for (int lf = text.indexOf('\n'); lf >= 0; lf = text.indexOf('\n', from)) {
                ready.add(rest.append(text, from, lf).toString());
                rest.setLength(0);
                from = lf + 1;
            }
            rest.append(text, from, text.length());
        }
        return ready.remove();
    }
}

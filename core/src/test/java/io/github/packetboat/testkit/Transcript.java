package io.github.packetboat.testkit;

import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;

/**
 * A dialogue as text: lines that begin with {@code S:} come from the server, with {@code C:} from the client, and
 * {@code <closes>} as the whole line is a FIN. Lines end in CRLF on the wire unless {@link #lineEnd} says otherwise;
 * they are compared with their ends. Immutable.
 *
 * <pre>{@code
 * Transcript.of("""
 *         S: 220 ready
 *         C: QUIT
 *         S: 221 bye
 *         S: <closes>
 *         """).playAsClient(server.address());
 * }</pre>
 */
public final class Transcript {
    /** How the own lines are cut into segments. */
    public enum Mode {
        /** All lines up to the other side's turn at once. */
        WHOLE,
        /** One segment a line. */
        LINE,
        /** One segment a byte. */
        BYTE
    }

    private static final String CLOSES = "<closes>";

    private record Line(char side, String text) {
        boolean closes() {
            return text.equals(CLOSES);
        }

        @Override
        public String toString() {
            return text.isEmpty() ? side + ":" : side + ": " + text;
        }
    }

    private final List<Line> lines;
    private final String lineEnd;

    private Transcript(List<Line> lines, String lineEnd) {
        this.lines = lines;
        this.lineEnd = lineEnd;
    }

    /** Reads the dialogue; empty lines are skipped. */
    public static Transcript of(String dialogue) {
        List<Line> lines = new ArrayList<>();
        for (String line : dialogue.lines().filter(each -> !each.isBlank()).toList()) {
            if (!line.startsWith("S:") && !line.startsWith("C:")) {
                throw new IllegalArgumentException("a line begins with S: or C:, this does not: " + line);
            }
            String text = line.substring(2);
            lines.add(new Line(line.charAt(0), text.startsWith(" ") ? text.substring(1) : text));
        }
        return new Transcript(List.copyOf(lines), "\r\n");
    }

    /** The same dialogue with another line end, such as {@code "\n"}. */
    public Transcript lineEnd(String end) {
        if (!end.endsWith("\n")) {
            throw new IllegalArgumentException("a line must end in LF: " + Escaped.of(end));
        }
        return new Transcript(lines, end);
    }

    /** Plays the client against the server at {@code address}, on a new connection for each {@link Mode}. */
    public void playAsClient(SocketAddress address) {
        for (Mode mode : Mode.values()) {
            try (RawPeer peer = RawPeer.connect(address)) {
                play(peer, 'C', mode);
            }
        }
    }

    /** The client's side on a connection of your own; fails on the first line that differs. */
    public Script client(Mode mode) {
        return peer -> play(peer, 'C', mode);
    }

    /** The server's side, as a script for {@link RawServer}; fails on the first line that differs. */
    public Script server(Mode mode) {
        return peer -> play(peer, 'S', mode);
    }

    private void play(RawPeer peer, char own, Mode mode) {
        StringBuilder turn = new StringBuilder();
        for (int i = 0; i < lines.size(); i++) {
            Line line = lines.get(i);
            if (line.side() != own) {
                send(peer, turn, mode);
                hear(peer, i, mode);
            } else if (line.closes()) {
                send(peer, turn, mode);
                peer.halfClose();
            } else {
                turn.append(line.text()).append(lineEnd);
                if (mode != Mode.WHOLE) {
                    send(peer, turn, mode);
                }
            }
        }
        send(peer, turn, mode);
    }

    private static void send(RawPeer peer, StringBuilder turn, Mode mode) {
        if (turn.length() > 0) {
            if (mode == Mode.BYTE) {
                peer.sendSlowly(turn.toString());
            } else {
                peer.send(turn.toString());
            }
            turn.setLength(0);
        }
    }

    private void hear(RawPeer peer, int index, Mode mode) {
        Line expected = lines.get(index);
        String actual;
        try {
            if (expected.closes()) {
                peer.expectEof();
                return;
            }
            actual = peer.readRawLine();
        } catch (AssertionError | RuntimeException e) {
            throw difference(peer, index, mode, "(" + e.getMessage() + ")", e);
        }
        if (!actual.equals(expected.text() + lineEnd)) {
            boolean onlyEndDiffers =
                    actual.stripTrailing().equals(expected.text().stripTrailing());
            String shown = onlyEndDiffers
                    ? Escaped.of(actual) + " where the line ends in " + Escaped.of(lineEnd)
                    : actual.stripTrailing();
            throw difference(peer, index, mode, expected.side() + ": " + shown, null);
        }
    }

    private AssertionError difference(RawPeer peer, int index, Mode mode, String actual, Throwable cause) {
        StringBuilder text = new StringBuilder("the dialogue with %s differs in line %d of %d, mode %s:%n"
                .formatted(peer.remoteAddress(), index + 1, lines.size(), mode));
        lines.subList(0, index).forEach(line -> text.append("    ").append(line).append('\n'));
        text.append("  - ").append(lines.get(index)).append('\n').append("  + ").append(actual);
        return new AssertionError(text.toString(), cause);
    }
}

package io.github.packetboat.internal.smtp;

import io.github.packetboat.internal.io.EventLoop;
import io.github.packetboat.internal.io.Timers;
import io.github.packetboat.message.Connection;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Sentences that were said and the replies to them, in order. Every byte of a command passes through here, where none can
 * end the line. Loop thread only.
 */
final class Dialogue {
    /** What to do with the reply. */
    interface Then {
        void on(Reply reply);
    }

    private record Sentence(String shown, long timeoutNanos, Then then) {}

    private final Connection<Wire> connection;
    private final EventLoop loop;
    private final Duration patience;
    private final @Nullable Transcriber transcriber;
    private final ArrayDeque<Sentence> unanswered = new ArrayDeque<>();
    private final Timers.Timer deadline;
    private long waitingSinceNanos;

    /** Writes down what is said. */
    interface Transcriber {
        void line(boolean fromServer, String text);
    }

    /**
     * @param patience how long an answer may take where a sentence does not say
     * @param late told of the sentence that was not answered in time
     */
    Dialogue(
            Connection<Wire> connection,
            EventLoop loop,
            Duration patience,
            @Nullable Transcriber transcriber,
            Consumer<String> late) {
        this.connection = connection;
        this.loop = loop;
        this.patience = patience;
        this.transcriber = transcriber;
        this.deadline = new Timers.Timer() {
            @Override
            protected void expired(long nowNanos) {
                Sentence head = unanswered.peek();
                if (head == null) {
                    return;
                }
                if (waitingSinceNanos + head.timeoutNanos - nowNanos > 0) {
                    watch(head);
                } else {
                    late.accept(head.shown);
                }
            }
        };
    }

    /** Says one line. */
    void say(String line, Then then) {
        say(line, line, then);
    }

    /** Says one line that is not for every eye. */
    void say(String line, String shown, Then then) {
        byte[] bytes = (line + "\r\n").getBytes(StandardCharsets.UTF_8);
        checkLine(bytes, shown);
        write(ByteBuffer.wrap(bytes));
        note(false, shown);
        expect(shown, patience, then);
    }

    /** The one place that every command passes: one line it is, and one it stays (RFC 5321 §2.3.8). */
    private static void checkLine(byte[] bytes, String shown) {
        for (int i = 0; i < bytes.length - 2; i++) {
            if (bytes[i] >= 0 && bytes[i] < ' ' || bytes[i] == 0x7F) {
                throw new IllegalArgumentException("a control character at byte " + i + " of the command "
                        + shown.substring(0, Math.min(4, shown.length())));
            }
        }
    }

    /** Expects a reply to what was not said as a line, such as a greeting or the end of a mail. */
    void expect(String shown, Duration timeout, Then then) {
        Sentence sentence = new Sentence(shown, timeout.toNanos(), then);
        if (unanswered.isEmpty()) {
            waitingSinceNanos = loop.nowNanos();
        }
        unanswered.add(sentence);
        if (unanswered.peek() == sentence) {
            watch(sentence);
        }
    }

    /** Sends bytes that are no sentence: a piece of a mail. */
    void write(ByteBuffer bytes) {
        connection.send(new Wire.Bytes(bytes));
    }

    /** Writes down what no line says. */
    void note(boolean fromServer, String text) {
        if (transcriber != null) {
            transcriber.line(fromServer, text);
        }
    }

    /** From now on the first unanswered sentence is waited for. */
    void restartClock() {
        waitingSinceNanos = loop.nowNanos();
    }

    private void watch(Sentence head) {
        long due = waitingSinceNanos + head.timeoutNanos;
        if (!deadline.isScheduled() || deadline.deadlineNanos() - due > 0) {
            loop.timers().schedule(deadline, due);
        }
    }

    /** Hands {@code reply} to whoever waits for it. Returns false if nobody does. */
    boolean answer(Reply reply) {
        if (transcriber != null) {
            for (String line : reply.lines()) {
                transcriber.line(
                        true,
                        reply.code()
                                + (reply.enhancedStatus() == null ? " " : " " + reply.enhancedStatus() + " ")
                                + line);
            }
        }
        Sentence sentence = unanswered.poll();
        if (sentence == null) {
            return false;
        }
        Sentence head = unanswered.peek();
        if (head != null) {
            waitingSinceNanos = loop.nowNanos();
            watch(head);
        }
        sentence.then.on(reply);
        return true;
    }

    /** Whether nothing waits for an answer. */
    boolean isQuiet() {
        return unanswered.isEmpty();
    }

    /** Nobody will answer any more. */
    void end() {
        unanswered.clear();
        loop.timers().cancel(deadline);
    }
}

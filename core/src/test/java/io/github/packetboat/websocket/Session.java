package io.github.packetboat.websocket;

import io.github.packetboat.codec.CodecException;
import io.github.packetboat.codec.CodecFactory;
import io.github.packetboat.codec.Conversation;
import io.github.packetboat.codec.FrameBuffer;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** Runs a conversation over given bytes as a connection does, cut in all ways, and says what came of it. */
final class Session {
    private static final Conversation.Line SERVER = new Conversation.Line(null, 0, false);

    private Session() {}

    /**
     * What a stream came to.
     *
     * @param messages arrays as lists of numbers
     * @param said everything this side wrote, one character a byte
     * @param error the text of what was thrown, or null
     */
    record Outcome(
            List<String> messages,
            String said,
            @Nullable String error,
            Conversation.Phase phase,
            int closeCode,
            String farewell) {}

    /** What {@code stream} comes to at a server, after it was seen to come to the same however it is cut. */
    static <M> Outcome serve(CodecFactory<M> codecs, byte[] stream) {
        return atEveryCut(codecs, SERVER, stream);
    }

    static <M> Outcome atEveryCut(CodecFactory<M> codecs, Conversation.Line line, byte[] stream) {
        Outcome whole = play(codecs, line, stream);
        for (int i = 1; i < Math.min(stream.length, 2000); i++) {
            same(whole, play(codecs, line, stream, i), "cut at " + i);
        }
        if (stream.length <= 5000) {
            same(whole, play(codecs, line, stream, everyByte(stream.length)), "every byte by itself");
        }
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < 50; i++) {
            int[] cuts = random.ints(random.nextInt(12), 0, stream.length + 1)
                    .sorted()
                    .toArray();
            same(whole, play(codecs, line, stream, cuts), "cut at " + Arrays.toString(cuts));
        }
        return whole;
    }

    private static void same(Outcome whole, Outcome cut, String how) {
        if (!whole.equals(cut)) {
            throw new AssertionError(how + ":\n" + cut + "\ninstead of\n" + whole);
        }
    }

    private static int[] everyByte(int length) {
        int[] cuts = new int[Math.max(0, length - 1)];
        Arrays.setAll(cuts, i -> i + 1);
        return cuts;
    }

    static <M> Outcome play(CodecFactory<M> codecs, Conversation.Line line, byte[] stream, int... cuts) {
        Run<M> run = new Run<>((Conversation<M>) codecs.create());
        run.conversation.begin(line, run.said);
        int from = 0;
        for (int i = 0; i <= cuts.length && !run.ended; i++) {
            int to = i == cuts.length ? stream.length : cuts[i];
            run.feed(stream, from, to);
            from = to;
        }
        return run.outcome();
    }

    private static final class Run<M> {
        private final Conversation<M> conversation;
        private final FrameBuffer said = FrameBuffer.allocate(64);
        private final List<String> messages = new ArrayList<>();
        private byte[] unread = {};
        private @Nullable String error;
        private boolean ended;
        private int pieces;

        Run(Conversation<M> conversation) {
            this.conversation = conversation;
        }

        void feed(byte[] stream, int from, int to) {
            ByteBuffer in = pieces++ % 2 == 0
                    ? ByteBuffer.allocateDirect(unread.length + to - from)
                    : ByteBuffer.allocate(unread.length + to - from);
            in.put(unread).put(stream, from, to - from).flip();
            try {
                decode(in.asReadOnlyBuffer());
            } catch (CodecException e) {
                error = e.getMessage();
                end(Conversation.Ending.PEER_FAILED);
            }
        }

        private void decode(ByteBuffer in) throws CodecException {
            while (in.hasRemaining() && !ended) {
                int before = in.position();
                M message = conversation.decode(in);
                if (message != null) {
                    messages.add(message instanceof byte[] bytes ? Arrays.toString(bytes) : message.toString());
                }
                boolean news = conversation.hasNews();
                if (news) {
                    conversation.reply(said);
                    if (conversation.phase() == Conversation.Phase.OVER) {
                        end(Conversation.Ending.DONE);
                    }
                } else if (message == null) {
                    break;
                }
                if (in.position() == before && !news) {
                    throw new AssertionError("nothing was consumed at " + before);
                }
            }
            unread = new byte[in.remaining()];
            in.get(unread);
            if (unread.length > conversation.maxFrameBytes()) {
                throw new AssertionError(unread.length + " bytes unread");
            }
        }

        private void end(Conversation.Ending how) {
            conversation.close(how, 0, "", said);
            ended = true;
        }

        Outcome outcome() {
            return new Outcome(
                    messages,
                    new String(said.toByteArray(), StandardCharsets.ISO_8859_1),
                    error,
                    conversation.phase(),
                    conversation.closeCode(),
                    conversation.farewell());
        }
    }
}

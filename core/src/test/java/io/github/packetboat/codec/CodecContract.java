package io.github.packetboat.codec;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Holds any codec against what {@link Codec} promises: it is given a stream as a connection would give it, cut in all
 * ways, in several kinds of memory, and must say the same each time.
 */
final class CodecContract<M> {
    private static final int MOST_BYTES_FOR_TWO_CUTS = 60;
    private static final int RANDOM_CUTS = 200;

    private final CodecFactory<M> factory;
    private final boolean chunks;
    private final ByteBuffer loopsBuffer = ByteBuffer.allocateDirect(4096);

    private CodecContract(CodecFactory<M> factory, boolean chunks) {
        this.factory = factory;
        this.chunks = chunks;
    }

    static <M> CodecContract<M> of(CodecFactory<M> factory) {
        return new CodecContract<>(factory, false);
    }

    /** For codecs whose messages depend on the cuts: only all of them together must be the same. */
    static <M> CodecContract<M> ofChunks(CodecFactory<M> factory) {
        return new CodecContract<>(factory, true);
    }

    /** What a stream came to: comparable messages, the text of the error that ended it, and the bytes left unread. */
    record Outcome(List<String> messages, @Nullable String error, int unread) {}

    /** Where the bytes lie that a codec decodes; mixed is what a connection does with its loop's buffer and its own. */
    enum Memory {
        HEAP,
        READ_ONLY_HEAP,
        DIRECT,
        MIXED
    }

    /** The bytes from a position other than 0, with around them what a codec would misread with pleasure. */
    private ByteBuffer hold(Memory memory, byte[] bytes, int from, int to, int piece) {
        int margin = piece % 11;
        int length = to - from;
        int capacity = margin + length + margin;
        boolean direct = memory == Memory.DIRECT || memory == Memory.MIXED && piece % 3 != 1;
        ByteBuffer in = !direct
                ? ByteBuffer.allocate(capacity)
                : capacity <= loopsBuffer.capacity() ? loopsBuffer : ByteBuffer.allocateDirect(capacity);
        in.clear();
        for (int i = 0; i < margin; i++) {
            in.put(i, (byte) '\n').put(margin + length + i, (byte) '\n');
        }
        in.put(margin, bytes, from, length).limit(margin + length).position(margin);
        return memory == Memory.READ_ONLY_HEAP ? in.asReadOnlyBuffer() : in;
    }

    /** What {@code stream} comes to in one piece, after it was seen to come to the same in whatever pieces. */
    Outcome decode(byte[] stream) {
        Outcome whole = replay(stream, Memory.DIRECT);
        for (Memory memory : Memory.values()) {
            same(whole, stream, memory);
            if (stream.length <= 4096) {
                same(whole, stream, memory, everyByte(stream.length));
            }
        }
        for (int i = 0; i <= Math.min(stream.length, 1000); i++) {
            same(whole, stream, Memory.HEAP, i);
            same(whole, stream, Memory.MIXED, i);
        }
        if (stream.length <= MOST_BYTES_FOR_TWO_CUTS) {
            for (int i = 0; i <= stream.length; i++) {
                for (int j = i; j <= stream.length; j++) {
                    same(whole, stream, Memory.HEAP, i, j);
                }
            }
        }
        SplittableRandom random = random();
        for (int i = 0; i < (stream.length > 4096 ? 5 : RANDOM_CUTS); i++) {
            same(
                    whole,
                    stream,
                    Memory.MIXED,
                    random.ints(random.nextInt(20), 0, stream.length + 1)
                            .sorted()
                            .toArray());
        }
        return whole;
    }

    Outcome decode(String stream) {
        return decode(stream.getBytes(StandardCharsets.UTF_8));
    }

    /** All of {@code messages} as bytes, after they were seen to be decoded to what they were. */
    @SafeVarargs
    final byte[] roundTrip(M... messages) throws CodecException {
        List<String> expected = new ArrayList<>();
        for (M message : messages) {
            expected.add(comparable(message));
        }
        byte[] stream = encode(messages);
        Outcome outcome = decode(stream);
        assertThat(outcome.messages()).isEqualTo(joined(expected));
        assertThat(outcome.error()).isNull();
        assertThat(outcome.unread()).isZero();
        return stream;
    }

    @SafeVarargs
    final byte[] encode(M... messages) throws CodecException {
        FrameBuffer out = FrameBuffer.allocate(1);
        Codec<M> codec = factory.create();
        for (M message : messages) {
            String before = comparable(message);
            codec.encode(message, out);
            assertThat(comparable(message))
                    .as("the message after it was encoded")
                    .isEqualTo(before);
        }
        return out.toByteArray();
    }

    /** The text of the error that {@code message} is refused with. */
    String refusal(M message) {
        try {
            byte[] bytes = encode(message);
            throw new AssertionError("encoded to " + comparable(bytes));
        } catch (CodecException e) {
            return e.getMessage();
        }
    }

    private void same(Outcome whole, byte[] stream, Memory memory, int... cuts) {
        Outcome outcome = replay(stream, memory, cuts);
        if (!outcome.equals(whole)) { // "as" would format a million texts
            assertThat(outcome)
                    .as("%s cut at %s in %s", comparable(stream), Arrays.toString(cuts), memory)
                    .isEqualTo(whole);
        }
    }

    /** Presents the stream as a connection does: up to each cut in turn, from the first byte that was left unread. */
    Outcome replay(byte[] stream, Memory memory, int... cuts) {
        Codec<M> codec = factory.create();
        List<String> messages = new ArrayList<>();
        int taken = 0;
        for (int piece = 0; piece <= cuts.length; piece++) {
            int arrived = piece < cuts.length ? cuts[piece] : stream.length;
            if (arrived == taken) {
                continue; // a connection never presents nothing
            }
            ByteBuffer in = hold(memory, stream, taken, arrived, piece);
            try {
                int before = in.position();
                drain(codec, in, messages);
                taken += in.position() - before;
            } catch (CodecException e) {
                assertThat(e.getMessage()).isNotBlank();
                return new Outcome(joined(messages), e.getMessage(), 0);
            }
        }
        return new Outcome(joined(messages), null, stream.length - taken);
    }

    private void drain(Codec<M> codec, ByteBuffer in, List<String> messages) throws CodecException {
        int limit = in.limit();
        while (in.hasRemaining()) {
            int before = in.position();
            M message = codec.decode(in);
            assertThat(in.limit()).as("limit").isEqualTo(limit);
            assertThat(in.order()).isEqualTo(ByteOrder.BIG_ENDIAN);
            if (message == null) {
                if (codec.heartbeat() == null) {
                    assertThat(in.position()).as("position after null").isEqualTo(before);
                }
                assertThat(in.remaining()).as("unread bytes").isLessThanOrEqualTo(codec.maxFrameBytes());
                return;
            }
            assertThat(in.position()).as("position after a message").isGreaterThan(before);
            messages.add(comparable(message));
        }
    }

    private List<String> joined(List<String> messages) {
        return chunks ? List.of(String.join("", messages)) : List.copyOf(messages);
    }

    static String comparable(Object message) {
        if (message instanceof byte[] bytes) {
            return HexFormat.of().formatHex(bytes);
        }
        if (message instanceof ByteBuffer view) {
            byte[] bytes = new byte[view.remaining()];
            view.get(view.position(), bytes);
            return comparable(bytes);
        }
        return message.toString();
    }

    private static int[] everyByte(int length) {
        int[] cuts = new int[length];
        for (int i = 0; i < length; i++) {
            cuts[i] = i + 1;
        }
        return cuts;
    }

    /** Another one each time, which the output names; {@code -Dpacketboat.seed=…} brings one back. */
    static SplittableRandom random() {
        long seed = Long.getLong("packetboat.seed", System.nanoTime());
        System.out.println("-Dpacketboat.seed=" + seed);
        return new SplittableRandom(seed);
    }
}

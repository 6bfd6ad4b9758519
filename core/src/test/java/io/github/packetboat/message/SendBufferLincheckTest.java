package io.github.packetboat.message;

import io.github.packetboat.codec.Codecs;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.junit.jupiter.api.Test;

/**
 * Whatever several threads do to a send buffer at once can be explained by some order of their calls: Lincheck tries the
 * ways in which they can interleave, and compares with a model that knows no threads.
 */
class SendBufferLincheckTest {
    private static final int MOST = 2;

    /** Only the newest frames are kept; the loop takes one at a time. */
    @Param(name = "value", gen = IntGen.class, conf = "1:9")
    public static final class DropsOldest {
        private final SendBuffer<String> buffer =
                new SendBuffer<>(Codecs.utf8(), new QueueLimit(1000, Overflow.DROP_OLDEST), MOST, true);

        @Operation
        public boolean offer(@Param(name = "value") int value) {
            return buffer.offerEncoded(encoded(value));
        }

        @Operation(nonParallelGroup = "loop")
        public String take() {
            StringBuilder taken = new StringBuilder();
            buffer.take(bytes -> taken.append(decoded(bytes)), () -> taken.length() == 0, true);
            return taken.toString();
        }

        @Operation(nonParallelGroup = "loop")
        public void close() {
            buffer.close();
        }

        @Operation
        public long dropped() {
            return buffer.dropped();
        }
    }

    /** The model of {@link DropsOldest}. */
    public static final class Newest {
        private final ArrayDeque<Integer> kept = new ArrayDeque<>();
        private boolean closed;
        private long dropped;

        public boolean offer(int value) {
            if (closed) {
                return false;
            }
            if (kept.size() == MOST) {
                kept.remove();
                dropped++;
            }
            return kept.add(value);
        }

        public String take() {
            return kept.isEmpty() ? "" : String.valueOf(kept.remove());
        }

        public void close() {
            closed = true;
        }

        public long dropped() {
            return dropped;
        }
    }

    /** Everything is kept; the loop takes all there is. */
    @Param(name = "value", gen = IntGen.class, conf = "1:9")
    public static final class TakesAll {
        private final SendBuffer<String> buffer =
                new SendBuffer<>(Codecs.utf8(), new QueueLimit(1000, Overflow.REFUSE), Integer.MAX_VALUE, false);

        @Operation
        public boolean offer(@Param(name = "value") int value) {
            return buffer.offerEncoded(encoded(value));
        }

        @Operation(nonParallelGroup = "loop")
        public String take() {
            StringBuilder taken = new StringBuilder();
            buffer.take(bytes -> taken.append(decoded(bytes)), () -> true, true);
            return taken.toString();
        }

        @Operation(nonParallelGroup = "loop")
        public long discard() {
            return buffer.discard();
        }

        @Operation
        public long accepted() {
            return buffer.accepted();
        }
    }

    /** The model of {@link TakesAll}. */
    public static final class Queue {
        private String kept = "";
        private boolean closed;
        private long accepted;

        public boolean offer(int value) {
            if (closed) {
                return false;
            }
            kept += value;
            accepted++;
            return true;
        }

        public String take() {
            String taken = kept;
            kept = "";
            return taken;
        }

        public long discard() {
            closed = true;
            return take().length();
        }

        public long accepted() {
            return accepted;
        }
    }

    private static ByteBuffer encoded(int value) {
        return ByteBuffer.wrap(new byte[] {(byte) ('0' + value)});
    }

    private static String decoded(ByteBuffer bytes) {
        byte[] copy = new byte[bytes.remaining()];
        bytes.get(copy);
        return new String(copy, StandardCharsets.US_ASCII);
    }

    @Test
    void droppingTheOldestIsOneStep() {
        check(DropsOldest.class, Newest.class);
    }

    @Test
    void offeringAndTakingAllAreOneStepEach() {
        check(TakesAll.class, Queue.class);
    }

    private static void check(Class<?> tested, Class<?> model) {
        new ModelCheckingOptions()
                .iterations(10)
                .invocationsPerIteration(200)
                .threads(2)
                .actorsPerThread(3)
                .actorsBefore(1)
                .actorsAfter(2)
                .sequentialSpecification(model)
                .check(tested);
    }
}

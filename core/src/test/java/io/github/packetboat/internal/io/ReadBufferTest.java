package io.github.packetboat.internal.io;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is not consumed is there again before the next bytes, at the cost of no more memory than the bytes that came. */
class ReadBufferTest {
    private static final int SHARED_BYTES = 256 * 1024;
    private static final int SMALL = BufferPool.SMALL_BYTES;

    private final ByteBuffer shared = ByteBuffer.allocateDirect(SHARED_BYTES);
    private long held;
    private final ReadBuffer buffer = new ReadBuffer(shared, new BufferPool(), change -> held += change);

    /** Reads {@code bytes} as a connection does, and consumes all but {@code left}. */
    private ByteBuffer read(byte[] bytes, int left) {
        ByteBuffer in = buffer.toFill(1);
        in.put(bytes);
        buffer.filled(in);
        in.flip().position(in.limit() - left);
        buffer.keep(in);
        return in;
    }

    private static byte[] numbered(int length) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) (i * 31 + i / 251);
        }
        return bytes;
    }

    private byte[] kept() {
        ByteBuffer view = buffer.view();
        byte[] bytes = new byte[view.remaining()];
        view.get(bytes);
        return bytes;
    }

    @Test
    void nothingIsHeldWhereEverythingIsConsumed() {
        assertThat(read(numbered(1000), 0)).isSameAs(shared);
        assertThat(buffer.bytes()).isZero();
        assertThat(kept()).isEmpty();
        assertThat(held).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 255, 256, 257, SMALL - 1, SMALL, SMALL + 1, 100_000, SHARED_BYTES})
    void theRestIsThereBeforeTheNextBytes(int left) {
        byte[] bytes = numbered(SHARED_BYTES);
        read(bytes, left);
        byte[] rest = Arrays.copyOfRange(bytes, bytes.length - left, bytes.length);
        assertThat(buffer.bytes()).isEqualTo(left);
        assertThat(kept()).isEqualTo(rest);
        ByteBuffer in = buffer.toFill(1);
        assertThat(in.position()).isEqualTo(left);
        assertThat(in.hasRemaining()).isTrue();
        in.put((byte) 99).flip();
        byte[] all = new byte[in.remaining()];
        in.get(all);
        assertThat(all).startsWith(rest).endsWith((byte) 99).hasSize(left + 1);
        buffer.keep(in);
        assertThat(buffer.bytes()).isZero();
        assertThat(held).isZero();
    }

    @Test
    void aSmallRestIsReadBehindInTheSharedBufferAndALargeOneWhereItIs() {
        read(numbered(100), 10);
        assertThat(buffer.toFill(1)).isSameAs(shared);
        read(numbered(SMALL), SMALL + 10);
        ByteBuffer own = buffer.toFill(1);
        assertThat(own).isNotSameAs(shared);
        assertThat(own.isDirect()).isTrue();
        assertThat(buffer.toFill(1)).isSameAs(own);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 100, 1000, 16 * 1024, 64 * 1024})
    void memoryGrowsWithTheBytesThatCameAndGoesWithTheFrame(int segmentBytes) {
        int came = 0;
        while (came < 1 << 20) {
            ByteBuffer in = buffer.toFill(1);
            int n = Math.min(segmentBytes, in.remaining());
            in.put(new byte[n]);
            buffer.filled(in);
            came += n;
            buffer.keep(in.flip());
            assertThat(buffer.bytes()).isEqualTo(came);
            assertThat(held).as("held for %d", came).isLessThanOrEqualTo(Math.max(32 * 1024L, 8L * came));
            if (segmentBytes == 1 && came > 3 * SMALL) {
                break;
            }
        }
        buffer.clear();
        assertThat(held).isZero();
        assertThat(buffer.bytes()).isZero();
        assertThat(buffer.toFill(1)).isSameAs(shared);
    }

    @Test
    void thereIsAlwaysTheRoomThatTheTransportNeeds() {
        read(numbered(SMALL + 1), SMALL + 1);
        ByteBuffer in = buffer.toFill(1);
        in.put(new byte[in.remaining() - 5]);
        buffer.keep(in.flip());
        int before = buffer.bytes();
        assertThat(buffer.toFill(5).remaining()).isEqualTo(5);
        ByteBuffer grown = buffer.toFill(100_000);
        assertThat(grown.remaining()).isGreaterThanOrEqualTo(100_000);
        assertThat(grown.position()).isEqualTo(before);
        assertThat(held).isEqualTo(grown.capacity());
    }

    /** A peer that fills whatever it is given gets more at a time, within bounds. */
    @Test
    void aBufferThatWasFilledAtOneGoIsWorthAsMuchAgain() {
        read(numbered(SHARED_BYTES), SMALL + 1);
        int afterFull = buffer.toFill(1).capacity();
        buffer.clear();
        ReadBuffer slow = new ReadBuffer(shared, new BufferPool(), change -> {});
        ByteBuffer in = slow.toFill(1);
        in.put(numbered(SMALL + 1));
        slow.filled(in);
        slow.keep(in.flip());
        assertThat(afterFull).isEqualTo(SHARED_BYTES);
        assertThat(slow.toFill(1).capacity()).isLessThan(SHARED_BYTES / 2);
    }

    @Test
    void aViewDoesNotMoveWhatIsKept() {
        read(numbered(100), 10);
        buffer.view().get();
        assertThat(buffer.view().remaining()).isEqualTo(10);
        assertThat(buffer.bytes()).isEqualTo(10);
    }

    /** Against a plain array as the model: any reads, any consumption. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void anyReadsAndAnyConsumptionGiveTheSameStream(long seed) {
        Random random = new Random(seed);
        byte[] model = new byte[0];
        for (int i = 0; i < 400; i++) {
            ByteBuffer in = buffer.toFill(1);
            int most = random.nextInt(4) == 0 ? in.remaining() : Math.min(in.remaining(), 1 + random.nextInt(9000));
            byte[] fresh = new byte[most];
            random.nextBytes(fresh);
            in.put(fresh);
            buffer.filled(in);
            in.flip();
            byte[] all = Arrays.copyOf(model, model.length + most);
            System.arraycopy(fresh, 0, all, model.length, most);
            assertThat(in.remaining()).isEqualTo(all.length);
            byte[] seen = new byte[all.length];
            in.get(in.position(), seen);
            assertThat(Arrays.equals(seen, all)).isTrue();
            int consumed = all.length > 600_000 || random.nextInt(3) == 0 ? all.length : random.nextInt(all.length + 1);
            in.position(in.position() + consumed);
            buffer.keep(in);
            model = Arrays.copyOfRange(all, consumed, all.length);
            assertThat(Arrays.equals(kept(), model)).as("kept in round %d", i).isTrue();
            shared.duplicate().clear().put(new byte[SHARED_BYTES]); // another connection's turn
        }
        buffer.clear();
        assertThat(held).isZero();
    }
}

package io.github.packetboat.internal.io;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BufferPoolTest {
    private final BufferPool pool = new BufferPool();

    @ParameterizedTest
    @ValueSource(
            ints = {1, 2, 255, 256, 257, 8191, 8192, 8193, 16384, 16385, 32768, 32769, 1 << 20, (1 << 21) + 1, 3 << 20})
    void aBufferIsLargeEnoughEmptyAndNotMuchTooLarge(int bytes) {
        for (int round = 0; round < 3; round++) {
            ByteBuffer buffer = pool.take(bytes);
            assertThat(buffer.remaining()).isEqualTo(buffer.capacity()).isGreaterThanOrEqualTo(bytes);
            assertThat(buffer.capacity()).isLessThan(Math.max(32 * 1024 + 1, 2 * bytes));
            assertThat(buffer.isDirect()).isEqualTo(bytes > BufferPool.SMALL_BYTES);
            buffer.position(buffer.limit() / 2).limit(buffer.limit() / 2 + 1);
            pool.give(buffer);
        }
    }

    @Test
    void whatIsGivenBackIsUsedAgainButNotTwiceAtOnce() {
        ByteBuffer first = pool.take(100_000);
        pool.give(first);
        ByteBuffer second = pool.take(70_000);
        assertThat(second).isSameAs(first);
        assertThat(pool.take(70_000)).isNotSameAs(second);
    }

    @Test
    void aBoundedAmountIsKept() {
        List<ByteBuffer> taken = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            taken.add(pool.take(1 << 20));
        }
        taken.forEach(pool::give);
        int reused = 0;
        for (int i = 0; i < 40; i++) {
            ByteBuffer again = pool.take(1 << 20);
            reused += taken.stream().anyMatch(each -> each == again) ? 1 : 0;
        }
        assertThat(reused).isEqualTo(8);
    }
}

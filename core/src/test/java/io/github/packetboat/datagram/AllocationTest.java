package io.github.packetboat.datagram;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.github.packetboat.codec.Codec;
import io.github.packetboat.codec.FrameBuffer;
import io.github.packetboat.testkit.Await;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** What the JVM itself counts: connected endpoints make no object for a datagram, in neither direction. */
class AllocationTest {
    private static final InetSocketAddress LOCAL = new InetSocketAddress("127.0.0.1", 0);
    private static final int WARM_UP = 20_000;
    private static final int COUNTED = 50_000;
    /** What the selector makes for a turn, and what the JVM's compiler may do meanwhile, spread over the datagrams. */
    private static final double TOLERATED_BYTES = 1;

    private static final Long TOKEN = 7L;

    /** Always the same message, so that all objects there are would be the library's. */
    private static final class Tokens implements Codec<Long> {
        @Override
        public Long decode(ByteBuffer in) {
            in.position(in.limit());
            return TOKEN;
        }

        @Override
        public void encode(Long message, FrameBuffer out) {
            out.putLong(message);
        }
    }

    /** Sends each datagram back, and looks what its thread had allocated at two points. */
    private static final class Player implements DatagramListener<Long> {
        private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        private final CompletableFuture<Double> bytesPerDatagram = new CompletableFuture<>();
        private final AtomicLong played = new AtomicLong();
        private DatagramEndpoint<Long> endpoint;
        private long begun;

        @Override
        public void onOpen(DatagramEndpoint<Long> endpoint) {
            this.endpoint = endpoint;
        }

        @Override
        public void onMessage(InetSocketAddress sender, Long message) {
            long n = played.get() + 1;
            played.lazySet(n);
            if (n == WARM_UP) {
                begun = allocated();
            } else if (n == WARM_UP + COUNTED) {
                bytesPerDatagram.complete((double) (allocated() - begun) / COUNTED);
            }
            endpoint.send(message);
        }

        private long allocated() {
            return threads.getThreadAllocatedBytes(Thread.currentThread().getId());
        }
    }

    @Test
    void aConnectedEndpointAllocatesNothingForADatagram() throws Exception {
        Player one = new Player();
        InetSocketAddress at;
        try (var reserved = DatagramEndpoint.<Long>builder(Tokens::new).bind(LOCAL)) {
            at = reserved.localAddress();
        }
        try (var first =
                DatagramEndpoint.<Long>builder(Tokens::new).listener(one).connect(at, at)) {
            // connected to itself: what it sends comes back, and goes out again
            for (int i = 0; i < 8; i++) {
                assertThat(first.send(TOKEN)).isTrue();
            }
            Await.until("played", one.bytesPerDatagram::isDone);
        }
        assertThat(one.bytesPerDatagram.get()).isLessThan(TOLERATED_BYTES);
    }

    @Test
    void sendsOfOtherThreadsAllocateNothingEither() throws Exception {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        try (var to = DatagramEndpoint.<Long>builder(Tokens::new).bind(LOCAL);
                var from = DatagramEndpoint.<Long>builder(Tokens::new).connect(to.localAddress())) {
            for (int i = 0; i < WARM_UP; i++) {
                from.send(TOKEN);
            }
            long begun = threads.getThreadAllocatedBytes(Thread.currentThread().getId());
            for (int i = 0; i < COUNTED; i++) {
                from.send(TOKEN);
            }
            long made = threads.getThreadAllocatedBytes(Thread.currentThread().getId()) - begun;
            assertThat((double) made / COUNTED).isLessThan(TOLERATED_BYTES);
            assertThat(from.stats().datagramsSent()).isEqualTo(WARM_UP + COUNTED);
        }
    }
}

package io.github.packetboat.message;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.packetboat.codec.Codecs;
import io.github.packetboat.testkit.Await;
import io.github.packetboat.testkit.RawPeer;
import java.io.IOException;
import java.nio.ByteBuffer;

/** A server whose connections queue little, as do their sockets, and messages that are told apart by their number. */
final class SmallQueue {
    static final int HIGH = 64 * 1024;
    static final int LOW = 16 * 1024;
    static final int MAX = 256 * 1024;
    static final Limits SMALL = Limits.builder()
            .highWaterMarkBytes(HIGH)
            .lowWaterMarkBytes(LOW)
            .maxQueuedBytes(MAX)
            .build();
    /** So that the kernel holds little of what a peer does not read. */
    static final SocketOptions SMALL_BUFFERS =
            SocketOptions.builder().sendBufferBytes(32 * 1024).build();

    private SmallQueue() {}

    static MessageServer<byte[]> server(MessageListener<byte[]> listener, Overflow overflow) throws IOException {
        return MessageServer.builder(Codecs.lengthPrefixed())
                .listener(listener)
                .overflow(overflow)
                .limits(SMALL)
                .socketOptions(SMALL_BUFFERS)
                .bind(0);
    }

    /** Messages of 1,000 bytes that begin with their number, until the connection takes no more. */
    static int sendUntilRefused(Connection<byte[]> connection, int from) {
        int number = from;
        while (connection.send(numbered(number))) {
            number++;
        }
        return number;
    }

    static byte[] numbered(int number) {
        return ByteBuffer.allocate(1000).putInt(number).array();
    }

    static int nextNumber(RawPeer peer) {
        assertThat(ByteBuffer.wrap(peer.readExactly(4)).getInt()).isEqualTo(1000);
        return ByteBuffer.wrap(peer.readExactly(1000)).getInt();
    }

    /** Waits until a connection's queue does not change any more, since the kernel takes nothing. */
    static void awaitStalled(Connection<?> connection) {
        long[] last = {-1, 0};
        Await.until("stalled", () -> {
            long now = connection.stats().bytesSent();
            last[1] = now == last[0] ? last[1] + 1 : 0;
            last[0] = now;
            return last[1] > 300;
        });
    }
}

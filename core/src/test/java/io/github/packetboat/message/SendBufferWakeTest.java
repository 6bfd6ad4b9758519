package io.github.packetboat.message;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.packetboat.codec.Codecs;
import io.github.packetboat.internal.io.SteppedLoop;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Whoever offers wakes the loop; here the test is the loop's thread, and steps it. */
class SendBufferWakeTest {
    private final List<String> taken = new ArrayList<>();
    private final SendBuffer<String> buffer =
            new SendBuffer<>(Codecs.utf8(), new QueueLimit(1 << 20, Overflow.DROP_OLDEST), Integer.MAX_VALUE, true);
    private SteppedLoop loop;
    private SocketChannel peer;
    private SocketChannel channel;
    private Outbound<String> outbound;

    @BeforeEach
    void connect() throws IOException {
        loop = new SteppedLoop();
        try (ServerSocketChannel listening = ServerSocketChannel.open()) {
            listening.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            peer = SocketChannel.open(listening.getLocalAddress());
            channel = listening.accept();
        }
        channel.configureBlocking(false);
        Endpoint<String> endpoint = Endpoint.of(
                new Options<String>().settings(),
                Codecs.utf8(),
                null,
                ProxyProtocol.OFF,
                null,
                new InboundBudget(1 << 20),
                Runnable::run,
                new ConnectionOwner<>() {
                    @Override
                    public void opened(SocketConnection<String> connection) {}

                    @Override
                    public void closed(SocketConnection<String> connection, CloseReason reason, boolean wasOpen) {}
                });
        outbound = new SocketConnection<>(channel, loop.loop(), endpoint).outbound();
    }

    @AfterEach
    void disconnect() throws IOException {
        loop.close();
        channel.close();
        peer.close();
        assertThat(loop.reported()).isEmpty();
    }

    /** What the peer gets of what is on its way now. */
    private String arrived(int bytes) throws IOException {
        ByteBuffer in = ByteBuffer.allocate(bytes);
        while (in.hasRemaining()) {
            peer.read(in);
        }
        return StandardCharsets.UTF_8.decode(in.flip()).toString();
    }

    @Test
    void whatIsOfferedIsOnItsWayAfterOneTurn() throws IOException {
        outbound.takeFrom(buffer);
        buffer.offer("a");
        buffer.offer("b");
        assertThat(buffer.bytes()).isEqualTo(2);
        loop.step();
        assertThat(buffer.bytes()).isZero();
        assertThat(arrived(2)).isEqualTo("ab");
        buffer.offer("c");
        loop.step();
        assertThat(arrived(1)).isEqualTo("c");
    }

    @Test
    void whatOtherThreadsSendIsOnItsWayAfterOneTurnEachTime() throws IOException {
        for (int i = 0; i < 3; i++) {
            outbound.sendFromOutside("a");
            outbound.sendFromOutside("b");
            loop.step();
            assertThat(arrived(2)).isEqualTo("ab");
        }
    }

    @Test
    void whatWaitedBeforeThereWasAConnectionIsTakenToo() throws IOException {
        buffer.offer("early");
        outbound.takeFrom(buffer);
        loop.step();
        assertThat(arrived(5)).isEqualTo("early");
    }

    @Test
    void aFrameOfferedInTheMomentNothingWasLeftIsTakenStill() throws IOException {
        outbound.takeFrom(buffer);
        buffer.offer("a");
        // the taker finds the buffer empty, and then, before it returns, another thread offers
        buffer.take(bytes -> taken.add(StandardCharsets.UTF_8.decode(bytes).toString()), () -> true, true);
        assertThat(taken).containsExactly("a");
        buffer.offer("b");
        loop.step();
        assertThat(buffer.bytes()).isZero();
        assertThat(arrived(1)).isEqualTo("b");
    }

    @Test
    void whoIsNoLongerAttachedIsNotWoken() throws IOException {
        outbound.takeFrom(buffer);
        buffer.attach(null);
        buffer.offer("later");
        loop.step();
        assertThat(buffer.bytes()).isEqualTo(5);
        outbound.takeFrom(buffer);
        loop.step();
        assertThat(arrived(5)).isEqualTo("later");
    }
}

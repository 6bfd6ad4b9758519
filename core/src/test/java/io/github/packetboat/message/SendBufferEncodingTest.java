package io.github.packetboat.message;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.github.packetboat.codec.Codec;
import io.github.packetboat.codec.CodecException;
import io.github.packetboat.codec.Codecs;
import io.github.packetboat.codec.FrameBuffer;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** A send buffer encodes before anything else, with a codec that no other thread is using just then. */
class SendBufferEncodingTest {
    private static final int MAX = 1000;

    private final List<String> taken = new ArrayList<>();

    private static String text(ByteBuffer bytes) {
        return US_ASCII.decode(bytes.duplicate()).toString();
    }

    private void takeAll(SendBuffer<String> buffer) {
        assertThat(buffer.take(bytes -> taken.add(text(bytes)), () -> true, true))
                .isTrue();
    }

    @Test
    void oneCodecIsEnoughForThreadsThatSendOneAfterTheOther() {
        AtomicInteger made = new AtomicInteger();
        SendBuffer<String> buffer = new SendBuffer<>(
                () -> {
                    made.incrementAndGet();
                    return Codecs.utf8().create();
                },
                new QueueLimit(MAX, Overflow.REFUSE),
                5,
                true);
        buffer.offer("a");
        buffer.offer("b");
        assertThat(made).hasValue(1);
    }

    @Test
    void aMessageThatCannotBeEncodedHarmsNoOther() {
        Codec<String> picky = new Codec<>() {
            @Override
            public String decode(ByteBuffer in) {
                throw new AssertionError();
            }

            @Override
            public void encode(String message, FrameBuffer out) throws CodecException {
                out.put(message.getBytes(US_ASCII));
                if (message.equals("checked")) {
                    throw new CodecException("not this one");
                }
                if (message.equals("unchecked")) {
                    throw new IllegalStateException("nor this one");
                }
            }
        };
        SendBuffer<String> buffer = new SendBuffer<>(() -> picky, new QueueLimit(MAX, Overflow.REFUSE), 5, true);
        buffer.offer("a");
        assertThatIllegalArgumentException().isThrownBy(() -> buffer.offer("checked"));
        assertThatIllegalStateException().isThrownBy(() -> buffer.offer("unchecked"));
        buffer.offer("b");
        takeAll(buffer);
        assertThat(taken).containsExactly("a", "b");
        assertThat(buffer.accepted()).isEqualTo(2);
    }

    @Test
    void aCodecMayOfferWhileItEncodes() {
        AtomicReference<SendBuffer<String>> self = new AtomicReference<>();
        Codec<String> nested = new Codec<>() {
            @Override
            public String decode(ByteBuffer in) {
                throw new AssertionError();
            }

            @Override
            public void encode(String message, FrameBuffer out) {
                out.put("<".getBytes(US_ASCII));
                if (message.equals("outer")) {
                    self.get().offer("inner");
                }
                out.put(message.getBytes(US_ASCII));
            }
        };
        self.set(new SendBuffer<>(() -> nested, new QueueLimit(MAX, Overflow.REFUSE), 5, true));
        self.get().offer("outer");
        takeAll(self.get());
        assertThat(taken).containsExactly("<inner", "<outer");
    }
}

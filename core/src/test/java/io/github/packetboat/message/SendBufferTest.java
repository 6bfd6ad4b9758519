package io.github.packetboat.message;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.github.packetboat.codec.Codecs;
import io.github.packetboat.internal.io.EventLoops;
import io.github.packetboat.testkit.Await;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a send buffer promises by itself, with no connection that takes from it but the test. */
class SendBufferTest {
    private static final int MAX = 1000;

    private final List<String> taken = new ArrayList<>();

    private static SendBuffer<String> framed(Overflow overflow) {
        return new SendBuffer<>(Codecs.utf8(), new QueueLimit(MAX, overflow), 5, true);
    }

    private static SendBuffer<String> unframed(Overflow overflow) {
        return new SendBuffer<>(Codecs.utf8(), new QueueLimit(MAX, overflow), Integer.MAX_VALUE, false);
    }

    private static SendBuffer<String> buffer(boolean framed, Overflow overflow) {
        return framed ? framed(overflow) : unframed(overflow);
    }

    private static String text(ByteBuffer bytes) {
        return US_ASCII.decode(bytes.duplicate()).toString();
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(US_ASCII));
    }

    private void takeAll(SendBuffer<String> buffer) {
        assertThat(buffer.take(bytes -> taken.add(text(bytes)), () -> true, true))
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whatIsOfferedIsTakenOnceInTheOrderOfTheCalls(boolean framed) {
        SendBuffer<String> buffer = buffer(framed, Overflow.REFUSE);
        assertThat(buffer.offer("a")).isTrue();
        assertThat(buffer.offerEncoded(bytes("b"))).isTrue();
        assertThat(buffer.offer("c")).isTrue();
        assertThat(buffer.bytes()).isEqualTo(3);
        takeAll(buffer);
        assertThat(String.join("", taken)).isEqualTo("abc");
        assertThat(buffer.bytes()).isZero();
        assertThat(buffer.accepted()).isEqualTo(3);
        taken.clear();
        takeAll(buffer);
        assertThat(taken).isEmpty();
    }

    @Test
    void framesAreKeptByThemselvesWhereTheyMustBeToldApartAndSmallOnesTogetherElsewhere() {
        for (boolean framed : new boolean[] {true, false}) {
            SendBuffer<String> buffer = buffer(framed, Overflow.REFUSE);
            buffer.offer("a");
            buffer.offer("b");
            takeAll(buffer);
        }
        assertThat(taken).containsExactly("a", "b", "ab");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whatIsEncodedAlreadyIsSharedAndNotCopied(boolean framed) {
        SendBuffer<String> buffer = buffer(framed, Overflow.REFUSE);
        ByteBuffer encoded = bytes("shared");
        buffer.offerEncoded(encoded);
        List<ByteBuffer> handed = new ArrayList<>();
        buffer.take(handed::add, () -> true, true);
        assertThat(handed).singleElement().isNotSameAs(encoded).isEqualTo(encoded);
        assertThat(handed.get(0).array()).isSameAs(encoded.array());
        handed.get(0).get();
        assertThat(encoded.position()).as("positions are each one's own").isZero();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aMessageLongerThanAnyChunkIsTakenWhole(boolean framed) {
        SendBuffer<String> buffer =
                new SendBuffer<>(Codecs.utf8(), new QueueLimit(1 << 20, Overflow.REFUSE), Integer.MAX_VALUE, framed);
        String large = "x".repeat(200_000);
        buffer.offer("before");
        buffer.offer(large);
        buffer.offer("behind");
        takeAll(buffer);
        assertThat(String.join("", taken)).isEqualTo("before" + large + "behind");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void itHoldsTheBoundAndNotOneByteMore(boolean framed) {
        SendBuffer<String> buffer = buffer(framed, Overflow.REFUSE);
        assertThat(buffer.offer("x".repeat(MAX - 1))).isTrue();
        assertThat(buffer.offer("yy")).isFalse();
        assertThat(buffer.offer("z")).isTrue();
        assertThat(buffer.offer("z")).isFalse();
        assertThat(buffer.accepted()).isEqualTo(2);
        assertThat(buffer.bytes()).isEqualTo(MAX);
        takeAll(buffer);
        assertThat(buffer.offer("y")).isTrue();
    }

    @Test
    void noMoreFramesAreKeptThanAllowedHoweverSmall() {
        SendBuffer<String> buffer = framed(Overflow.REFUSE);
        for (int i = 0; i < 5; i++) {
            assertThat(buffer.offer("" + i)).isTrue();
        }
        assertThat(buffer.offer("5")).isFalse();
        takeAll(buffer);
        assertThat(taken).containsExactly("0", "1", "2", "3", "4");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aMessageThatCouldNeverBeQueuedIsTheCallersFault(boolean framed) {
        SendBuffer<String> buffer = buffer(framed, Overflow.BLOCK);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> buffer.offer("x".repeat(MAX + 1)))
                .withMessageContainingAll("1001", "maxQueuedBytes=1000");
        assertThat(buffer.bytes()).isZero();
        assertThat(buffer.accepted()).isZero();
    }

    @Test
    void theOldestAreDroppedAndCountedUntilTheNewOneFits() {
        SendBuffer<String> buffer = framed(Overflow.DROP_OLDEST);
        buffer.offer("a".repeat(400));
        buffer.offer("b".repeat(400));
        buffer.offer("c".repeat(200));
        assertThat(buffer.offer("d".repeat(401))).isTrue();
        assertThat(buffer.dropped()).isEqualTo(2);
        assertThat(buffer.accepted()).isEqualTo(4);
        assertThat(buffer.bytes()).isEqualTo(601);
        for (int i = 0; i < 5; i++) {
            buffer.offer("" + i);
        }
        assertThat(buffer.dropped()).isEqualTo(4);
        takeAll(buffer);
        assertThat(taken).containsExactly("0", "1", "2", "3", "4");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whatIsBeingHandedOverCountsUntilItHasArrived(boolean framed) {
        SendBuffer<String> buffer = buffer(framed, Overflow.REFUSE);
        buffer.offer("x".repeat(MAX));
        AtomicBoolean early = new AtomicBoolean();
        AtomicBoolean late = new AtomicBoolean();
        buffer.take(
                bytes -> {
                    if (!late.get()) {
                        early.set(buffer.offer("y"));
                        buffer.arrived();
                        late.set(buffer.offer("z"));
                    }
                },
                () -> true,
                true);
        assertThat(early).isFalse();
        assertThat(late).isTrue();
    }

    @Test
    void whileMoreChunksAreOnTheirWayTheBufferIsNotEmpty() {
        SendBuffer<String> buffer = unframed(Overflow.REFUSE);
        buffer.offerEncoded(bytes("abc"));
        buffer.offerEncoded(bytes("de"));
        List<Long> left = new ArrayList<>();
        buffer.take(bytes -> left.add(buffer.bytes()), () -> true, true);
        assertThat(left).containsExactly(2L, 0L);
    }

    @Test
    void framesAreTakenOnlyAsLongAsTheyAreWanted() {
        SendBuffer<String> buffer = framed(Overflow.REFUSE);
        buffer.offer("a");
        buffer.offer("b");
        buffer.offer("c");
        buffer.take(bytes -> taken.add(text(bytes)), () -> taken.size() < 2, true);
        assertThat(taken).containsExactly("a", "b");
        assertThat(buffer.bytes()).isEqualTo(1);
    }

    @Test
    void whatIsPutBackComesFirstAgainInItsOrder() {
        SendBuffer<String> buffer = framed(Overflow.REFUSE);
        buffer.offer("a");
        buffer.offer("bb");
        ArrayDeque<ByteBuffer> frames = new ArrayDeque<>();
        buffer.take(frames::add, () -> true, true);
        buffer.offer("c");
        buffer.putBack(frames);
        assertThat(frames).isEmpty();
        assertThat(buffer.bytes()).isEqualTo(4);
        takeAll(buffer);
        assertThat(taken).containsExactly("a", "bb", "c");
        assertThat(buffer.accepted()).as("accepted once").isEqualTo(3);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aClosedBufferAcceptsNothingButGivesWhatItHas(boolean framed) {
        SendBuffer<String> buffer = buffer(framed, Overflow.REFUSE);
        buffer.offer("a");
        buffer.close();
        assertThat(buffer.offer("b")).isFalse();
        assertThat(buffer.offerEncoded(bytes("c"))).isFalse();
        assertThat(buffer.offer("x".repeat(MAX + 1))).as("not even looked at").isFalse();
        takeAll(buffer);
        assertThat(taken).containsExactly("a");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aDiscardedBufferSaysHowMuchIsLost(boolean framed) {
        SendBuffer<String> buffer = buffer(framed, Overflow.REFUSE);
        buffer.offer("a");
        buffer.offerEncoded(bytes("bc"));
        buffer.offer("d");
        assertThat(buffer.discard()).isEqualTo(4);
        assertThat(buffer.discard()).isZero();
        assertThat(buffer.bytes()).isZero();
        assertThat(buffer.offer("e")).isFalse();
        takeAll(buffer);
        assertThat(taken).isEmpty();
    }

    /** Offers to a full buffer on a thread of its own, and returns what came of it once that waits. */
    private static CompletableFuture<Boolean> blockedOffer(SendBuffer<String> buffer, AtomicReference<Thread> who) {
        CompletableFuture<Boolean> accepted = new CompletableFuture<>();
        Thread sender = new Thread(() -> {
            boolean result = buffer.offer("late");
            accepted.complete(result && !Thread.currentThread().isInterrupted());
        });
        who.set(sender);
        sender.start();
        Await.until("blocked", () -> sender.getState() == Thread.State.WAITING);
        return accepted;
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aSenderThatWaitsGoesOnWhenThereIsRoom(boolean framed) throws Exception {
        SendBuffer<String> buffer = buffer(framed, Overflow.BLOCK);
        buffer.offer("x".repeat(MAX));
        AtomicReference<Thread> sender = new AtomicReference<>();
        CompletableFuture<Boolean> accepted = blockedOffer(buffer, sender);
        assertThat(buffer.offerEncoded(bytes("y")))
                .as("a broadcast waits for nobody")
                .isFalse();
        assertThat(buffer.signalRoom()).as("signalled in vain").isTrue();
        Await.until("blocked again", () -> sender.get().getState() == Thread.State.WAITING);
        takeAll(buffer);
        assertThat(buffer.signalRoom()).isTrue();
        assertThat(accepted.get(10, TimeUnit.SECONDS)).isTrue();
        sender.get().join();
        takeAll(buffer);
        assertThat(taken).last().isEqualTo("late");
    }

    @Test
    void aSenderThatWaitsIsRefusedWhenTheBufferClosesOrTheThreadIsInterrupted() throws Exception {
        SendBuffer<String> buffer = unframed(Overflow.BLOCK);
        buffer.offer("x".repeat(MAX));
        AtomicReference<Thread> first = new AtomicReference<>();
        AtomicReference<Thread> second = new AtomicReference<>();
        CompletableFuture<Boolean> interrupted = blockedOffer(buffer, first);
        CompletableFuture<Boolean> closedOn = blockedOffer(buffer, second);
        first.get().interrupt();
        assertThat(interrupted.get(10, TimeUnit.SECONDS)).isFalse();
        assertThat(closedOn).isNotDone();
        buffer.close();
        assertThat(closedOn.get(10, TimeUnit.SECONDS)).isFalse();
        first.get().join();
        second.get().join();
        assertThat(buffer.accepted()).isOne();
    }

    @Test
    void anInterruptIsLeftForTheCallerToSee() throws Exception {
        SendBuffer<String> buffer = unframed(Overflow.BLOCK);
        buffer.offer("x".repeat(MAX));
        CompletableFuture<Boolean> seen = new CompletableFuture<>();
        Thread sender = new Thread(() -> {
            Thread.currentThread().interrupt();
            assertThat(buffer.offer("late")).isFalse();
            seen.complete(Thread.interrupted());
        });
        sender.start();
        assertThat(seen.get(10, TimeUnit.SECONDS)).isTrue();
        sender.join();
    }

    @Test
    void anEventLoopMustNotWaitForRoom() throws Exception {
        SendBuffer<String> buffer = unframed(Overflow.BLOCK);
        buffer.offer("x".repeat(MAX));
        EventLoops loops = EventLoops.of(1);
        try {
            CompletableFuture<Boolean> onLoop = new CompletableFuture<>();
            loops.next().execute(() -> {
                assertThatIllegalStateException()
                        .isThrownBy(() -> buffer.offer("y"))
                        .withMessageContaining("Overflow.BLOCK");
                onLoop.complete(true);
            });
            assertThat(onLoop.get(10, TimeUnit.SECONDS)).isTrue();
        } finally {
            loops.release();
        }
    }
}

package io.github.packetboat.websocket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.packetboat.codec.FrameBuffer;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.SplittableRandom;
import java.util.zip.Deflater;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** permessage-deflate: RFC 7692, T4, P32. */
final class DeflateTest {
    private static final ServerWebSockets<String> CHAT =
            WebSockets.text("/chat").deflate();
    private static final String OFFER = "Sec-WebSocket-Extensions: permessage-deflate\nUpgrade: w";

    private static Bytes opened() {
        return new Bytes().text(Bytes.crlf(Bytes.REQUEST.replace("Upgrade: w", OFFER)));
    }

    private static String text(int bytes) {
        StringBuilder text = new StringBuilder();
        SplittableRandom random = new SplittableRandom(bytes);
        while (text.length() < bytes) {
            text.append("word").append(random.nextInt(50)).append(' ');
        }
        return text.substring(0, bytes);
    }

    /** The whole stream ended by a flush, as RFC 7692 §7.2.1 wants it. */
    private static byte[] deflated(byte[] plain) {
        Deflater deflater = new Deflater(9, true);
        deflater.setInput(plain);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        byte[] buffer = new byte[8192];
        int n;
        while ((n = deflater.deflate(buffer, 0, buffer.length, Deflater.SYNC_FLUSH)) > 0) {
            out.write(buffer, 0, n);
        }
        deflater.end();
        byte[] all = out.toByteArray();
        return java.util.Arrays.copyOf(all, all.length - 4);
    }

    @ParameterizedTest
    @ValueSource(ints = {64, 100, 255, 256, 257, 1000, 5000, 40_000, 200_000})
    void whatIsCompressedExpandsToItselfWithEveryWindow(int bytes) throws Exception {
        byte[] plain = text(bytes).getBytes(StandardCharsets.UTF_8);
        for (int bits = Deflate.MIN_WINDOW_BITS; bits <= Deflate.MAX_WINDOW_BITS; bits++) {
            byte[] small = new Deflate(bits).deflate(plain);
            assertThat(small.length).isLessThan(plain.length);
            assertThat(Deflate.inflate(small, small.length, bytes)).isEqualTo(plain);
        }
    }

    @Test
    void whatDoesNotShrinkIsSentAsItIs() {
        byte[] noise = new byte[5000];
        new SplittableRandom(7).nextBytes(noise);

        assertThat(new Deflate(15).deflate(noise)).isNull();
        assertThat(new Deflate(15).deflate(new byte[63])).isNull();
    }

    /** With a window of 2⁸ bytes nothing may refer further back, so a repetition beyond that is not found. */
    @Test
    void aSmallWindowIsKeptTo() {
        byte[] noise = new byte[600];
        new SplittableRandom(7).nextBytes(noise);
        byte[] twice = new byte[1200];
        System.arraycopy(noise, 0, twice, 0, 600);
        System.arraycopy(noise, 0, twice, 600, 600);

        assertThat(new Deflate(15).deflate(twice)).hasSizeLessThan(700);
        assertThat(new Deflate(8).deflate(twice)).isNull();
    }

    @Test
    void theExamplesOfTheRfcAreRead() {
        // §7.2.3.1, .2 (in two fragments), .3 (stored block), .5 (a final block)
        Bytes stream = opened().masked(0xC1, HexFormat.of().parseHex("f248cdc9c90700"))
                .masked(0x41, HexFormat.of().parseHex("f248cd"))
                .masked(0x80, HexFormat.of().parseHex("c9c90700"))
                .masked(0xC1, HexFormat.of().parseHex("000500faff48656c6c6f00"))
                .masked(0xC1, HexFormat.of().parseHex("f348cdc9c9070000"))
                .masked(0xC1, HexFormat.of().parseHex("f24805000000ffffcac9c90700"))
                .masked(0x81, "Hello");
        Session.Outcome outcome = Session.serve(CHAT, stream.toArray());

        assertThat(outcome.error()).isNull();
        assertThat(outcome.messages()).containsExactly("Hello", "Hello", "Hello", "Hello", "Hello", "Hello");
    }

    @Test
    void anEmptyMessageMayBeCompressed() {
        Session.Outcome outcome =
                Session.serve(CHAT, opened().masked(0xC1, new byte[] {0}).toArray());

        assertThat(outcome.messages()).containsExactly("");
    }

    @Test
    void aBombIsRefusedAtTheLimit() {
        byte[] bomb = deflated(new byte[50_000_000]);
        assertThat(bomb.length).isLessThan(60_000);
        Session.Outcome outcome = Session.play(
                WebSockets.binary("/chat").deflate(),
                new io.github.packetboat.codec.Conversation.Line(null, 0, false),
                opened().masked(0xC2, bomb).toArray());

        assertThat(outcome.error()).contains("expands beyond maxMessageBytes=262144");
        assertThat(outcome.closeCode()).isEqualTo(1009);
    }

    /** Each is two bytes, and makes this side begin anew. */
    @Test
    void finalBlocksAreCounted() throws Exception {
        byte[] few = HexFormat.of().parseHex("0300".repeat(62) + "f348cdc9c9070000");
        assertThat(Deflate.inflate(few, few.length, 100)).isEqualTo("Hello".getBytes(StandardCharsets.UTF_8));

        byte[] many = HexFormat.of().parseHex("0300".repeat(63) + "f348cdc9c9070000");
        Session.Outcome outcome =
                Session.serve(CHAT, opened().masked(0xC1, many).toArray());
        assertThat(outcome.error()).contains("64 final blocks");
        assertThat(outcome.closeCode()).isEqualTo(1009);
    }

    @Test
    void theLimitIsExact() throws Exception {
        byte[] small = deflated(new byte[10_000]);
        assertThat(Deflate.inflate(small, small.length, 10_000)).hasSize(10_000);
        assertThatThrownBy(() -> Deflate.inflate(small, small.length, 9_999)).hasMessageContaining("9999");
    }

    @ParameterizedTest
    @ValueSource(strings = {"07", "ffffffff", "f248cdc9c907ff", "000500ffff48"})
    void whatIsNoDeflateIsRefused(String hex) {
        Session.Outcome outcome = Session.serve(
                CHAT, opened().masked(0xC1, HexFormat.of().parseHex(hex)).toArray());

        assertThat(outcome.error()).contains("not deflated properly");
        assertThat(outcome.closeCode()).isEqualTo(1007);
    }

    @Test
    void expandedTextIsCheckedToo() {
        byte[] bad = deflated("aaaaaaaaaaaaaaaaaaaa\u00ff".getBytes(StandardCharsets.ISO_8859_1));
        Session.Outcome outcome = Session.serve(CHAT, opened().masked(0xC1, bad).toArray());

        assertThat(outcome.error()).contains("invalid UTF-8 at offset 20");
        assertThat(outcome.closeCode()).isEqualTo(1007);
    }

    @Test
    void onlyTheFirstFrameOfAMessageSaysThatItIsCompressed() {
        for (int firstByte : new int[] {0xC0, 0xC9, 0xC8}) {
            Session.Outcome outcome = Session.serve(
                    CHAT,
                    opened().masked(0x41, new byte[] {1}).masked(firstByte, "x").toArray());
            assertThat(outcome.closeCode()).isEqualTo(1002);
        }
    }

    @Test
    void aConversationCompressesOnceBothAgree() throws Exception {
        WebSocketConversation<String> conversation = (WebSocketConversation<String>) CHAT.create();
        FrameBuffer before = FrameBuffer.allocate(64);
        conversation.encode(text(1000), before);
        assertThat(before.toByteArray()[0] & 0xFF).isEqualTo(0x81);
        conversation.decode(java.nio.ByteBuffer.wrap(opened().toArray()));
        FrameBuffer after = FrameBuffer.allocate(64);
        conversation.encode(text(1000), after);

        assertThat(after.toByteArray()[0] & 0xFF).isEqualTo(0xC1);
        assertThat(after.length()).isLessThan(500);
        assertThat(conversation.encoding()).isEqualTo(openedOther().encoding());
    }

    private static WebSocketConversation<String> openedOther() throws Exception {
        WebSocketConversation<String> other = (WebSocketConversation<String>) CHAT.create();
        other.decode(java.nio.ByteBuffer.wrap(opened().toArray()));
        return other;
    }
}

package io.github.packetboat.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.lang.ref.Reference;
import java.lang.ref.WeakReference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.ReadOnlyBufferException;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class LengthPrefixedTest {
    private static final int MIB = 1 << 20;

    static Stream<LengthPrefixed> forms() {
        LengthPrefixed plain = Codecs.lengthPrefixed();
        return Stream.concat(
                Stream.of(plain, plain.varint()),
                Stream.of(1, 2, 3, 4)
                        .map(plain::lengthBytes)
                        .flatMap(f -> Stream.of(
                                f,
                                f.littleEndian(),
                                f.lengthIncludesHeader(),
                                f.littleEndian().lengthIncludesHeader())));
    }

    @ParameterizedTest
    @MethodSource("forms")
    void messagesComeBackInEveryForm(LengthPrefixed form) throws Exception {
        byte[][] messages = {{}, {1}, {}, new byte[127], new byte[128], {10, 13, -1}, random(200)};
        byte[] stream = CodecContract.of(form).roundTrip(messages);
        assertThat(CodecContract.of(form.views()).decode(stream))
                .isEqualTo(CodecContract.of(form).decode(stream));
        ByteBuffer[] views = Stream.of(messages).map(ByteBuffer::wrap).toArray(ByteBuffer[]::new);
        assertThat(CodecContract.of(form.views()).roundTrip(views)).isEqualTo(stream);
    }

    @ParameterizedTest
    @MethodSource("forms")
    void theLimitIsWithoutTheHeader(LengthPrefixed form) throws Exception {
        LengthPrefixed of9 = form.maxFrameBytes(9);
        CodecContract.of(of9).roundTrip(random(9), random(8));
        byte[] tooLong = CodecContract.of(form).encode(random(3), random(10));
        CodecContract.Outcome refused = new CodecContract.Outcome(
                CodecContract.of(of9).decode(tooLong).messages(), "frame of 10 bytes exceeds maxFrameBytes=9", 0);
        assertThat(refused.messages()).hasSize(1);
        assertThat(CodecContract.of(of9).decode(tooLong)).isEqualTo(refused);
        assertThat(CodecContract.of(of9.views()).decode(tooLong)).isEqualTo(refused);
        assertThat(CodecContract.of(of9).refusal(random(10))).isEqualTo("frame of 10 bytes exceeds maxFrameBytes=9");
        assertThat(CodecContract.of(of9.views()).refusal(ByteBuffer.allocate(10)))
                .isEqualTo("frame of 10 bytes exceeds maxFrameBytes=9");
    }

    @ParameterizedTest
    @CsvSource({
        "'', 0000000261620000",
        "1, 0261620000",
        "2, 000261620000",
        "3, 00000261620000",
        "4, 0000000261620000",
        "L1, 02616200",
        "L2, 020061620000",
        "L3, 020000616200",
        "L4, 0200000061620000",
        "I1, 036162",
        "I2, 00046162",
        "LI3, 0500006162",
        "I4, 000000066162",
        "LI4, 060000006162",
        "V, 026162"
    })
    void theHeaderIsWhatTheOptionsSay(String options, String stream) {
        LengthPrefixed form = Codecs.lengthPrefixed();
        for (char c : options.toCharArray()) {
            form = switch (c) {
                case 'L' -> form.littleEndian();
                case 'I' -> form.lengthIncludesHeader();
                case 'V' -> form.varint();
                default -> form.lengthBytes(c - '0');
            };
        }
        assertThat(CodecContract.of(form)
                        .decode(HexFormat.of().parseHex(stream))
                        .messages()
                        .get(0))
                .isEqualTo("6162");
    }

    @ParameterizedTest
    @CsvSource({
        "FFFFFFFF, 4294967295",
        "80000000, 2147483648",
        "7FFFFFFF, 2147483647",
        "00100001, 1048577",
        "ACED0005, 2901213189"
    })
    void aLengthOverTheLimitIsRefusedFromTheHeaderAlone(String header, long length) {
        byte[] stream = HexFormat.of().parseHex(header);
        String error = "frame of " + length + " bytes exceeds maxFrameBytes=1048576";
        for (CodecFactory<?> form :
                List.of(Codecs.lengthPrefixed(), Codecs.lengthPrefixed().views())) {
            assertThat(CodecContract.of(form).decode(stream)).isEqualTo(new CodecContract.Outcome(List.of(), error, 0));
        }
        Codec<byte[]> codec = Codecs.lengthPrefixed().create();
        ByteBuffer in = ByteBuffer.wrap(stream);
        assertThat(allocatedBy(() -> assertThatThrownBy(() -> codec.decode(in)).hasMessage(error)))
                .isLessThan(MIB / 2);
    }

    @ParameterizedTest
    @CsvSource({
        "FFFFFFFFFF, varint length has more than 5 bytes",
        "8080808080, varint length has more than 5 bytes",
        "FFFFFFFF10, varint length 4563402751 does not fit in 32 bits",
        "FFFFFFFF0F, frame of 4294967295 bytes exceeds maxFrameBytes=1048576",
        "FFFFFFFF07, frame of 2147483647 bytes exceeds maxFrameBytes=1048576",
        "8000, varint length 0 is over-long: 2 bytes instead of 1",
        "FF00, varint length 127 is over-long: 2 bytes instead of 1",
        "8180808000, varint length 1 is over-long: 5 bytes instead of 1"
    })
    void aVarintThatIsNotTheShortestOf32BitsIsRefused(String header, String error) {
        byte[] stream = HexFormat.of().parseHex(header + "00000000");
        assertThat(CodecContract.of(Codecs.lengthPrefixed().varint())
                        .decode(stream)
                        .error())
                .isEqualTo(error);
    }

    @Test
    void anUnfinishedVarintIsNotOverTheLimitYetHoweverSmallThatIs() {
        CodecContract<byte[]> of1 =
                CodecContract.of(Codecs.lengthPrefixed().varint().maxFrameBytes(1));
        assertThat(of1.decode(HexFormat.of().parseHex("80808080")).unread()).isEqualTo(4);
        assertThat(of1.decode(HexFormat.of().parseHex("8080808001")).error())
                .isEqualTo("frame of 268435456 bytes exceeds maxFrameBytes=1");
    }

    @Test
    void varintsTakeOneByteForEvery7Bits() throws Exception {
        CodecContract<byte[]> varint =
                CodecContract.of(Codecs.lengthPrefixed().varint().maxFrameBytes(1 << 28));
        int[] lengths = {0, 127, 128, 16383, 16384, 2097151, 2097152};
        int[] headers = {1, 1, 2, 2, 3, 3, 4};
        for (int i = 0; i < lengths.length; i++) {
            byte[] frame = varint.encode(new byte[lengths[i]]);
            assertThat(frame).hasSize(lengths[i] + headers[i]);
            assertThat(varint.replay(frame, CodecContract.Memory.DIRECT).messages())
                    .hasSize(1);
        }
    }

    @Test
    void aLengthThatIncludesItsHeaderIsNoLessThanThat() {
        CodecContract.Outcome outcome = CodecContract.of(
                        Codecs.lengthPrefixed().lengthBytes(2).lengthIncludesHeader())
                .decode(new byte[] {0, 2, 0, 1});
        assertThat(outcome.messages()).containsExactly("");
        assertThat(outcome.error()).isEqualTo("length 1 is less than the 2 bytes of its own header, which it includes");
    }

    @Test
    void aMillionEmptyFramesAreAMillionEmptyMessages() throws Exception {
        Codec<byte[]> codec = Codecs.lengthPrefixed().create();
        Codec<ByteBuffer> views = Codecs.lengthPrefixed().views().create();
        ByteBuffer in = ByteBuffer.allocateDirect(4_000_003);
        for (int i = 0; i < 1_000_000; i++) {
            assertThat(codec.decode(in).length).isZero();
        }
        assertThat(codec.decode(in) == null).isTrue();
        assertThat(in.remaining()).isEqualTo(3);
        in.rewind();
        int count = 0;
        for (ByteBuffer view; (view = views.decode(in)) != null; count++) {
            assertThat(view.remaining()).isZero();
        }
        assertThat(count).isEqualTo(1_000_000);
    }

    @Test
    void aMebibyteThatComesByteByByteIsOneMessage() throws Exception {
        byte[] message = random(MIB);
        byte[] stream = CodecContract.of(Codecs.lengthPrefixed()).encode(message);
        ByteBuffer in = ByteBuffer.wrap(stream);
        for (CodecFactory<?> factory :
                List.of(Codecs.lengthPrefixed(), Codecs.lengthPrefixed().views())) {
            Codec<?> codec = factory.create();
            in.clear();
            long allocated = allocatedBy(() -> {
                for (int arrived = 1; arrived < stream.length; arrived++) {
                    if (codec.decode(in.limit(arrived)) != null || in.position() != 0) {
                        throw new AssertionError("a message at byte " + arrived);
                    }
                }
            });
            assertThat(allocated).as("bytes allocated for an unfinished frame").isLessThan(MIB / 2);
            assertThat(CodecContract.comparable(codec.decode(in.limit(stream.length))))
                    .isEqualTo(CodecContract.comparable(message));
        }
    }

    @Test
    void aViewShowsTheBytesWhereTheyAreAndCannotWriteThem() throws Exception {
        Codec<ByteBuffer> codec = Codecs.lengthPrefixed().lengthBytes(1).views().create();
        assertThat(codec.decodesToViews()).isTrue();
        ByteBuffer in = ByteBuffer.allocateDirect(6)
                .put(new byte[] {2, 'a', 'b', 1, 'c', 0})
                .flip();
        ByteBuffer ab = codec.decode(in);
        assertThat(ab).isEqualTo(ByteBuffer.wrap(new byte[] {'a', 'b'}));
        in.put(1, (byte) 'x');
        assertThat(ab.get()).isEqualTo((byte) 'x');
        assertThatThrownBy(() -> ab.put((byte) 'y')).isInstanceOf(ReadOnlyBufferException.class);
    }

    @Test
    void whatAListenerDoesToAViewDoesNotReachTheNextMessage() throws Exception {
        Codec<ByteBuffer> codec = Codecs.lengthPrefixed().lengthBytes(1).views().create();
        ByteBuffer in = ByteBuffer.allocateDirect(8)
                .put(new byte[] {2, 'a', 'b', 4, 0, 0, 0, 7})
                .flip();
        codec.decode(in).order(ByteOrder.LITTLE_ENDIAN).position(0).limit(1).mark();
        ByteBuffer second = codec.decode(in);
        assertThat(second.remaining()).isEqualTo(4);
        assertThat(second.getInt()).isEqualTo(7);
    }

    @Test
    void viewsOfOneDirectBufferAllocateNothing() throws Exception {
        CodecFactory<ByteBuffer> factory = Codecs.lengthPrefixed().views();
        Codec<ByteBuffer> codec = factory.create();
        byte[] stream = CodecContract.of(Codecs.lengthPrefixed()).encode(random(64), random(0), random(64));
        ByteBuffer in = ByteBuffer.allocateDirect(stream.length).put(stream);
        ByteBuffer target = ByteBuffer.allocateDirect(1024);
        FrameBuffer out = FrameBuffer.allocate(0);
        long allocated = allocatedBy(() -> {
            for (int i = 0; i < 100_000; i++) {
                in.flip();
                for (ByteBuffer view; (view = codec.decode(in)) != null; ) {
                    out.begin(target.clear(), true);
                    codec.encode(view, out);
                }
            }
        });
        assertThat(allocated).as("bytes for 300,000 messages").isLessThan(300_000);
    }

    @Test
    void aCodecThatWaitsKeepsNoBufferButItsLoops() throws Exception {
        Codec<ByteBuffer> codec = Codecs.lengthPrefixed().lengthBytes(1).views().create();
        ByteBuffer loops = ByteBuffer.wrap(new byte[] {3, 'a'});
        assertThat(codec.decode(loops)).isNull();
        ByteBuffer own = ByteBuffer.wrap(new byte[] {3, 'a', 'b', 'c'});
        assertThat(codec.decode(own).remaining()).isEqualTo(3);
        WeakReference<byte[]> bytes = new WeakReference<>(own.array());
        own = null;
        System.gc();
        assertThat(bytes.get() == null).isTrue();
        Reference.reachabilityFence(codec);
    }

    @Test
    void contradictingOptionsAreRefusedInEitherOrder() {
        LengthPrefixed plain = Codecs.lengthPrefixed();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> plain.varint().littleEndian())
                .withMessage("varint() contradicts littleEndian()");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> plain.littleEndian().varint())
                .withMessage("varint() contradicts littleEndian()");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> plain.lengthBytes(4).varint())
                .withMessage("varint() contradicts lengthBytes(4)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> plain.varint().lengthIncludesHeader())
                .withMessage("varint() contradicts lengthIncludesHeader()");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> plain.lengthBytes(2).maxFrameBytes(65536))
                .withMessage("maxFrameBytes=65536 is more than lengthBytes(2) can say, which is 65535");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> plain.maxFrameBytes(65536).lengthBytes(2))
                .withMessage("maxFrameBytes=65536 is more than lengthBytes(2) can say, which is 65535");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> plain.lengthBytes(1).maxFrameBytes(255).lengthIncludesHeader())
                .withMessage(
                        "maxFrameBytes=255 is more than lengthBytes(1) with lengthIncludesHeader() can say, which is 254");
    }

    @Test
    void optionsOutOfRangeAreRefusedByName() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Codecs.lengthPrefixed().lengthBytes(5))
                .withMessage("lengthBytes=5 is out of range: 1 to 4");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Codecs.lengthPrefixed().lengthBytes(0));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Codecs.lengthPrefixed().maxFrameBytes(0))
                .withMessage("maxFrameBytes=0 is out of range: 1 to 1073741824");
    }

    @Test
    void theDefaultLimitIsOneMebibyteOrWhatTheLengthCanSay() throws Exception {
        assertThat(Codecs.lengthPrefixed().create().maxFrameBytes()).isEqualTo(MIB + 4);
        assertThat(Codecs.lengthPrefixed().varint().create().maxFrameBytes()).isEqualTo(MIB + 5);
        assertThat(Codecs.lengthPrefixed().lengthBytes(1).create().maxFrameBytes())
                .isEqualTo(256);
        CodecContract.of(Codecs.lengthPrefixed().lengthBytes(1)).roundTrip(random(255));
        assertThat(CodecContract.of(Codecs.lengthPrefixed().lengthBytes(1).lengthIncludesHeader())
                        .refusal(random(255)))
                .isEqualTo("frame of 255 bytes exceeds maxFrameBytes=254");
    }

    private static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new SplittableRandom(length).nextBytes(bytes);
        return bytes;
    }

    private interface Action {
        void run() throws Exception;
    }

    private static long allocatedBy(Action action) throws RuntimeException {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        try {
            action.run();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
        return threads.getCurrentThreadAllocatedBytes() - before;
    }
}

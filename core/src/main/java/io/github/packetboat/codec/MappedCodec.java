package io.github.packetboat.codec;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** A codec whose messages are converted on their way in and out. */
class MappedCodec<M, T> implements Codec<T> {
    private final Codec<M> codec;
    private final Conversion<? super M, ? extends T> decode;
    private final Conversion<? super T, ? extends M> encode;

    MappedCodec(Codec<M> codec, Conversion<? super M, ? extends T> decode, Conversion<? super T, ? extends M> encode) {
        this.codec = codec;
        this.decode = decode;
        this.encode = encode;
    }

    @Override
    public @Nullable T decode(ByteBuffer in) throws CodecException {
        M message = codec.decode(in);
        return message == null ? null : convert(message, decode, "decode");
    }

    @Override
    public void encode(T message, FrameBuffer out) throws CodecException {
        codec.encode(convert(message, encode, "encode"), out);
    }

    /** The first line of what {@code e} says: parsers add the whole input below it. */
    private static String summary(Throwable e) {
        String name = e.getClass().getSimpleName();
        return e.getMessage() == null
                ? name
                : name + ": " + e.getMessage().lines().findFirst().orElse("");
    }

    private static <A, B> B convert(A from, Conversion<? super A, ? extends B> conversion, String verb)
            throws CodecException {
        B to;
        try {
            to = conversion.convert(from);
        } catch (CodecException e) {
            throw e;
        } catch (Exception | StackOverflowError e) { // the peer decides how deep what it sends is nested
            if (e instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
            throw new CodecException(
                    "cannot %s a %s: %s".formatted(verb, from.getClass().getSimpleName(), summary(e)), e);
        }
        if (to == null) {
            throw new CodecException("cannot %s a %s: the conversion returned null"
                    .formatted(verb, from.getClass().getSimpleName()));
        }
        return to;
    }

    @Override
    public int maxFrameBytes() {
        return codec.maxFrameBytes();
    }

    /** @throws IllegalStateException if the codec has a heartbeat that is no message of the own type */
    @Override
    public @Nullable T heartbeat() {
        M beat = codec.heartbeat();
        try {
            return beat == null ? null : convert(beat, decode, "decode");
        } catch (CodecException e) {
            throw new IllegalStateException("map() cannot convert the heartbeat: call heartbeat() after map()", e);
        }
    }
}

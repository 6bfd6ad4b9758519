package io.github.packetboat.codec;

/**
 * Makes a value of one type into one of another, for {@link CodecFactory#map}. Called by several threads at once.
 *
 * @param <A> what it takes
 * @param <B> what it makes
 */
@FunctionalInterface
public interface Conversion<A, B> {

    /**
     * The value that {@code from} becomes; never null.
     *
     * @throws Exception if {@code from} cannot be converted. A {@link CodecException} is passed on as it is, any other
     *     becomes the cause of one
     */
    B convert(A from) throws Exception;
}

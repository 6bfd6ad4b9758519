package io.github.packetboat.codec;

/** A factory and what its messages become. A record, since two that do the same are to be equal. */
record MappedFactory<M, T>(
        CodecFactory<M> codecs, Conversion<? super M, ? extends T> decode, Conversion<? super T, ? extends M> encode)
        implements CodecFactory<T> {

    @Override
    public Codec<T> create() {
        Codec<M> codec = codecs.create();
        return codec instanceof Conversation<M> conversation
                ? new MappedConversation<>(conversation, decode, encode)
                : new MappedCodec<>(codec, decode, encode);
    }
}

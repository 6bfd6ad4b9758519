package io.github.packetboat.codec;

import org.jspecify.annotations.Nullable;

/** A conversation whose messages are converted on their way in and out. */
final class MappedConversation<M, T> extends MappedCodec<M, T> implements Conversation<T> {
    private final Conversation<M> conversation;
    private final Conversion<? super M, ? extends T> decode;
    private final Conversion<? super T, ? extends M> encode;

    MappedConversation(
            Conversation<M> conversation,
            Conversion<? super M, ? extends T> decode,
            Conversion<? super T, ? extends M> encode) {
        super(conversation, decode, encode);
        this.conversation = conversation;
        this.decode = decode;
        this.encode = encode;
    }

    @Override
    public CodecFactory<T> encoding() {
        return new MappedFactory<>(conversation.encoding(), decode, encode);
    }

    @Override
    public boolean isClient() {
        return conversation.isClient();
    }

    @Override
    public void begin(Line line, FrameBuffer out) {
        conversation.begin(line, out);
    }

    @Override
    public Phase phase() {
        return conversation.phase();
    }

    @Override
    public boolean hasNews() {
        return conversation.hasNews();
    }

    @Override
    public void reply(FrameBuffer out) {
        conversation.reply(out);
    }

    @Override
    public @Nullable Handshake handshake() {
        return conversation.handshake();
    }

    @Override
    public int heldBytes() {
        return conversation.heldBytes();
    }

    @Override
    public void ping(FrameBuffer out) {
        conversation.ping(out);
    }

    @Override
    public void close(Ending ending, int code, String text, FrameBuffer out) {
        conversation.close(ending, code, text, out);
    }

    @Override
    public boolean mayCloseWith(int code) {
        return conversation.mayCloseWith(code);
    }

    @Override
    public int closeCode() {
        return conversation.closeCode();
    }

    @Override
    public String farewell() {
        return conversation.farewell();
    }
}

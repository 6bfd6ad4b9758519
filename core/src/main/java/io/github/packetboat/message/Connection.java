package io.github.packetboat.message;

import io.github.packetboat.codec.Conversation;
import io.github.packetboat.codec.Handshake;
import java.net.SocketAddress;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * One peer. Thread-safe: every method may be called from any thread, and from inside any callback; none of them blocks,
 * except {@link #send} where {@link Overflow#BLOCK} was chosen.
 *
 * @param <M> the type of message
 */
public interface Connection<M> {

    /**
     * Sends {@code message}: encodes it now and queues its bytes behind those of every send that returned, on whatever
     * thread, before this one began. So the message may be changed once this returns.
     *
     * @return true if the message was accepted. That is no proof that the peer gets it: bytes leave when the kernel takes
     *     them, and the kernel holds megabytes. False if it was not accepted and nothing of it will be sent: the connection
     *     is closing or closed, or the queue is full and the {@link Overflow} policy says so
     * @throws IllegalArgumentException if {@code message} is null or its codec cannot encode it; the connection is unharmed
     */
    boolean send(M message);

    /**
     * Completes when everything accepted up to now has been handed to the kernel, normally, or with a
     * {@link ConnectionClosedException} if the connection closed before that. It may complete on the event loop.
     */
    CompletableFuture<Void> flushed();

    /**
     * Closes in good order: refuses new sends, writes what is queued, says the end to the peer (TLS close_notify, then
     * FIN), and waits for the peer's end before it closes, so that nothing sent is lost. Messages that still come in are
     * discarded. Bounded by {@link Limits#closeFlushTimeout()} and {@link Limits#lingerTimeout()}. Returns at once; the end
     * is {@link MessageListener#onClose}. Does nothing on a connection that is closing or closed.
     */
    void close();

    /**
     * As {@link #close()}, and tells the peer why, where the codec is a {@link Conversation} that can say so. Where it
     * cannot, this is {@link #close()}.
     *
     * @param code what the protocol, or the application's own agreement, has for the reason: in WebSocket 1000 or
     *     3000–4999; 0 to leave it to the codec
     * @param text the reason in words, of which a codec may cut the end; empty if there is none
     * @throws IllegalArgumentException if {@code code} is neither 0 nor one that the codec can close with, or {@code text}
     *     is null
     */
    void close(int code, String text);

    /** Drops the connection at once with a reset, queued messages and all. */
    void abort();

    /** Whether messages can be sent: from before {@link MessageListener#onOpen} until it closes or is closed. */
    boolean isOpen();

    /** The peer's address; where a PROXY protocol header told of one, the address it told. */
    SocketAddress remoteAddress();

    /** The address on this side. */
    SocketAddress localAddress();

    /** A number that no other connection of this process has or had. */
    long id();

    /**
     * Whatever the application wants to keep with the connection, by an {@link Attribute}, which knows the type, or by any
     * other key. The map is thread-safe and belongs to the application.
     */
    Map<Object, Object> attributes();

    /** How many bytes are accepted and not yet handed to the kernel. */
    long queuedBytes();

    /**
     * False from the moment {@link #queuedBytes()} exceeds {@link Limits#highWaterMarkBytes()} until it is down to
     * {@link Limits#lowWaterMarkBytes()}. While it is false nothing is read from the peer either, except where the queue
     * takes care of itself: with {@link Overflow#DROP_OLDEST}, and in a client that retains.
     */
    boolean isWritable();

    /** Reads nothing more from the peer until {@link #resumeReads()}; messages already read may still be delivered. */
    void pauseReads();

    /** Undoes {@link #pauseReads()}. */
    void resumeReads();

    /**
     * Turns this plain connection into a TLS one, in the role it has (the accepting side is the TLS server), when the peer's
     * go-ahead has come. Messages sent from now on wait for the handshake and go encrypted.
     *
     * <p>If the peer has sent more behind its go-ahead, somebody may have put that there: the connection is closed with
     * {@link CloseReason.Kind#PROTOCOL_ERROR} and none of it is delivered.
     *
     * @return completes with the session when the handshake is done, or with a {@link ConnectionClosedException}
     * @throws IllegalStateException if the connection uses TLS already
     */
    CompletableFuture<SSLSession> startTls(TlsOptions options);

    /**
     * Answers the peer's wish for TLS: sends {@code goAhead} as the last message in clear, then does as
     * {@link #startTls(TlsOptions)}. The two are one step, so that the peer's handshake cannot come in between.
     */
    CompletableFuture<SSLSession> startTls(TlsOptions options, M goAhead);

    /** The TLS session with its certificates and cipher suite, or null on a plain connection. */
    @Nullable
    SSLSession tlsSession();

    /** The protocol that ALPN chose, or null if there was none to choose. */
    @Nullable
    String applicationProtocol();

    /**
     * What came before the first message, where the codec is a {@link Conversation}, such as WebSocket: the path, the
     * headers, the subprotocol. Null with other codecs.
     */
    @Nullable
    Handshake handshake();

    /** What went through this connection so far. */
    ConnectionStats stats();
}

package io.github.packetboat.message;

import io.github.packetboat.codec.CodecException;
import io.github.packetboat.internal.io.TlsTransport;
import java.io.IOException;
import java.nio.ByteBuffer;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Says why a connection fails, from what was thrown. */
final class Failures<M> {
    private final SocketConnection<M> connection;
    private final boolean client;
    private final @Nullable TlsOptions tls;

    /**
     * @param client whether this side is the client
     * @param tls what TLS is used with, or null if none is
     */
    Failures(SocketConnection<M> connection, boolean client, @Nullable TlsOptions tls) {
        this.connection = connection;
        this.client = client;
        this.tls = tls;
    }

    /** The opening failed. */
    CloseReason opening(Throwable failure, @Nullable TlsTransport handshake) {
        String detail = handshake != null || failure instanceof SSLException
                ? explain(failure, handshake == null ? null : handshake.firstBytes())
                : text(failure);
        return connection.reason(CloseReason.Kind.HANDSHAKE_FAILED, detail, failure);
    }

    /** The handshake of the codec itself failed. */
    CloseReason greeting(Throwable failure, ByteBuffer lastRead) {
        String detail = failure instanceof CodecException ? text(failure) : "the codec threw " + failure;
        return connection.reason(CloseReason.Kind.HANDSHAKE_FAILED, detail + hint(0, lastRead), failure);
    }

    /** The channel broke. */
    CloseReason channel(IOException failure, long messagesReceived) {
        if (failure instanceof TlsTransport.TruncatedException) {
            return connection.reason(CloseReason.Kind.TLS_TRUNCATED, text(failure), failure);
        }
        if (failure instanceof SSLException) {
            // in TLS 1.3 a server refuses a client's certificate when the client believes the handshake done
            CloseReason.Kind kind =
                    messagesReceived == 0 ? CloseReason.Kind.HANDSHAKE_FAILED : CloseReason.Kind.PROTOCOL_ERROR;
            return connection.reason(kind, explain(failure, null), failure);
        }
        return connection.reason(CloseReason.Kind.CONNECTION_LOST, text(failure), failure);
    }

    /** The codec cannot make sense of the peer's bytes, or breaks its own contract. */
    CloseReason codec(Throwable failure, long messagesReceived, ByteBuffer lastRead) {
        String detail = failure instanceof CodecException ? text(failure) : "the codec threw " + failure;
        String hint = hint(messagesReceived, lastRead);
        return connection.reason(
                CloseReason.Kind.PROTOCOL_ERROR,
                detail + (hint.isEmpty() ? " (after " + messagesReceived + " messages)" : hint),
                failure);
    }

    /** What to add to the reason if the peer has sent no message but seems to want TLS; else nothing. */
    String hint(long messagesReceived, ByteBuffer lastRead) {
        boolean wantsTls = messagesReceived == 0 && tls == null && FirstBytes.looksLikeClientHello(lastRead);
        return wantsTls ? ": the peer speaks TLS, and this connection is plain" : "";
    }

    private String explain(Throwable failure, @Nullable ByteBuffer firstBytes) {
        TlsOptions options = tls;
        return options == null ? text(failure) : TlsFailure.explain(failure, options, client, firstBytes);
    }

    private static String text(Throwable failure) {
        String message = failure.getMessage();
        return message == null ? failure.toString() : message;
    }
}

package io.github.packetboat.message;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Recognises, from the first bytes of a connection, a peer that speaks another protocol than its port expects, so that
 * the {@link CloseReason} can say so. Looks at bytes from the buffer's position on and moves nothing. Stateless,
 * thread-safe.
 */
final class FirstBytes {
    /** TLS record (RFC 8446 §5.1): type (1), version 3.x (2), length (2), fragment. */
    private static final int TLS_HANDSHAKE = 22;

    private static final int TLS_FIRST_TYPE = 20;
    private static final int TLS_LAST_TYPE = 24;
    private static final int TLS_MAJOR = 3;
    private static final int TLS_MAX_MINOR = 4;
    private static final int TLS_HEADER_BYTES = 5;
    /** The first byte of the handshake message within the record. */
    private static final int TLS_CLIENT_HELLO = 1;

    private static final List<String> HTTP_STARTS = List.of(
            "GET ", "POST ", "HEAD ", "PUT ", "DELETE ", "OPTIONS ", "PATCH ", "CONNECT ", "TRACE ", "PRI * ", "HTTP/");
    private static final int TEXT_BYTES = 4;
    private static final int QUOTED_BYTES = 32;

    private FirstBytes() {}

    /**
     * Whether a peer on a plain port wants TLS: all of the first six bytes that are there fit a ClientHello, and at
     * least three are there.
     */
    static boolean looksLikeClientHello(ByteBuffer in) {
        return looksLikeTlsRecord(in)
                && at(in, 0) == TLS_HANDSHAKE
                && (in.remaining() <= TLS_HEADER_BYTES || at(in, TLS_HEADER_BYTES) == TLS_CLIENT_HELLO);
    }

    /**
     * Whether a peer on a TLS port speaks plain text: HTTP, or at least four bytes that are all printable or white
     * space.
     */
    static boolean looksLikeText(ByteBuffer in) {
        int n = Math.min(in.remaining(), QUOTED_BYTES);
        for (int i = 0; i < n; i++) {
            int b = at(in, i);
            boolean text = (b >= 0x20 && b < 0x7f) || b == '\r' || b == '\n' || b == '\t';
            if (!text) {
                return false;
            }
        }
        return n >= TEXT_BYTES;
    }

    /**
     * What the peer seems to speak, with its first bytes, escaped; for a sentence such as "expected TLS, but got …".
     */
    static String describe(ByteBuffer in) {
        if (!in.hasRemaining()) {
            return "nothing";
        }
        if (looksLikeClientHello(in)) {
            return "a TLS ClientHello";
        }
        if (looksLikeTlsRecord(in)) {
            return "a TLS record";
        }
        return protocol(in) + " \"" + Escaped.of(firstOf(in)) + "\"";
    }

    private static String protocol(ByteBuffer in) {
        if (!looksLikeText(in)) {
            return "the bytes";
        }
        String text = StandardCharsets.US_ASCII.decode(firstOf(in)).toString();
        if (HTTP_STARTS.stream().anyMatch(text::startsWith)) {
            return "plain HTTP";
        }
        if (text.startsWith("PROXY ")) {
            return "a PROXY header";
        }
        return text.startsWith("SSH-") ? "SSH" : "plain text";
    }

    private static boolean looksLikeTlsRecord(ByteBuffer in) {
        return in.remaining() >= 3
                && at(in, 0) >= TLS_FIRST_TYPE
                && at(in, 0) <= TLS_LAST_TYPE
                && at(in, 1) == TLS_MAJOR
                && at(in, 2) <= TLS_MAX_MINOR;
    }

    private static ByteBuffer firstOf(ByteBuffer in) {
        return in.duplicate().limit(in.position() + Math.min(in.remaining(), QUOTED_BYTES));
    }

    private static int at(ByteBuffer in, int i) {
        return in.get(in.position() + i) & 0xff;
    }
}

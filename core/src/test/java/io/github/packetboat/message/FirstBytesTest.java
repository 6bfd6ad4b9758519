package io.github.packetboat.message;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import org.junit.jupiter.api.Test;

class FirstBytesTest {

    @Test
    void aRealClientHelloIsRecognisedFromThreeBytesOn() throws Exception {
        SSLEngine engine = SSLContext.getDefault().createSSLEngine();
        engine.setUseClientMode(true);
        ByteBuffer hello = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
        engine.wrap(ByteBuffer.allocate(0), hello);
        hello.flip();
        for (int n = 3; n <= hello.limit(); n++) {
            assertThat(FirstBytes.looksLikeClientHello(hello.duplicate().limit(n)))
                    .isTrue();
        }
        assertThat(FirstBytes.looksLikeClientHello(hello.duplicate().limit(2))).isFalse();
        assertThat(FirstBytes.looksLikeText(hello)).isFalse();
        assertThat(FirstBytes.describe(hello)).isEqualTo("a TLS ClientHello");
        assertThat(hello.position()).isZero();
    }

    @Test
    void plainProtocolsAreNamedAndQuoted() {
        assertThat(describe("GET / HTTP/1.1\r\nHost: x\r\n\r\n"))
                .isEqualTo("plain HTTP \"GET / HTTP/1.1\\x0d\\x0aHost: x\\x0d\\x0a\\x0d\\x0a\"");
        assertThat(describe("HTTP/1.1 400 Bad Request\r\n")).startsWith("plain HTTP \"HTTP/1.1 400");
        assertThat(describe("SSH-2.0-OpenSSH_9.6\r\n")).startsWith("SSH \"");
        assertThat(describe("PROXY TCP4 1.1.1.1")).startsWith("a PROXY header \"");
        assertThat(describe("hello\n")).isEqualTo("plain text \"hello\\x0a\"");
        assertThat(describe("\0\1\2\3")).isEqualTo("the bytes \"\\x00\\x01\\x02\\x03\"");
        assertThat(describe("")).isEqualTo("nothing");
        assertThat(FirstBytes.describe(ByteBuffer.wrap(new byte[] {21, 3, 3, 0, 2, 2, 40})))
                .isEqualTo("a TLS record");
    }

    @Test
    void textIsFourPrintableBytesOrMore() {
        assertThat(FirstBytes.looksLikeText(bytes("GET"))).isFalse();
        assertThat(FirstBytes.looksLikeText(bytes("GET "))).isTrue();
        assertThat(FirstBytes.looksLikeText(bytes("GET\0"))).isFalse();
    }

    @Test
    void otherRecordsAndLengthPrefixesAreNoClientHello() {
        assertThat(FirstBytes.looksLikeClientHello(ByteBuffer.wrap(new byte[] {22, 3, 1, 0, 5, 2})))
                .isFalse();
        assertThat(FirstBytes.looksLikeClientHello(ByteBuffer.wrap(new byte[] {23, 3, 3, 0, 5, 1})))
                .isFalse();
        assertThat(FirstBytes.looksLikeClientHello(ByteBuffer.wrap(new byte[] {0, 0, 0, 22, 3, 1})))
                .isFalse();
    }

    private static String describe(String text) {
        return FirstBytes.describe(bytes(text));
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1));
    }
}

package io.github.packetboat.internal.mime;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Messages of other makers, in seven bits. Written here with LF and in UTF-8. */
final class SevenBitTest {
    private static Rendering rendered(String message) {
        return SevenBit.of(Rendering.of(message.replace("\n", "\r\n").getBytes(StandardCharsets.UTF_8)));
    }

    private static String encoded(String message) {
        Rendering rendering = rendered(message);
        assertThat(rendering.whyEightBit()).isNull();
        assertThat(rendering.isEightBit()).isFalse();
        return new String(rendering.bytes(), StandardCharsets.US_ASCII).replace("\r\n", "\n");
    }

    @Test
    void whatIsInSevenBitsStaysAsItIs() {
        String message = """
                Subject: s
                Content-Type: multipart/signed; boundary=none

                plain
                """;

        assertThat(encoded(message)).isEqualTo(message);
    }

    @Test
    void aPlainTextGetsTheFieldsThatItLacks() {
        assertThat(encoded("""
                Subject: s

                one ü in a long line of text
                """)).isEqualTo("""
                Subject: s
                MIME-Version: 1.0
                Content-Transfer-Encoding: quoted-printable

                one =C3=BC in a long line of text
                """);
    }

    @Test
    void theEncodingIsReplacedWhereItStandsWhateverItsCase() {
        assertThat(encoded("""
                CONTENT-TRANSFER-ENCODING:\s
                 BINARY
                mime-version: 1.0
                Content-Type: text/plain; charset=UTF-8

                one ü in a long line of text
                """)).isEqualTo("""
                Content-Transfer-Encoding: quoted-printable
                mime-version: 1.0
                Content-Type: text/plain; charset=UTF-8

                one =C3=BC in a long line of text
                """);
    }

    @Test
    void whatIsNoTextIsInBase64() {
        assertThat(encoded("""
                MIME-Version: 1.0
                Content-Type: image/svg+xml

                <svg>one ü in a long line of text</svg>
                """)).isEqualTo("""
                MIME-Version: 1.0
                Content-Type: image/svg+xml
                Content-Transfer-Encoding: base64

                PHN2Zz5vbmUgw7wgaW4gYSBsb25nIGxpbmUgb2YgdGV4dDwvc3ZnPg0K
                """);
    }

    @Test
    void partsAreFoundAtAnyDepthAndNothingElseIsTouched() {
        assertThat(encoded("""
                MIME-Version: 1.0
                Content-Type: multipart/mixed;
                 charset="x; boundary=no"; BOUNDARY = "a b"
                Content-Transfer-Encoding: 8bit

                preamble
                --a b
                Content-Type: multipart/alternative; boundary=a

                --a
                --a\s\s
                Content-Type: text/plain

                seven bits
                --ab is no delimiter, nor is
                 --a
                --a

                 one ü in a part without a header

                --a--
                epilogue
                --a b
                Content-Type: message/rfc822
                Content-Transfer-Encoding: 8bit

                Subject: inner
                DKIM-Signature: of the inner one

                one ü in a long line of text
                --a b--
                """)).isEqualTo("""
                MIME-Version: 1.0
                Content-Type: multipart/mixed;
                 charset="x; boundary=no"; BOUNDARY = "a b"
                Content-Transfer-Encoding: 7bit

                preamble
                --a b
                Content-Type: multipart/alternative; boundary=a
                Content-Transfer-Encoding: 7bit

                --a
                --a\s\s
                Content-Type: text/plain

                seven bits
                --ab is no delimiter, nor is
                 --a
                --a
                Content-Transfer-Encoding: quoted-printable

                 one =C3=BC in a part without a header

                --a--
                epilogue
                --a b
                Content-Type: message/rfc822
                Content-Transfer-Encoding: 7bit

                Subject: inner
                DKIM-Signature: of the inner one
                MIME-Version: 1.0
                Content-Transfer-Encoding: quoted-printable

                one =C3=BC in a long line of text
                --a b--
                """);
    }

    @Test
    void aLastPartThatIsNotClosedIsOneToo() {
        assertThat(encoded("""
                MIME-Version: 1.0
                Content-Type: multipart/mixed; boundary=a

                --a

                one ü in a long line of text
                """)).endsWith("""
                --a
                Content-Transfer-Encoding: quoted-printable

                one =C3=BC in a long line of text
                """);
    }

    @ParameterizedTest
    @CsvSource(quoteCharacter = '`', textBlock = """
            `DKIM-Signature: v=1\\n\\nü`,                                       it is signed (DKIM-Signature)
            `Content-Type: Multipart/Signed; boundary=a\\n\\n--a\\n\\nü\\n--a--`, it is signed (multipart/signed)
            `Content-Type: multipart/mixed\\n\\nü`,                              it has a multipart/mixed without a boundary
            `Content-Type: multipart/mixed; boundary=a\\n\\nü`,                  its boundary does not occur
            `Content-Type: multipart/mixed; boundary=a\\n\\nü\\n--a\\n\\nx`,      it has 8-bit text before its first part or behind its last
            `Content-Type: multipart/mixed; boundary=a\\n\\n--a--\\nü`,          it has 8-bit text before its first part or behind its last
            `Content-Type: multipart/mixed; boundary=a\\n\\n--a\\nX: ü\\n\\nx`,   the header of one of its parts has 8-bit text
            `Content-Type: message/partial; id=1\\n\\nü`,                        a part of type message/partial must not be encoded (RFC 2046 §5.2)
            `Content-Transfer-Encoding: base64\\n\\nü`,                          a part that says that it is in base64 has 8-bit text
            `Content-Transfer-Encoding: Quoted-Printable\\n\\nü`,                a part that says that it is in quoted-printable has 8-bit text
            """)
    void whatMustNotOrCannotBeEncodedStaysAsItIsAndSaysWhy(String message, String why) {
        String text = message.replace("\\n", "\n") + "\n";
        Rendering rendering = rendered(text);

        assertThat(rendering.whyEightBit()).isEqualTo(why);
        assertThat(rendering.isEightBit()).isTrue();
        assertThat(new String(rendering.bytes(), StandardCharsets.UTF_8)).isEqualTo(text.replace("\n", "\r\n"));
    }

    @Test
    void partsWithoutEndAreNotFollowed() {
        String nested = "Content-Type: message/rfc822\n\n".repeat(25) + "\nü\n";

        assertThat(rendered(nested).whyEightBit()).isEqualTo("its parts are nested deeper than 20");
    }
}

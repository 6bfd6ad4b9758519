package io.github.packetboat.internal.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class DotStuffingTest {

    @ParameterizedTest
    @CsvSource({
        "'',                  '.RN'",
        "'.',                 '..RN.RN'",
        "'..',                '...RN.RN'",
        "'a',                 'aRN.RN'",
        "'aRN',               'aRN.RN'",
        "'aN',                'aRN.RN'",
        "'aR',                'aRN.RN'",
        "'aRRNb',             'aRNRNbRN.RN'",
        "'aNRb',              'aRNRNbRN.RN'",
        "'aR.bN.c',           'aRN..bRN..cRN.RN'",
        "'aN.N',              'aRN..RN.RN'",
        "'aRN.RNmail',   'aRN..RNmailRN.RN'",
        "'aN.RNmail',    'aRN..RNmailRN.RN'",
        "'aR.Rmail',     'aRN..RNmailRN.RN'",
        "'RN.RN',             'RN..RN.RN'"
    })
    void onlyCrlfLeavesAndNoLineIsADot(String in, String out) {
        byte[] bytes = wire(in);
        for (int piece = 1; piece <= bytes.length + 1; piece++) {
            assertThat(new String(stuffed(bytes, piece), StandardCharsets.US_ASCII))
                    .as("in pieces of %d", piece)
                    .isEqualTo(new String(wire(out), StandardCharsets.US_ASCII));
        }
    }

    /** R is a CR here, and N an LF. */
    private static byte[] wire(String text) {
        return text.replace("R", "\r").replace("N", "\n").getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] stuffed(byte[] in, int pieceBytes) {
        DotStuffing stuffing = new DotStuffing();
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        byte[] out = new byte[DotStuffing.MOST_PER_BYTE * pieceBytes + DotStuffing.MOST_AT_END];
        for (int at = 0; at < in.length; at += pieceBytes) {
            int n = Math.min(pieceBytes, in.length - at);
            all.write(out, 0, stuffing.put(in, at, n, out, 0));
        }
        all.write(out, 0, stuffing.end(out, 0));
        return all.toByteArray();
    }

    /** Reads as a server does (RFC 5321 §4.5.2); null if the mail does not end at the end of the bytes. */
    private static byte[] unstuffed(byte[] wire) {
        ByteArrayOutputStream mail = new ByteArrayOutputStream();
        String[] lines = new String(wire, StandardCharsets.ISO_8859_1).split("\r\n", -1);
        for (int i = 0; i < lines.length; i++) {
            if (lines[i].equals(".")) {
                return i == lines.length - 2 && lines[i + 1].isEmpty() ? mail.toByteArray() : null;
            }
            assertThat(lines[i]).doesNotContain("\r", "\n");
            String line = lines[i].startsWith(".") ? lines[i].substring(1) : lines[i];
            mail.writeBytes((line + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
        }
        return null;
    }

    @FuzzTest(maxDuration = "20s")
    void aServerReadsWhatWasSentAndNothingElse(byte[] mail) {
        String normal = new String(mail, StandardCharsets.ISO_8859_1)
                .replace("\r\n", "\n")
                .replace('\r', '\n')
                .replace("\n", "\r\n");
        String expected = normal.isEmpty() || normal.endsWith("\r\n") ? normal : normal + "\r\n";

        byte[] wire = stuffed(mail, 5);

        assertThat(wire).isEqualTo(stuffed(mail, mail.length + 1));
        assertThat(unstuffed(wire)).isEqualTo(expected.getBytes(StandardCharsets.ISO_8859_1));
        if (DotStuffing.isClean(mail)) {
            assertThat(Arrays.copyOf(wire, mail.length)).isEqualTo(mail);
        }
    }
}

package io.github.packetboat.mailbox;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.StandardCharsets;
import java.nio.charset.UnsupportedCharsetException;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** From bytes to text, where the bytes may not be what they claim. Stateless, thread-safe. */
final class Texts {
    /** Where the JDK knows a charset that holds all of what is meant, and more. */
    private static final Map<String, String> WIDER = Map.of(
            "gb2312", "GB18030",
            "gb_2312-80", "GB18030",
            "gbk", "GB18030",
            "x-gbk", "GB18030",
            "cp936", "GB18030",
            "ks_c_5601-1987", "x-windows-949",
            "utf8", "UTF-8",
            "unicode-1-1-utf-8", "UTF-8",
            "ascii", "US-ASCII",
            "ansi_x3.110-1983", "ISO-8859-1");

    private Texts() {}

    /** The charset of that name, or null if there is none. */
    static @Nullable Charset charset(String name) {
        String key = name.strip().toLowerCase(Locale.ROOT);
        try {
            return Charset.forName(WIDER.getOrDefault(key, key));
        } catch (IllegalCharsetNameException | UnsupportedCharsetException e) {
            return null;
        }
    }

    /** The text, or null if the bytes are not in that charset. */
    static @Nullable String strict(byte[] bytes, Charset charset) {
        try {
            return charset.newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT)
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            return null;
        }
    }

    /** Bytes of which nobody says in what charset they are: UTF-8 if they can be, else the fallback. */
    static String guess(byte[] bytes, Charset fallback) {
        String utf8 = strict(bytes, StandardCharsets.UTF_8);
        return utf8 != null ? utf8 : new String(bytes, fallback);
    }

    static boolean isAscii(byte[] bytes) {
        for (byte b : bytes) {
            if (b < 0) {
                return false;
            }
        }
        return true;
    }

    /** Foreign text for a message or a log: in one line, without controls, and no longer than {@code max}. */
    static String clean(@Nullable String text, int max) {
        if (text == null) {
            return "";
        }
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < text.length() && out.length() < max; i++) {
            char c = text.charAt(i);
            boolean plain = c >= ' ' && c != 0x7F && !(c >= 0x80 && c < 0xA0) && c != '\u2028' && c != '\u2029';
            out.append(plain ? c : '.');
        }
        return out.length() == max ? out.append('…').toString() : out.toString();
    }
}

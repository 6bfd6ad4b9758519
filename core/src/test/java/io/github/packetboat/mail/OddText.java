package io.github.packetboat.mail;

import java.util.SplittableRandom;

/** Text that is hard on writers of mail: every script, what the syntax of headers means something by, long and no words. */
final class OddText {
    private static final String[] PIECES = {
        "a",
        "Z",
        "0",
        " ",
        " ",
        "  ",
        ".",
        ",",
        ";",
        ":",
        "<",
        ">",
        "@",
        "\"",
        "\\",
        "(",
        ")",
        "[",
        "]",
        "=",
        "=?",
        "?=",
        "_",
        "?",
        "=?UTF-8?B?5L2g?=",
        "=?utf-8?q?=0D=0ABcc:_x?=",
        "%41",
        "'",
        "*",
        "/",
        "&",
        "~",
        "^",
        "`",
        "{",
        "}",
        "|",
        "#",
        "$",
        "!",
        "+",
        "-",
        "é",
        "ß",
        "ñ",
        "你",
        "好",
        "飞翔的代码",
        "ж",
        "ع",
        "שלום",
        "한",
        "ก",
        "\u0301",
        "\u200D",
        "👩‍👩‍👧",
        "🎉",
        "\uD83D\uDE00",
        "\u00A0",
        "\u3000",
        "\u2028",
        "\u0085",
        "\uFEFF",
        "\uFFFD",
        "\uFFFF",
        "word",
        "a much longer run of words "
    };
    private static final String[] BREAKS = {
        "\n", "\r\n", "\r", "\n\n", ".\n", "\n.\n", "\n..\n", " \n", "\t\n", "\nFrom ", "\n--=_", "\n--"
    };

    private final SplittableRandom random;

    OddText(long seed) {
        random = new SplittableRandom(seed);
    }

    SplittableRandom random() {
        return random;
    }

    /** Without line breaks or tabs; may be empty. */
    String line(int maxPieces) {
        StringBuilder out = new StringBuilder();
        for (int n = random.nextInt(maxPieces + 1); n > 0; n--) {
            out.append(PIECES[random.nextInt(PIECES.length)]);
        }
        if (random.nextInt(8) == 0) {
            out.append("x".repeat(random.nextInt(1200)));
        }
        return out.toString();
    }

    /** ASCII only, often. */
    String asciiLine(int maxPieces) {
        return line(maxPieces).replaceAll("[^ -~]", "a");
    }

    /** With all kinds of line breaks; any control but NUL may be there. */
    String text(int maxLines) {
        StringBuilder out = new StringBuilder();
        boolean ascii = random.nextInt(3) == 0;
        for (int n = random.nextInt(maxLines + 1); n > 0; n--) {
            out.append(ascii ? asciiLine(12) : line(12));
            if (random.nextInt(30) == 0) {
                out.append((char) random.nextInt(1, 32));
            }
            out.append(BREAKS[random.nextInt(BREAKS.length)]);
        }
        return random.nextBoolean() ? out + "no final line break" : out.toString();
    }

    byte[] bytes(int max) {
        byte[] bytes = new byte[random.nextInt(max + 1)];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) random.nextInt();
        }
        return bytes;
    }
}

package io.github.packetboat.websocket;

/** How large things may be. */
record Sizes(int maxFrameBytes, int maxMessageBytes, int maxFragments) {
    private static final int MOST_BYTES = 1 << 30;
    static final Sizes DEFAULT = new Sizes(64 << 10, 256 << 10, 1024);

    Sizes frame(int bytes) {
        return new Sizes(check("maxFrameBytes", bytes), maxMessageBytes, maxFragments);
    }

    Sizes message(int bytes) {
        return new Sizes(maxFrameBytes, check("maxMessageBytes", bytes), maxFragments);
    }

    Sizes fragments(int fragments) {
        return new Sizes(maxFrameBytes, maxMessageBytes, check("maxFragments", fragments));
    }

    private static int check(String name, int value) {
        if (value < 1 || value > MOST_BYTES) {
            throw new IllegalArgumentException(name + "=" + value + " is out of range: 1 to " + MOST_BYTES);
        }
        return value;
    }

    /** @throws IllegalArgumentException if they contradict each other */
    void check() {
        if (maxFrameBytes > maxMessageBytes) {
            throw new IllegalArgumentException(
                    "maxFrameBytes=" + maxFrameBytes + " is more than maxMessageBytes=" + maxMessageBytes);
        }
    }
}

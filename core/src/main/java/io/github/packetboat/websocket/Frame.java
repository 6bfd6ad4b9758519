package io.github.packetboat.websocket;

/**
 * The layout of a frame (RFC 6455 §5.2), in one place.
 *
 * <pre>
 *   byte 0                  byte 1                 then                                         then
 *  ┌───┬────┬────┬────┬────────┐ ┌──────┬──────────────┐ ┌─────────────────────────────────┐ ┌──────────────┬─────────┐
 *  │FIN│RSV1│RSV2│RSV3│ opcode │ │ MASK │ length or    │ │ 2 bytes of length if it was 126,│ │ 4 bytes key  │ payload │
 *  │   │    │    │    │   (4)  │ │      │ 126, 127 (7) │ │ 8 if it was 127                 │ │ if MASK      │         │
 *  └───┴────┴────┴────┴────────┘ └──────┴──────────────┘ └─────────────────────────────────┘ └──────────────┴─────────┘
 * </pre>
 */
final class Frame {
    static final int FIN = 0x80;
    /** Set on the first frame of a compressed message (RFC 7692 §6). */
    static final int RSV1 = 0x40;

    static final int RSV2_AND_3 = 0x30;
    static final int OPCODE = 0x0F;
    static final int MASK = 0x80;
    static final int LENGTH = 0x7F;

    static final int CONTINUATION = 0x0;
    static final int TEXT = 0x1;
    static final int BINARY = 0x2;
    static final int CLOSE = 0x8;
    static final int PING = 0x9;
    static final int PONG = 0xA;
    /** Opcodes from here on are of control frames. */
    static final int FIRST_CONTROL = 0x8;

    static final int LENGTH_IN_16_BITS = 126;
    static final int LENGTH_IN_64_BITS = 127;
    static final int MAX_7_BIT_LENGTH = 125;
    static final int MAX_16_BIT_LENGTH = 0xFFFF;
    static final int MAX_CONTROL_BYTES = 125;
    static final int KEY_BYTES = 4;
    static final int MAX_HEADER_BYTES = 14;

    private Frame() {}

    static boolean isControl(int opcode) {
        return opcode >= FIRST_CONTROL;
    }
}

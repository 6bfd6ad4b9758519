package io.github.packetboat.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.packetboat.codec.Conversation;
import io.github.packetboat.codec.FrameBuffer;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** What a WebSocket on which nothing happens keeps, of the 2 KiB that a whole connection may take. */
final class IdleSizeTest {
    /** As Chromium 156 sends it, 14 headers. */
    private static final String CHROMIUM = """
            GET /chat HTTP/1.1
            Host: 127.0.0.1:36941
            Connection: Upgrade
            Pragma: no-cache
            Cache-Control: no-cache
            User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/156.0.0.0 Safari/537.36
            Upgrade: websocket
            Origin: http://127.0.0.1:36941
            Sec-WebSocket-Version: 13
            Accept-Encoding: gzip, deflate, br, zstd
            Accept-Language: en-US,en;q=0.9
            Cookie: session=3f0c9d1e5b7a4286a1d2c3b4e5f60718
            Sec-WebSocket-Key: /B7MIrYL3zxsabb76zxsjw==
            Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits

            """;

    private static final int CONVERSATIONS = 10_000;
    private static final int MAX_BYTES = 480;

    @Test
    void theHeadOfABrowserIsKeptCompactly() throws Exception {
        ServerWebSockets<String> chat = WebSockets.text("/chat").deflate();
        byte[] request = Bytes.crlf(CHROMIUM).getBytes(StandardCharsets.ISO_8859_1);
        Object[] kept = new Object[CONVERSATIONS];
        opened(chat, request);
        long least = Long.MAX_VALUE;
        // the heap is everybody's: what others put there meanwhile is not counted if it was less once
        for (int round = 0; round < 5 && least > MAX_BYTES; round++) {
            Arrays.fill(kept, null);
            long before = usedBytes();
            for (int i = 0; i < CONVERSATIONS; i++) {
                kept[i] = opened(chat, request);
            }
            least = Math.min(least, (usedBytes() - before) / CONVERSATIONS);
        }

        assertThat(((Conversation<?>) kept[0]).handshake().header("cookie")).startsWith("session=");
        assertThat(least).isBetween(100L, (long) MAX_BYTES);
    }

    private static Conversation<String> opened(ServerWebSockets<String> chat, byte[] request) throws Exception {
        Conversation<String> conversation = (Conversation<String>) chat.create();
        FrameBuffer out = FrameBuffer.allocate(256);
        conversation.begin(new Conversation.Line(null, 0, false), out);
        conversation.decode(ByteBuffer.wrap(request));
        conversation.reply(out);
        assertThat(conversation.phase()).isEqualTo(Conversation.Phase.OPEN);
        return conversation;
    }

    private static long usedBytes() {
        System.gc();
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }
}

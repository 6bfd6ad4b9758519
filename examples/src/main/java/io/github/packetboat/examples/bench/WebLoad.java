package io.github.packetboat.examples.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Drives one server: one thread that counts the bytes that come back, whose number tells how many messages they are. */
final class WebLoad implements AutoCloseable {
    private static final String REQUEST = "GET /chat HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\n"
            + "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";

    private final WebScenario scenario;
    private final Selector selector = Selector.open();
    private final List<SocketChannel> channels = new ArrayList<>();
    private final ByteBuffer frames;
    private final ByteBuffer in = ByteBuffer.allocateDirect(256 * 1024);
    private long received;

    WebLoad(WebScenario scenario, int port) throws IOException {
        this.scenario = scenario;
        this.frames = scenario.clientFrames();
        for (int i = 0; i < scenario.connections; i++) {
            SocketChannel channel = SocketChannel.open(new InetSocketAddress("127.0.0.1", port));
            channels.add(channel);
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            shakeHands(channel);
            channel.configureBlocking(false);
            channel.register(selector, SelectionKey.OP_READ, new Peer(channel, sends(i)));
        }
    }

    private boolean sends(int index) {
        return scenario == WebScenario.ECHO || index == 0;
    }

    private void shakeHands(SocketChannel channel) throws IOException {
        channel.write(ByteBuffer.wrap(REQUEST.getBytes(StandardCharsets.US_ASCII)));
        StringBuilder answer = new StringBuilder();
        ByteBuffer one = ByteBuffer.allocate(1);
        while (answer.indexOf("\r\n\r\n") < 0) {
            if (channel.read(one.clear()) < 0) {
                throw new LoadFailedException("the server ended the handshake: " + answer);
            }
            answer.append((char) one.get(0));
        }
        if (!answer.toString().startsWith("HTTP/1.1 101 ")) {
            throw new LoadFailedException("no WebSocket: " + answer);
        }
    }

    /** Messages received a second, over {@code seconds} after {@code warmUpSeconds}. */
    double run(double warmUpSeconds, double seconds) throws IOException {
        for (SelectionKey key : selector.keys()) {
            ((Peer) key.attachment()).send(scenario.window);
        }
        runFor(warmUpSeconds);
        long before = received;
        long start = System.nanoTime();
        runFor(seconds);
        return (received - before) / (double) scenario.frameBytes() / ((System.nanoTime() - start) / 1e9);
    }

    private void runFor(double seconds) throws IOException {
        long end = System.nanoTime() + (long) (seconds * 1e9);
        while (System.nanoTime() - end < 0) {
            selector.select(key -> ((Peer) key.attachment()).onReadable(), 1000);
        }
    }

    @Override
    public void close() throws IOException {
        for (SocketChannel channel : channels) {
            channel.close();
        }
        selector.close();
    }

    /** One connection; {@code rest} are bytes of a message that has not all come. */
    private final class Peer {
        private final SocketChannel channel;
        private final boolean sends;
        private int rest;

        Peer(SocketChannel channel, boolean sends) {
            this.channel = channel;
            this.sends = sends;
        }

        void onReadable() {
            try {
                int n = channel.read(in.clear());
                if (n < 0) {
                    throw new LoadFailedException("the server closed a connection");
                }
                received += n;
                rest += n;
                int whole = rest / scenario.frameBytes();
                rest -= whole * scenario.frameBytes();
                send(whole);
            } catch (IOException e) {
                throw new UncheckedIOException("the connection broke: " + e.getMessage(), e);
            }
        }

        /** What is under way always fits into the kernel's buffers. */
        void send(int messages) throws IOException {
            int left = sends ? messages * scenario.clientFrameBytes() : 0;
            while (left > 0) {
                int n = Math.min(left, frames.capacity());
                ByteBuffer some = frames.duplicate().limit(n);
                while (some.hasRemaining()) {
                    channel.write(some);
                }
                left -= n;
            }
        }
    }
}

package io.github.packetboat.examples.bench;

import io.github.packetboat.codec.Codecs;
import io.github.packetboat.message.Connection;
import io.github.packetboat.message.MessageListener;
import io.github.packetboat.message.MessageServer;
import io.github.packetboat.message.Overflow;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * Sends 64-byte messages to one peer from several threads that are no event loop, and prints how many arrived a second: with
 * Packetboat, whose callers queue and whose loop writes, and with callers that write to the channel themselves, one at a
 * time. Rounds are interleaved; the ratio is the median of the rounds' ratios.
 *
 * <pre>{@code
 * java -cp "examples/target/classes:examples/target/lib/*" io.github.packetboat.examples.bench.SendBench [THREADS [ROUNDS]]
 * }</pre>
 */
public final class SendBench {
    private static final int MESSAGE_BYTES = 64;
    private static final int FRAME_BYTES = 4 + MESSAGE_BYTES;
    private static final long WARM_UP_NANOS = 1_000_000_000L;
    private static final long MEASURE_NANOS = 2_000_000_000L;

    private SendBench() {}

    public static void main(String[] args) throws Exception {
        int threads = args.length > 0 ? Integer.parseInt(args[0]) : 8;
        int rounds = args.length > 1 ? Integer.parseInt(args[1]) : 5;
        double[] queued = new double[rounds];
        double[] direct = new double[rounds];
        double[] ratio = new double[rounds];
        for (int i = 0; i < rounds; i++) {
            queued[i] = packetboat(threads);
            direct[i] = writeOnCaller(threads);
            ratio[i] = queued[i] / direct[i];
        }
        print("packetboat send()", threads, queued);
        print("write on caller", threads, direct);
        Arrays.sort(ratio);
        System.out.printf(
                Locale.ROOT, "ratio: median %.2f (%.2f to %.2f)%n", ratio[rounds / 2], ratio[0], ratio[rounds - 1]);
    }

    private static void print(String what, int threads, double[] perSecond) {
        double[] sorted = perSecond.clone();
        Arrays.sort(sorted);
        System.out.printf(
                Locale.ROOT,
                "%-18s %2d threads: median %,.0f messages/s (%,.0f to %,.0f)%n",
                what,
                threads,
                sorted[sorted.length / 2],
                sorted[0],
                sorted[sorted.length - 1]);
    }

    private static double packetboat(int threads) throws Exception {
        CompletableFuture<Connection<byte[]>> peer = new CompletableFuture<>();
        MessageListener<byte[]> listener = new MessageListener<>() {
            @Override
            public void onOpen(Connection<byte[]> connection) {
                peer.complete(connection);
            }

            @Override
            public void onMessage(Connection<byte[]> connection, byte[] message) {
                throw new IllegalStateException("the reader sent something");
            }
        };
        try (MessageServer<byte[]> server = MessageServer.builder(Codecs.lengthPrefixed())
                        .listener(listener)
                        .overflow(Overflow.BLOCK)
                        .eventLoops(1)
                        .bind(new InetSocketAddress("127.0.0.1", 0));
                Socket reader = new Socket("127.0.0.1", server.port())) {
            Connection<byte[]> connection = peer.get();
            return measure(threads, reader, connection::send);
        }
    }

    private static double writeOnCaller(int threads) throws Exception {
        try (ServerSocketChannel listening = ServerSocketChannel.open().bind(new InetSocketAddress("127.0.0.1", 0));
                Socket reader = new Socket("127.0.0.1", listening.socket().getLocalPort());
                SocketChannel channel = listening.accept()) {
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            ByteBuffer frame = ByteBuffer.allocateDirect(FRAME_BYTES);
            return measure(threads, reader, message -> {
                synchronized (frame) {
                    frame.clear().putInt(message.length).put(message).flip();
                    try {
                        channel.write(frame);
                    } catch (IOException e) {
                        throw new IllegalStateException(e);
                    }
                }
            });
        }
    }

    private static double measure(int threads, Socket reader, Consumer<byte[]> send) throws Exception {
        AtomicBoolean stop = new AtomicBoolean();
        List<Thread> senders = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            Thread sender = new Thread(
                    () -> {
                        byte[] message = new byte[MESSAGE_BYTES];
                        while (!stop.get()) {
                            send.accept(message);
                        }
                    },
                    "sender-" + i);
            sender.setDaemon(true);
            senders.add(sender);
        }
        senders.forEach(Thread::start);
        InputStream in = reader.getInputStream();
        byte[] buffer = new byte[256 * 1024];
        readFor(in, buffer, WARM_UP_NANOS);
        long start = System.nanoTime();
        long bytes = readFor(in, buffer, MEASURE_NANOS);
        double seconds = (System.nanoTime() - start) / 1e9;
        stop.set(true);
        for (Thread sender : senders) {
            while (sender.isAlive()) {
                if (in.available() > 0) {
                    in.skipNBytes(in.available());
                }
                sender.join(1);
            }
        }
        return bytes / (double) FRAME_BYTES / seconds;
    }

    private static long readFor(InputStream in, byte[] buffer, long nanos) throws IOException {
        long end = System.nanoTime() + nanos;
        long bytes = 0;
        while (System.nanoTime() < end) {
            int n = in.read(buffer);
            if (n < 0) {
                throw new IOException("the stream ended");
            }
            bytes += n;
        }
        return bytes;
    }
}

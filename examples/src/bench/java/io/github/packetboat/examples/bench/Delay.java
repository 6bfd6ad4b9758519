package io.github.packetboat.examples.bench;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Arrays;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** A proxy to a loopback port that adds a round-trip time, half of it each way. Two threads a direction. Thread-safe. */
final class Delay implements AutoCloseable {
    private static final byte[] END = new byte[0];

    private record Piece(byte[] bytes, long dueNanos) {}

    private final ServerSocket listener = new ServerSocket(0, 1000, InetAddress.getLoopbackAddress());
    private final int target;
    private final long halfNanos;

    Delay(int target, int roundTripMillis) throws IOException {
        this.target = target;
        this.halfNanos = TimeUnit.MILLISECONDS.toNanos(roundTripMillis) / 2;
        start(this::accept);
    }

    int port() {
        return listener.getLocalPort();
    }

    private static void start(Runnable body) {
        Thread thread = new Thread(body, "delay");
        thread.setDaemon(true);
        thread.start();
    }

    private void accept() {
        try {
            while (true) {
                Socket client = listener.accept();
                Socket server = new Socket(InetAddress.getLoopbackAddress(), target);
                client.setTcpNoDelay(true);
                server.setTcpNoDelay(true);
                pass(client, server);
                pass(server, client);
            }
        } catch (IOException e) {
            // closed
        }
    }

    private void pass(Socket from, Socket to) {
        BlockingQueue<Piece> under = new LinkedBlockingQueue<>();
        start(() -> read(from, under));
        start(() -> write(under, to));
    }

    private void read(Socket from, BlockingQueue<Piece> under) {
        byte[] buffer = new byte[64 * 1024];
        try {
            InputStream in = from.getInputStream();
            int n;
            while ((n = in.read(buffer)) > 0) {
                under.add(new Piece(Arrays.copyOf(buffer, n), System.nanoTime() + halfNanos));
            }
        } catch (IOException e) {
            // an end like any other
        }
        under.add(new Piece(END, System.nanoTime() + halfNanos));
    }

    private static void write(BlockingQueue<Piece> under, Socket to) {
        try (to) {
            OutputStream out = to.getOutputStream();
            Piece piece;
            while ((piece = under.take()).bytes != END) {
                long wait;
                while ((wait = piece.dueNanos - System.nanoTime()) > 0) {
                    LockSupport.parkNanos(wait);
                }
                out.write(piece.bytes);
            }
        } catch (IOException e) {
            // an end like any other
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }
}

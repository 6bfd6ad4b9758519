package io.github.packetboat.datagram;

import io.github.packetboat.testkit.Await;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A UDP socket of the JDK's old kind on the loopback: the other end, with nothing of ours in it. Not thread-safe. */
final class RawUdp implements AutoCloseable {
    private static final int MORE_THAN_ANY = 70_000;

    private final DatagramSocket socket;
    private final DatagramPacket in = new DatagramPacket(new byte[MORE_THAN_ANY], MORE_THAN_ANY);

    RawUdp() throws IOException {
        this("127.0.0.1");
    }

    RawUdp(String host) throws IOException {
        socket = new DatagramSocket(new InetSocketAddress(host, 0));
        socket.setSoTimeout((int) Await.LIMIT.toMillis());
    }

    InetSocketAddress address() {
        return (InetSocketAddress) socket.getLocalSocketAddress();
    }

    void send(byte[] datagram, int port) throws IOException {
        socket.send(new DatagramPacket(datagram, datagram.length, socket.getLocalAddress(), port));
    }

    void send(String text, int port) throws IOException {
        send(text.getBytes(StandardCharsets.UTF_8), port);
    }

    /** As {@link #send(String, int)}, for lambdas. */
    void sendUnchecked(String text, int port) {
        try {
            send(text, port);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void sendTo(String text, InetAddress host, int port) throws IOException {
        byte[] datagram = text.getBytes(StandardCharsets.UTF_8);
        socket.send(new DatagramPacket(datagram, datagram.length, host, port));
    }

    byte[] receive() throws IOException {
        in.setLength(MORE_THAN_ANY);
        socket.receive(in);
        return Arrays.copyOf(in.getData(), in.getLength());
    }

    String receiveText() throws IOException {
        return new String(receive(), StandardCharsets.UTF_8);
    }

    /** Whether nothing has come so far. */
    boolean isQuiet() throws IOException {
        socket.setSoTimeout(1);
        try {
            socket.receive(in);
            return false;
        } catch (SocketTimeoutException quiet) {
            return true;
        } finally {
            socket.setSoTimeout((int) Await.LIMIT.toMillis());
        }
    }

    /** Who sent what was received last. */
    InetSocketAddress sender() {
        return (InetSocketAddress) in.getSocketAddress();
    }

    @Override
    public void close() {
        socket.close();
    }
}

package io.github.packetboat.examples.bench;

import java.io.Closeable;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** An echo or broadcast server that treats message number 200 as its {@link Fault} says, and all others well. */
final class WrongServer implements Closeable {
    private static final int FAULTY_MESSAGE = 200;

    /** Turns the one message, as it would go out, into what goes out instead; the connection ends when it throws. */
    interface Fault {
        byte[] apply(byte[] frame) throws IOException;
    }

    private final ServerSocket acceptor = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
    private final List<Socket> open = new CopyOnWriteArrayList<>();
    private final List<Thread> threads = new CopyOnWriteArrayList<>();
    private final Fault fault;
    private final boolean broadcasts;
    private int messages; // guarded by this

    WrongServer(boolean broadcasts, Fault fault) throws IOException {
        this.broadcasts = broadcasts;
        this.fault = fault;
        start(this::accept);
    }

    InetSocketAddress address() {
        return (InetSocketAddress) acceptor.getLocalSocketAddress();
    }

    private void start(Runnable task) {
        Thread thread = new Thread(task, "wrong server");
        threads.add(thread);
        thread.start();
    }

    private void accept() {
        try {
            for (; ; ) {
                Socket socket = acceptor.accept();
                socket.setTcpNoDelay(true);
                open.add(socket);
                start(() -> serve(socket));
            }
        } catch (IOException e) {
            // closed
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            DataInputStream in = new DataInputStream(socket.getInputStream());
            for (; ; ) {
                int length = in.readInt();
                byte[] frame = ByteBuffer.allocate(4 + length).putInt(length).array();
                in.readFully(frame, 4, length);
                reply(socket, frame);
            }
        } catch (IOException e) {
            // the generator has gone, or the fault wants this connection to end
        }
    }

    private synchronized void reply(Socket sender, byte[] frame) throws IOException {
        byte[] instead = ++messages == FAULTY_MESSAGE ? fault.apply(frame) : frame;
        if (broadcasts) {
            for (int i = 0; i < open.size(); i++) {
                write(open.get(i), i == 3 ? instead : frame);
            }
        } else {
            write(sender, instead);
        }
    }

    private static void write(Socket socket, byte[] bytes) throws IOException {
        OutputStream out = socket.getOutputStream();
        out.write(bytes);
    }

    @Override
    public void close() throws IOException {
        acceptor.close();
        for (Socket socket : open) {
            socket.close();
        }
        for (Thread thread : threads) {
            try {
                thread.join(5000);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}

package io.github.packetboat.mailbox;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketAddress;
import javax.net.SocketFactory;

/** A {@link Line} in the shape that Angus' POP3 wants: a socket that has yet to connect. */
final class PresetSocket extends Socket {
    private final Line line;

    private PresetSocket(Line line) {
        this.line = line;
    }

    static SocketFactory factory(Line line) {
        return new SocketFactory() {
            @Override
            public Socket createSocket() {
                return new PresetSocket(line);
            }

            @Override
            public Socket createSocket(String host, int port) {
                return new PresetSocket(line);
            }

            @Override
            public Socket createSocket(String host, int port, InetAddress localHost, int localPort) {
                return new PresetSocket(line);
            }

            @Override
            public Socket createSocket(InetAddress host, int port) {
                return new PresetSocket(line);
            }

            @Override
            public Socket createSocket(InetAddress address, int port, InetAddress localAddress, int localPort) {
                return new PresetSocket(line);
            }
        };
    }

    @Override
    public void connect(SocketAddress endpoint) {
        // it is
    }

    @Override
    public void connect(SocketAddress endpoint, int timeout) {
        // it is
    }

    @Override
    public boolean isConnected() {
        return true;
    }

    @Override
    public InputStream getInputStream() {
        return line.stream();
    }

    @Override
    public OutputStream getOutputStream() throws IOException {
        return line.out();
    }

    @Override
    public void setSoTimeout(int timeout) {
        // the line sets its own for each read
    }

    @Override
    public void close() throws IOException {
        line.close();
        super.close();
    }
}

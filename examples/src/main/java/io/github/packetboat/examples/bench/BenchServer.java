package io.github.packetboat.examples.bench;

import io.github.packetboat.codec.CodecFactory;
import io.github.packetboat.codec.Codecs;
import io.github.packetboat.datagram.DatagramEndpoint;
import io.github.packetboat.datagram.DatagramListener;
import io.github.packetboat.message.Connection;
import io.github.packetboat.message.Group;
import io.github.packetboat.message.Limits;
import io.github.packetboat.message.MessageListener;
import io.github.packetboat.message.MessageServer;
import io.github.packetboat.message.SocketOptions;
import io.github.packetboat.message.TlsOptions;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.concurrent.Executors;

/**
 * The server that the benchmarks drive: echoes each message, or in {@code s5} sends it to every connection; {@code s7} is
 * over TLS, {@code s8} over UDP. Written with the public API only.
 *
 * <p>Messages are views of the received bytes, as this server only passes them on; {@code -Dbench.copy=true} takes arrays,
 * and so does {@code -Dbench.executor=N}, which runs the listeners on N threads beside the loop.
 */
public final class BenchServer {
    private static final int BACKLOG = 4096;
    private static final int MAX_CONNECTIONS = 19_000;

    private BenchServer() {}

    public static void main(String[] args) throws Exception {
        if (args.length != 2) {
            System.err.println(
                    "usage: BenchServer PORT s1|s2|s3|s4|s5|s6|s7|s8   (threads: PEER_THREADS, 1 unless set)");
            System.exit(64);
        }
        int port = Integer.parseInt(args[0]);
        if (args[1].startsWith("s8")) {
            serveDatagrams(port);
        } else if (Boolean.getBoolean("bench.copy") || Integer.getInteger("bench.executor") != null) {
            serve(port, args[1], Codecs.lengthPrefixed());
        } else {
            serve(port, args[1], Codecs.lengthPrefixed().views());
        }
    }

    private static <M> void serve(int port, String scenario, CodecFactory<M> codec) throws Exception {
        MessageServer.Builder<M> builder = MessageServer.builder(codec)
                .listener(scenario.equals("s5") ? new Broadcast<>() : (connection, message) -> connection.send(message))
                .limits(Limits.builder().maxConnections(MAX_CONNECTIONS).build())
                .socketOptions(SocketOptions.builder().backlog(BACKLOG).build())
                .eventLoops(threads());
        if (scenario.equals("s7")) {
            builder.tls(tls());
        }
        int pool = Integer.getInteger("bench.executor", 0);
        if (pool > 0) {
            builder.executor(Executors.newFixedThreadPool(pool));
        }
        try (MessageServer<M> server = builder.bind(new InetSocketAddress("127.0.0.1", port))) {
            System.out.println("READY");
            server.awaitClosed();
        }
    }

    private static void serveDatagrams(int port) throws Exception {
        int threads = threads();
        try (DatagramEndpoint<byte[]> endpoint = DatagramEndpoint.builder(Codecs.bytes())
                .listener(new DatagramEcho())
                .shards(threads)
                .eventLoops(threads)
                .bind(new InetSocketAddress("127.0.0.1", port))) {
            System.out.println("READY");
            endpoint.awaitClosed();
        }
    }

    private static int threads() {
        String threads = System.getenv("PEER_THREADS");
        return threads == null ? 1 : Integer.parseInt(threads);
    }

    private static TlsOptions tls() {
        String password = System.getenv("PEER_KEYSTORE_PASSWORD");
        return TlsOptions.builder()
                .keyStore(
                        Path.of(System.getenv("PEER_KEYSTORE")),
                        (password == null ? "changeit" : password).toCharArray())
                .build();
    }

    /** Sends each datagram back to where it came from. */
    private static final class DatagramEcho implements DatagramListener<byte[]> {
        private DatagramEndpoint<byte[]> endpoint;

        @Override
        public void onOpen(DatagramEndpoint<byte[]> endpoint) {
            this.endpoint = endpoint;
        }

        @Override
        public void onMessage(InetSocketAddress sender, byte[] message) {
            endpoint.send(message, sender);
        }
    }

    /** Sends each message to every connection. */
    private static final class Broadcast<M> implements MessageListener<M> {
        private final Group<M> everyone = Group.named("everyone");

        @Override
        public void onOpen(Connection<M> connection) {
            everyone.add(connection);
        }

        @Override
        public void onMessage(Connection<M> connection, M message) {
            everyone.broadcast(message);
        }
    }
}

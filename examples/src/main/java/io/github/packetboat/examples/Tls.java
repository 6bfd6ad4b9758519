package io.github.packetboat.examples;

import io.github.packetboat.codec.Codecs;
import io.github.packetboat.message.CloseReason;
import io.github.packetboat.message.ConnectionClosedException;
import io.github.packetboat.message.MessageClient;
import io.github.packetboat.message.MessageServer;
import io.github.packetboat.message.TlsOptions;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import javax.net.ssl.SSLSession;

/**
 * TLS with a certificate that the example makes: a client that trusts it is served; one that reaches the server by
 * another name than the certificate has, and one that does not trust it, refuse.
 *
 * <pre>
 * mvn -q compile exec:java -Dexec.args=tls
 * </pre>
 */
public final class Tls {
    private Tls() {}

    /** Connects in three ways. */
    public static void main(String[] args) throws Exception {
        try (Keytool keytool = new Keytool()) {
            Keytool.Identity identity = keytool.identity("localhost", "dns:localhost");
            TlsOptions serverTls = TlsOptions.builder()
                    .keyStore(identity.file(), identity.password())
                    .build();
            TlsOptions trusting =
                    TlsOptions.builder().trust(identity.certificate()).build();
            TlsOptions withWhatTheJdkTrusts = TlsOptions.builder().build();

            try (MessageServer<String> server = MessageServer.builder(Codecs.lines())
                    .listener((connection, line) -> connection.send("you said: " + line))
                    .tls(serverTls)
                    .bind(new InetSocketAddress(InetAddress.getByName("localhost"), 0))) {
                int port = server.port();
                System.out.println("server: listens at port " + port + ", its certificate is for localhost");
                talk(trusting, port);
                String address = InetAddress.getByName("localhost").getHostAddress();
                refuse("to " + address, address, trusting, port);
                refuse("to localhost, trusting public authorities only", "localhost", withWhatTheJdkTrusts, port);
            }
        }
    }

    private static void talk(TlsOptions tls, int port) throws Exception {
        BlockingQueue<String> answers = new LinkedBlockingQueue<>();
        try (MessageClient<String> client = MessageClient.builder(Codecs.lines())
                .listener((connection, line) -> answers.add(line))
                .tls(tls)
                .connect("localhost", port)) {
            SSLSession session = client.connection().tlsSession();
            System.out.println("client: to localhost");
            System.out.println("        " + session.getProtocol() + ", " + session.getCipherSuite() + ", "
                    + session.getPeerPrincipal());
            client.send("nobody else can read this");
            String answer = Expect.next(answers);
            System.out.println("        " + answer);
            Expect.same("you said: nobody else can read this", answer);
        }
    }

    private static void refuse(String how, String host, TlsOptions tls, int port) throws Exception {
        System.out.println("client: " + how);
        try (var client = MessageClient.builder(Codecs.lines()).tls(tls).connect(host, port)) {
            throw new IllegalStateException("this should have been refused: " + client);
        } catch (ConnectionClosedException e) {
            System.out.println("        refuses: " + e.reason().detail());
            Expect.same(CloseReason.Kind.HANDSHAKE_FAILED, e.reason().kind());
        }
    }
}

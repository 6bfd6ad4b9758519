package io.github.packetboat.examples;

import io.github.packetboat.codec.Codecs;
import io.github.packetboat.message.CloseReason;
import io.github.packetboat.message.Connection;
import io.github.packetboat.message.ConnectionClosedException;
import io.github.packetboat.message.MessageClient;
import io.github.packetboat.message.MessageListener;
import io.github.packetboat.message.MessageServer;
import io.github.packetboat.message.TlsOptions;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * Mutual TLS: the server knows its clients by their certificates. One that it trusts is told its name; one without a
 * certificate, and one with a certificate of a stranger, are refused.
 *
 * <pre>
 * mvn -q compile exec:java -Dexec.args=mutual-tls
 * </pre>
 */
public final class MutualTls {
    private MutualTls() {}

    /** Keeps what a client gets: messages, and at last why its connection closed. */
    private static final class Answers implements MessageListener<String> {
        final BlockingQueue<Object> all = new LinkedBlockingQueue<>();

        @Override
        public void onMessage(Connection<String> connection, String line) {
            all.add(line);
        }

        @Override
        public void onClose(Connection<String> connection, CloseReason reason) {
            all.add(reason);
        }
    }

    /** Connects as three clients. */
    public static void main(String[] args) throws Exception {
        try (Keytool keytool = new Keytool()) {
            Keytool.Identity server = keytool.identity("localhost", "dns:localhost");
            Keytool.Identity ann = keytool.identity("ann", "dns:ann.example");
            Keytool.Identity stranger = keytool.identity("stranger", "dns:stranger.example");
            try (MessageServer<String> running = MessageServer.builder(Codecs.lines())
                    .listener((connection, line) ->
                            connection.send("you are " + connection.tlsSession().getPeerPrincipal()))
                    .tls(TlsOptions.builder()
                            .keyStore(server.file(), server.password())
                            .trust(ann.certificate())
                            .clientAuth(TlsOptions.ClientAuth.REQUIRED)
                            .build())
                    .bind(new InetSocketAddress(InetAddress.getByName("localhost"), 0))) {
                connect("with ann's certificate", trusting(server, ann), running.port(), "you are CN=ann");
                connect("without a certificate", trusting(server, null), running.port(), null);
                connect("with a stranger's certificate", trusting(server, stranger), running.port(), null);
            }
        }
    }

    private static TlsOptions trusting(Keytool.Identity server, Keytool.Identity own) {
        TlsOptions.Builder builder = TlsOptions.builder().trust(server.certificate());
        return (own == null ? builder : builder.keyStore(own.file(), own.password())).build();
    }

    /** With TLS 1.3 a client has finished its handshake before the server judges it, so it may hear of that in onClose. */
    private static void connect(String how, TlsOptions tls, int port, String expected) throws Exception {
        System.out.println("client " + how + ":");
        Answers answers = new Answers();
        try (MessageClient<String> client =
                MessageClient.builder(Codecs.lines()).listener(answers).tls(tls).connect("localhost", port)) {
            client.send("who am I?");
            show(Expect.next(answers.all), expected);
        } catch (ConnectionClosedException e) {
            show(e.reason(), expected);
        }
    }

    private static void show(Object answer, String expected) {
        if (answer instanceof CloseReason reason) {
            System.out.println("    " + reason.detail());
            Expect.same(CloseReason.Kind.HANDSHAKE_FAILED, reason.kind());
        } else {
            System.out.println("    " + answer);
            Expect.same(expected, answer);
        }
    }
}

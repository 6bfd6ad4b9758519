package io.github.packetboat.examples.bench;

import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import io.github.packetboat.mail.Credentials;
import io.github.packetboat.mail.MailServer;
import io.github.packetboat.message.TlsOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Comparator;
import java.util.Map;
import java.util.stream.Stream;

/**
 * An IMAP server on loopback, over TLS, with one empty mailbox: Dovecot where it is installed and we are root, otherwise
 * GreenMail within this JVM. One thread at a time.
 */
final class ListingServer implements AutoCloseable {
    static final String USER = "alice@test.local";
    static final String PASSWORD = "secret";

    private static final Path DOVECOT = Path.of("/usr/sbin/dovecot");
    private static final Duration START = Duration.ofSeconds(20);

    private interface Stop {
        void run() throws IOException;
    }

    private final String name;
    private final MailServer server;
    private final Stop stop;

    private ListingServer(String name, MailServer server, Stop stop) {
        this.name = name;
        this.server = server;
        this.stop = stop;
    }

    static ListingServer start() throws Exception {
        Map<String, String> keys = new BenchKeys().environment();
        boolean dovecot =
                Files.isExecutable(DOVECOT) && System.getProperty("user.name").equals("root");
        return dovecot ? dovecot(keys) : greenMail(keys);
    }

    private static MailServer at(int port, Map<String, String> keys) {
        return MailServer.imap("localhost")
                .port(port)
                .tls(MailServer.Tls.IMPLICIT)
                .tlsOptions(TlsOptions.builder()
                        .trust(Path.of(keys.get("PEER_CERT_PEM")))
                        .build())
                .credentials(Credentials.password(USER, PASSWORD))
                .build();
    }

    private static ListingServer greenMail(Map<String, String> keys) {
        System.setProperty("greenmail.tls.keystore.file", keys.get("PEER_KEYSTORE"));
        System.setProperty("greenmail.tls.keystore.password", keys.get("PEER_KEYSTORE_PASSWORD"));
        System.setProperty("greenmail.tls.key.password", keys.get("PEER_KEYSTORE_PASSWORD"));
        GreenMail server = new GreenMail(new ServerSetup(0, "localhost", "imaps"));
        server.start();
        server.setUser(USER, USER, PASSWORD);
        return new ListingServer("GreenMail", at(server.getImaps().getPort(), keys), server::stop);
    }

    private static ListingServer dovecot(Map<String, String> keys) throws IOException, InterruptedException {
        Path folder = Files.createTempDirectory("packetboat-dovecot");
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx")); // it runs as several users
        int port = freePort();
        Path configuration = Files.writeString(folder.resolve("dovecot.conf"), configuration(folder, port, keys));
        Children children = new Children();
        Children.Child child =
                children.start(new ProcessBuilder(DOVECOT.toString(), "-F", "-c", configuration.toString()));
        try {
            awaitPort(port);
        } catch (IOException e) {
            child.close();
            children.close();
            throw e;
        }
        return new ListingServer("Dovecot", at(port, keys), () -> {
            child.close();
            children.close();
            delete(folder);
        });
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static String configuration(Path folder, int port, Map<String, String> keys) {
        return """
                base_dir=%1$s/run
                state_dir=%1$s/state
                log_path=%1$s/log
                protocols=imap
                listen=127.0.0.1
                ssl=required
                ssl_cert=<%3$s
                ssl_key=<%4$s
                mail_location=maildir:%1$s/box
                mail_fsync=never
                first_valid_uid=1
                first_valid_gid=1
                passdb {
                  driver=static
                  args=password=%5$s
                }
                userdb {
                  driver=static
                  args=uid=nobody gid=nogroup home=%1$s/box
                }
                service imap-login {
                  inet_listener imap {
                    port=0
                  }
                  inet_listener imaps {
                    port=%2$d
                  }
                }
                """.formatted(folder, port, keys.get("PEER_CERT_PEM"), keys.get("PEER_KEY_PEM"), PASSWORD);
    }

    private static void awaitPort(int port) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + START.toNanos();
        while (!accepts(port)) {
            if (System.nanoTime() - deadline > 0) {
                throw new LoadFailedException("Dovecot does not listen on port " + port + " within " + START);
            }
            Thread.sleep(50);
        }
    }

    private static boolean accepts(int port) {
        try (Socket socket = new Socket("127.0.0.1", port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        }
    }

    String name() {
        return name;
    }

    MailServer server() {
        return server;
    }

    @Override
    public void close() throws IOException {
        stop.run();
    }
}

package io.github.packetboat.examples.bench;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/**
 * What a server under test is told, and what it owes: listen on 127.0.0.1 at {@code port}, print {@code READY}, and
 * send each message back through its own encoder: to its sender, or in {@code s5} to every open connection. In
 * {@code s7} the connection is TLS 1.3 with the PKCS12 key store named by the environment variable
 * {@code PEER_KEYSTORE}, its password in {@code PEER_KEYSTORE_PASSWORD}. Immutable.
 *
 * @param port where to listen
 * @param scenario the name of the scenario, {@code s1} to {@code s7}
 */
record ServerContract(int port, String scenario) {
    static final int BACKLOG = 4096;
    static final int HEADER_BYTES = 4;
    static final int MAX_FRAME_BYTES = 128 * 1024;

    /** Reads {@code PORT SCENARIO}, or says how to call {@code main} and ends the process with status 64. */
    static ServerContract parseOrExit(Class<?> main, String[] args) {
        try {
            if (args.length == 2) {
                return new ServerContract(
                        CommandLine.wholeNumber("PORT", args[0]),
                        Scenario.named(args[1]).word());
            }
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
        }
        System.err.println("usage: java " + main.getName() + " PORT SCENARIO\n"
                + "  PORT      where to listen on 127.0.0.1\n"
                + "  SCENARIO  s1 to s4 and s6: echo, s5: broadcast, s7: echo over TLS 1.3 (needs PEER_KEYSTORE)");
        System.exit(64);
        throw new AssertionError("exited");
    }

    InetSocketAddress address() {
        return new InetSocketAddress("127.0.0.1", port);
    }

    boolean broadcasts() {
        return scenario.equals(Scenario.S5.word());
    }

    boolean encrypts() {
        return scenario.equals(Scenario.S7.word());
    }

    /** Says to whoever started the server that it listens. */
    static void ready() {
        System.out.println("READY");
        System.out.flush();
    }

    static KeyManagerFactory keys() throws IOException, GeneralSecurityException {
        String file = System.getenv("PEER_KEYSTORE");
        if (file == null) {
            throw new IOException("s7 needs the environment variable PEER_KEYSTORE, a PKCS12 file");
        }
        String password = System.getenv().getOrDefault("PEER_KEYSTORE_PASSWORD", "changeit");
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(Path.of(file))) {
            store.load(in, password.toCharArray());
        }
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, password.toCharArray());
        return keys;
    }

    static SSLContext tls() throws IOException, GeneralSecurityException {
        SSLContext tls = SSLContext.getInstance("TLSv1.3");
        tls.init(keys().getKeyManagers(), null, null);
        return tls;
    }
}

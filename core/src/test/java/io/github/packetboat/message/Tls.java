package io.github.packetboat.message;

import io.github.packetboat.testkit.Certificates;
import io.github.packetboat.testkit.Identity;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/** TLS options for tests: a server on the loopback address, and a client that trusts its authority. */
final class Tls {
    /** Where servers of these tests listen, which is what their certificate is for. */
    static final String HOST = "127.0.0.1";

    private Tls() {}

    static TlsOptions.Builder server() {
        return server(Certificates.server("localhost", HOST, "::1"));
    }

    static TlsOptions.Builder server(Identity identity) {
        return TlsOptions.builder().certificate(identity.certificateFile(), identity.keyFile());
    }

    static TlsOptions.Builder client() {
        return TlsOptions.builder().trust(Certificates.root().certificate());
    }

    static InetSocketAddress anyPort() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }
}

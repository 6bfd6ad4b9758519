package io.github.packetboat.internal.smtp;

import io.github.packetboat.message.Connection;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.Executor;

/**
 * Opens a connection: from the server's first word to the moment when it takes mails. Nothing is pipelined here, and what
 * was learned in clear is forgotten when TLS begins (RFC 3207 §4.2). Loop thread only.
 *
 * <pre>
 *   greeting ──▶ EHLO ──▶ STARTTLS ──▶ TLS ──▶ EHLO ──▶ AUTH ──▶ ready
 *                  └───── TLS from the start, or none ────┘
 * </pre>
 */
final class Greeting {
    private final Session session;
    private final Dialogue dialogue;
    private final Connection<Wire> connection;
    private final SmtpOptions.Server server;
    private final Executor workers;
    private final String localName;
    private final Duration patience;
    private boolean encrypted;

    Greeting(Session session, Dialogue dialogue, Connection<Wire> connection, SmtpOptions options, Executor workers) {
        this.session = session;
        this.dialogue = dialogue;
        this.connection = connection;
        this.server = options.server();
        this.workers = workers;
        this.patience = options.timeouts().reply();
        this.localName = server.localName() != null ? server.localName() : literal(connection);
        this.encrypted = server.security() == SmtpOptions.Security.IMPLICIT;
    }

    /** The address of this side (RFC 5321 §4.1.3): it says nothing that the server does not know. */
    private static String literal(Connection<Wire> connection) {
        if (!(connection.localAddress() instanceof InetSocketAddress local)) {
            return "localhost";
        }
        String address = local.getAddress().getHostAddress();
        int zone = address.indexOf('%');
        String bare = zone < 0 ? address : address.substring(0, zone);
        return local.getAddress() instanceof Inet6Address ? "[IPv6:" + bare + "]" : "[" + bare + "]";
    }

    void begin() {
        dialogue.expect("its connection", patience, this::greeted);
    }

    private void greeted(Reply reply) {
        if (reply.code() != 220) {
            refused("the greeting of", reply);
            return;
        }
        sayHello();
    }

    private void sayHello() {
        dialogue.say("EHLO " + localName, this::helloAnswered);
    }

    private void helloAnswered(Reply reply) {
        if (reply.isPositive()) {
            secure(Capabilities.of(reply));
        } else if (reply.isPermanent()) {
            dialogue.say("HELO " + localName, this::oldHelloAnswered); // RFC 5321 §3.2: a server of before 1995
        } else {
            refused("EHLO at", reply);
        }
    }

    private void oldHelloAnswered(Reply reply) {
        if (reply.isPositive()) {
            secure(Capabilities.NONE);
        } else {
            refused("EHLO and HELO at", reply);
        }
    }

    private void secure(Capabilities offered) {
        boolean wanted = !encrypted && server.security() != SmtpOptions.Security.NONE;
        if (wanted && offered.startTls()) {
            dialogue.say("STARTTLS", reply -> startTlsAnswered(offered, reply));
        } else if (wanted && server.security() == SmtpOptions.Security.REQUIRED) {
            session.fail(new SmtpException(
                    SmtpException.Kind.TLS,
                    server + " does not offer STARTTLS, which is required; somebody on the way may have taken it out",
                    null));
        } else {
            logIn(offered);
        }
    }

    private void startTlsAnswered(Capabilities offered, Reply reply) {
        if (reply.code() == 220) {
            connection.startTls(server.tls()).whenComplete((tls, failure) -> {
                if (failure == null) {
                    encrypted = true;
                    dialogue.note(true, "(TLS: " + tls.getProtocol() + ")");
                    sayHello();
                }
                // otherwise the connection closes, and says why
            });
        } else if (server.security() == SmtpOptions.Security.IF_OFFERED && !session.isClosing(reply)) {
            logIn(offered);
        } else {
            session.fail(SmtpException.of(SmtpException.Kind.TLS, server + " refuses STARTTLS", reply));
        }
    }

    private void logIn(Capabilities offered) {
        if (server.login() == null) {
            session.opened(offered, encrypted);
        } else if (!encrypted) {
            session.fail(new SmtpException(
                    SmtpException.Kind.TLS, "no login at " + server + ": the connection is not encrypted", null));
        } else {
            new Authentication(session, dialogue, server, offered, workers, () -> session.opened(offered, true))
                    .begin();
        }
    }

    private void refused(String what, Reply reply) {
        SmtpException.Kind kind = reply.isTransient() ? SmtpException.Kind.UNAVAILABLE : SmtpException.Kind.REFUSED;
        session.fail(SmtpException.of(kind, what + " " + server, reply));
    }
}

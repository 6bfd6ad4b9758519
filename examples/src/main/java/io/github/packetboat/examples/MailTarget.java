package io.github.packetboat.examples;

import io.github.packetboat.mail.MailServer;
import java.io.IOException;

/**
 * Where the examples send their mails: to the account that the environment names, to a sink at a port that the arguments
 * name, or to a sink of their own.
 *
 * <pre>
 * export MAIL_URI=smtps://me%40126.com:CODE@smtp.126.com MAIL_FROM=me@126.com MAIL_TO=you@example.com
 * </pre>
 */
final class MailTarget implements AutoCloseable {
    private final MailServer server;
    private final MailSink sink;

    private MailTarget(MailServer server, MailSink sink) {
        this.server = server;
        this.sink = sink;
    }

    /** @param shows whether a sink of its own prints what it takes */
    static MailTarget of(String[] args, boolean shows) throws IOException {
        String uri = System.getenv("MAIL_URI");
        if (uri != null) {
            return new MailTarget(MailServer.of(uri), null);
        }
        if (args.length == 2) {
            return new MailTarget(plain(args[0], Integer.parseInt(args[1])), null);
        }
        MailSink sink = new MailSink(0, mail -> {
            if (shows) {
                System.out.println("   sink   takes  " + MailSink.describe(mail));
            }
        });
        return new MailTarget(plain("127.0.0.1", sink.port()), sink);
    }

    private static MailServer plain(String host, int port) {
        return MailServer.smtp(host).port(port).tls(MailServer.Tls.NONE).build();
    }

    MailServer server() {
        return server;
    }

    static String from() {
        return System.getenv().getOrDefault("MAIL_FROM", "me@example.com");
    }

    static String to() {
        return System.getenv().getOrDefault("MAIL_TO", "you@example.com");
    }

    @Override
    public void close() {
        if (sink != null) {
            sink.close();
        }
    }
}

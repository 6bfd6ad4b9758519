package io.github.packetboat.internal.smtp;

import io.github.packetboat.message.TlsOptions;
import io.github.packetboat.testkit.Await;
import io.github.packetboat.testkit.Certificates;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A pool for tests: one connection to a loopback port unless told otherwise, and mails of a line or two. */
final class Post implements AutoCloseable {
    private final ExecutorService workers = Executors.newCachedThreadPool();
    final List<String> lines = Collections.synchronizedList(new ArrayList<>());
    final List<String> events = Collections.synchronizedList(new ArrayList<>());
    private final SmtpPool pool;

    /** Collects what a test wants other than usual. */
    static final class Setup {
        private final int port;
        private SmtpOptions.Security security = SmtpOptions.Security.NONE;
        private Login login;
        private Proxy proxy;
        private Login proxyLogin;
        private boolean pipelining = true;
        private int connections = 1;
        private int mails = 100;
        private Duration reply = Await.LIMIT;
        private Duration end = Await.LIMIT;
        private Duration idle = Await.LIMIT;
        private Duration age = Duration.ofMinutes(5);

        private Setup(int port) {
            this.port = port;
        }

        Setup security(SmtpOptions.Security wanted) {
            security = wanted;
            return this;
        }

        Setup login(Login wanted) {
            login = wanted;
            return this;
        }

        /** The server is then {@code mail.test.host}, which only the proxy knows. */
        Setup through(boolean socks, int proxyPort, Login forProxy) {
            proxy = new Proxy(
                    socks ? Proxy.Type.SOCKS : Proxy.Type.HTTP,
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), proxyPort));
            proxyLogin = forProxy;
            return this;
        }

        Setup lockstep() {
            pipelining = false;
            return this;
        }

        Setup connections(int most) {
            connections = most;
            return this;
        }

        Setup mailsPerConnection(int most) {
            mails = most;
            return this;
        }

        Setup replyTimeout(Duration timeout) {
            reply = timeout;
            return this;
        }

        Setup endTimeout(Duration timeout) {
            end = timeout;
            return this;
        }

        Setup idle(Duration timeout) {
            idle = timeout;
            return this;
        }

        Setup age(Duration most) {
            age = most;
            return this;
        }

        Post open() {
            TlsOptions tls = TlsOptions.builder()
                    .trust(Certificates.root().certificate())
                    .build();
            return new Post(new SmtpOptions(
                    new SmtpOptions.Server(
                            proxy == null ? "127.0.0.1" : "mail.test.host",
                            port,
                            security,
                            tls,
                            login,
                            "client.example",
                            proxy,
                            proxyLogin),
                    new SmtpOptions.Timeouts(Await.LIMIT, reply, end),
                    new SmtpOptions.Bounds(connections, idle, age, mails),
                    pipelining));
        }
    }

    private Post(SmtpOptions options) {
        pool = new SmtpPool(options, workers, new SmtpEvents() {
            @Override
            public void opened(String server, long connection, boolean encrypted, Capabilities capabilities) {
                events.add("opened" + (encrypted ? " with TLS" : ""));
            }

            @Override
            public void closed(String server, long connection, SmtpException failure) {
                events.add("closed" + (failure == null ? "" : ": " + failure.kind()));
            }

            @Override
            public boolean wantsLines() {
                return true;
            }

            @Override
            public void line(long connection, boolean fromServer, String text) {
                lines.add((fromServer ? "S: " : "C: ") + text);
            }
        });
    }

    static Setup to(int port) {
        return new Setup(port);
    }

    static Post open(int port) {
        return to(port).open();
    }

    SmtpPool pool() {
        return pool;
    }

    /** A mail from a@x to the recipients. */
    static Parcel mail(String body, String... recipients) {
        return new Parcel(
                new Envelope("a@x", List.of(recipients), null),
                Body.of(body.getBytes(StandardCharsets.UTF_8)),
                false,
                false,
                true);
    }

    CompletableFuture<Outcome> submit(Parcel parcel) {
        CompletableFuture<Outcome> outcome = new CompletableFuture<>();
        pool.submit(new Job() {
            @Override
            public Parcel parcel(Capabilities capabilities) {
                return parcel;
            }

            @Override
            public Parcel prepare(Capabilities capabilities) {
                throw new AssertionError("it was there");
            }

            @Override
            public void done(Outcome result) {
                if (!outcome.complete(result)) {
                    throw new AssertionError("told twice");
                }
            }
        });
        return outcome;
    }

    Outcome send(Parcel parcel) {
        return get(submit(parcel));
    }

    Outcome send(String body, String... recipients) {
        return send(mail(body, recipients));
    }

    static Outcome get(CompletableFuture<Outcome> outcome) {
        try {
            return outcome.get(Await.LIMIT.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException | ExecutionException | TimeoutException e) {
            throw new AssertionError("no outcome", e);
        }
    }

    /** The codes that decided on the recipients; 0 where none did. */
    static List<Integer> codes(Outcome outcome) {
        return outcome.recipients().stream()
                .map(reply -> reply == null ? 0 : reply.code())
                .toList();
    }

    @Override
    public void close() {
        try {
            CompletableFuture<Void> closed = pool.close();
            try {
                closed.get(200, TimeUnit.MILLISECONDS);
            } catch (TimeoutException e) {
                pool.abort();
                closed.get(Await.LIMIT.toSeconds(), TimeUnit.SECONDS);
            }
            workers.shutdownNow();
            if (!workers.awaitTermination(Await.LIMIT.toSeconds(), TimeUnit.SECONDS)) {
                throw new AssertionError("a worker does not end");
            }
        } catch (InterruptedException | ExecutionException | TimeoutException e) {
            throw new AssertionError("the pool does not close", e);
        }
    }
}

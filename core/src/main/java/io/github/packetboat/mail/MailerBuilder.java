package io.github.packetboat.mail;

import io.github.packetboat.Backoff;
import io.github.packetboat.internal.Check;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Collects the options of a {@link Mailer}. Each setter throws an {@link IllegalArgumentException} that names it and the value
 * if that is null, zero, negative or too large. Not thread-safe.
 *
 * <pre>{@code
 * Mailer mailer = Mailer.builder(server, standby)
 *         .maxConnections(10)
 *         .maxPerSecond(50)
 *         .retry(Backoff.exponential(Duration.ofSeconds(1), Duration.ofMinutes(1)), 5)
 *         .build();
 * }</pre>
 */
public final class MailerBuilder {
    final List<MailServer> servers;
    final @Nullable DeliveryMethod method;
    int maxConnections = 4;
    int maxMailsPerConnection = 100;
    Duration idleTimeout = Duration.ofSeconds(30);
    Duration maxConnectionAge = Duration.ofMinutes(5);
    Duration connectTimeout = Duration.ofSeconds(15);
    Duration replyTimeout = Duration.ofSeconds(60);
    Duration endOfMailTimeout = Duration.ofMinutes(10);
    Duration deadline = Duration.ofMinutes(15);
    Backoff backoff = Backoff.exponential(Duration.ofSeconds(1), Duration.ofSeconds(30));
    int maxAttempts = 3;
    double perSecond;
    double perDomain;
    int maxWaiting = 10_000;
    boolean pipelining = true;
    boolean partial = true;
    boolean duplicates;
    List<Dkim> dkim = List.of();
    MailerListener listener = new MailerListener() {};

    @Nullable
    Consumer<String> transcript;

    MailerBuilder(MailServer server, MailServer... others) {
        List<MailServer> all = new ArrayList<>();
        all.add(Check.notNull("server", server));
        for (MailServer other : Check.notNull("others", others)) {
            all.add(Check.notNull("others", other));
        }
        for (MailServer each : all) {
            if (each.protocol() != MailServer.Protocol.SMTP) {
                throw new IllegalArgumentException("a server for sending speaks SMTP: " + each);
            }
        }
        servers = List.copyOf(all);
        method = null;
    }

    MailerBuilder(DeliveryMethod method) {
        servers = List.of();
        this.method = method;
    }

    /** How many connections to one server there are at most, made as mails wait for one; 1 to 10,000, 4 unless set. */
    public MailerBuilder maxConnections(int connections) {
        maxConnections = Check.inRange("maxConnections", connections, 1, 10_000);
        return this;
    }

    /** How many mails go over one connection before it is replaced; 100 unless set. */
    public MailerBuilder maxMailsPerConnection(int mails) {
        maxMailsPerConnection = Check.inRange("maxMailsPerConnection", mails, 1, Integer.MAX_VALUE);
        return this;
    }

    /** How long a connection without a mail is kept; 30 s unless set. */
    public MailerBuilder idleTimeout(Duration timeout) {
        idleTimeout = Check.positive("idleTimeout", timeout);
        return this;
    }

    /** How old a connection gets before it is replaced; 5 min unless set. */
    public MailerBuilder maxConnectionAge(Duration age) {
        maxConnectionAge = Check.positive("maxConnectionAge", age);
        return this;
    }

    /** How long connecting may take, and a TLS handshake again; 15 s unless set. */
    public MailerBuilder connectTimeout(Duration timeout) {
        connectTimeout = Check.positive("connectTimeout", timeout);
        return this;
    }

    /** How long the server may take for an answer; 60 s unless set. */
    public MailerBuilder replyTimeout(Duration timeout) {
        replyTimeout = Check.positive("replyTimeout", timeout);
        return this;
    }

    /**
     * How long the server may take to answer to a whole mail; 10 min unless set, as RFC 5321 §4.5.3.2.6 wants it: to give up
     * too early is to leave the outcome unknown.
     */
    public MailerBuilder endOfMailTimeout(Duration timeout) {
        endOfMailTimeout = Check.positive("endOfMailTimeout", timeout);
        return this;
    }

    /**
     * How long a mail may wait for a connection and its repetitions; 15 min unless set. Waiting for its turn does not count
     * where there is a rate. What is being handed over then is not cut off, and takes no longer than the timeouts say.
     */
    public MailerBuilder deadline(Duration deadline) {
        this.deadline = Check.positive("deadline", deadline);
        return this;
    }

    /**
     * How often a mail is tried for recipients that were not accepted for now (4yz), or that nobody could be asked for, and
     * how long to wait before each further attempt. 3 attempts and waits of up to 1 s, 2 s unless set. Those that were
     * refused for good (5yz) are never tried again.
     *
     * @param maxAttempts the first one included
     */
    public MailerBuilder retry(Backoff backoff, int maxAttempts) {
        this.backoff = Check.notNull("retry backoff", backoff);
        this.maxAttempts = Check.inRange("retry maxAttempts", maxAttempts, 1, 1000);
        return this;
    }

    /**
     * Also tries again where the outcome is unknown, since the connection broke after the whole mail was on its way: then it
     * may arrive twice, with the same Message-ID. Off unless set.
     */
    public MailerBuilder allowDuplicates() {
        duplicates = true;
        return this;
    }

    /** If the server refuses one recipient, nobody gets the mail. Off unless set. Costs one more round trip a mail. */
    public MailerBuilder allOrNone() {
        partial = false;
        return this;
    }

    /** How many mails a second go at most, of all connections together; no limit unless set. */
    public MailerBuilder maxPerSecond(double mails) {
        perSecond = rate("maxPerSecond", mails);
        return this;
    }

    /** How many mails a second go to recipients of one domain at most; no limit unless set. */
    public MailerBuilder maxPerSecondPerDomain(double mails) {
        perDomain = rate("maxPerSecondPerDomain", mails);
        return this;
    }

    private static double rate(String option, double perSecond) {
        if (!(perSecond >= 1e-6 && perSecond <= 1e9)) {
            throw new IllegalArgumentException(option + "=" + perSecond + " is not within 0.000001 and 1000000000");
        }
        return perSecond;
    }

    /** How many mails may be on their way or wait for it; one more fails at once. 10,000 unless set. */
    public MailerBuilder maxWaiting(int mails) {
        maxWaiting = Check.inRange("maxWaiting", mails, 1, Integer.MAX_VALUE);
        return this;
    }

    /**
     * Whether commands are sent before the replies to those before them have come, where the server offers it (RFC 2920):
     * true unless set. A server that cannot do what it offers is found out by itself.
     */
    public MailerBuilder pipelining(boolean pipelining) {
        this.pipelining = pipelining;
        return this;
    }

    /**
     * Signs every mail that does not bring a signature of its own; a {@code MimeMessage} too, as it is, so one with 8-bit text
     * had better go to servers that leave it so.
     */
    public MailerBuilder dkim(Dkim... signatures) {
        for (Dkim each : Check.notNull("dkim", signatures)) {
            Check.notNull("dkim", each);
        }
        dkim = List.of(signatures);
        return this;
    }

    /** Who is told of what happens; nobody unless set. */
    public MailerBuilder listener(MailerListener listener) {
        this.listener = Check.notNull("listener", listener);
        return this;
    }

    /**
     * Where the dialogue with the servers goes, line by line, for debugging: passwords and tokens as {@code ***}, mails as
     * their number of bytes; addresses are in it. Called from event loops, so it must be quick. Nowhere unless set.
     */
    public MailerBuilder transcript(Consumer<String> lines) {
        transcript = Check.notNull("transcript", lines);
        return this;
    }

    /** The mailer, which connects to nobody before there is a mail. Later changes of the builder do not touch it. */
    public Mailer build() {
        DeliveryMethod other = method;
        return new Mailer(other != null ? new OtherDelivery(other, this) : new Network(this));
    }
}

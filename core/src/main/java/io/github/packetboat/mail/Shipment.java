package io.github.packetboat.mail;

import io.github.packetboat.internal.mime.Form;
import io.github.packetboat.internal.mime.Rendering;
import io.github.packetboat.internal.smtp.Body;
import io.github.packetboat.internal.smtp.Capabilities;
import io.github.packetboat.internal.smtp.SmtpException;
import io.github.packetboat.mail.RecipientResult.Status;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * One mail from the call to its result: its legs, each for some of its recipients, and what became of each. Thread-safe;
 * its lock guards the legs and the results alone.
 */
final class Shipment {
    /** So many recipients every server must take at once (RFC 5321 §4.5.3.1.8). */
    private static final int MAX_RECIPIENTS_PER_LEG = 100;

    private record Made(Form form, Rendering rendering) {}

    private final Network network;
    private final Outgoing outgoing;
    private final boolean async;
    private final List<Address> recipients;
    private final @Nullable RecipientResult[] results;
    private final List<Leg> legs = new ArrayList<>();
    private final long startNanos = System.nanoTime();
    private final CompletableFuture<SendResult> result = new CompletableFuture<>();
    private volatile @Nullable Made made;
    private boolean ended;
    private int open;
    private int attempts;
    private String server = "";
    private String reply = "";
    private @Nullable Throwable cause;

    Shipment(Network network, Outgoing outgoing, boolean async) {
        this.network = network;
        this.outgoing = outgoing;
        this.async = async;
        this.recipients = outgoing.recipients();
        this.results = new RecipientResult[recipients.size()];
    }

    CompletableFuture<SendResult> result() {
        return result;
    }

    /** Makes the bytes, as well as that can be done while it is not known yet what the server takes, and sends the legs off. */
    void start() throws IOException {
        Capabilities known = network.pool(network.servers().get(0)).capabilities();
        rendering(known == null ? outgoing.formForUnknown(network.dkim()) : form(known));
        List<Leg> fresh = new ArrayList<>();
        int perLeg = outgoing.hasSenderPerRecipient() ? 1 : MAX_RECIPIENTS_PER_LEG;
        for (int from = 0; from < recipients.size(); from += perLeg) {
            int[] some = new int[Math.min(perLeg, recipients.size() - from)];
            Arrays.setAll(some, i -> i);
            for (int i = 0; i < some.length; i++) {
                some[i] += from;
            }
            fresh.add(new Leg(this, network, some));
        }
        synchronized (this) {
            if (ended) {
                return; // the mailer was closed while the bytes were made
            }
            legs.addAll(fresh);
            open = fresh.size();
        }
        fresh.forEach(Leg::start);
    }

    /** Ends before it began. */
    void refuse(String why) {
        for (int i = 0; i < results.length; i++) {
            results[i] = new RecipientResult(recipients.get(i), Status.DEFERRED, 0, null, "not sent: " + why);
        }
        complete(made());
    }

    // ------------------------------------------------------------------ the bytes

    private Form form(Capabilities server) {
        if (outgoing.needsSmtpUtf8()) {
            return Form.UTF8;
        }
        return outgoing.wantsEightBit(network.dkim()) && server.eightBitMime() ? Form.EIGHT_BIT : Form.SEVEN_BIT;
    }

    /** The bytes, if they are made already in the form for such a server, or in the one that every server takes. */
    @Nullable
    Rendering madeFor(Capabilities server) {
        Rendering there = made(form(server));
        return there != null && fits(there, server) ? there : null;
    }

    private @Nullable Rendering made(Form form) {
        Made last = made;
        return last != null && (last.form == form || last.form == Form.SEVEN_BIT) ? last.rendering : null;
    }

    private static boolean fits(Rendering rendering, Capabilities server) {
        return !rendering.isEightBit() || server.eightBitMime();
    }

    /**
     * The bytes in the form for such a server, made if need be.
     *
     * @throws SmtpException if it cannot have them in any form
     * @throws IOException if an attachment cannot be read
     */
    Rendering rendering(Capabilities server, String name) throws IOException {
        Rendering rendering = rendering(form(server));
        String why = rendering.whyEightBit();
        if (why != null && !fits(rendering, server)) {
            throw new SmtpException(
                    SmtpException.Kind.UNSUPPORTED,
                    "the mail has 8-bit text, " + name + " does not offer 8BITMIME, and nothing may encode it: " + why,
                    null);
        }
        return rendering;
    }

    private Rendering rendering(Form form) throws IOException {
        Rendering there = made(form);
        if (there != null) {
            return there;
        }
        Rendering fresh = outgoing.render(form, network.dkim());
        made = new Made(form, fresh);
        return fresh;
    }

    static Body body(Rendering rendering) {
        byte[] bytes = rendering.bytes();
        if (bytes != null) {
            return Body.of(bytes);
        }
        return new Body() {
            @Override
            public long length() {
                return rendering.size();
            }

            @Override
            public InputStream open() throws IOException {
                return rendering.open();
            }
        };
    }

    Outgoing outgoing() {
        return outgoing;
    }

    Address recipient(int index) {
        return recipients.get(index);
    }

    // ------------------------------------------------------------------ the deadline and the end of the mailer

    /** The mailer closes: what waits to be tried again does not wait any more. */
    void stopRetrying() {
        legs().forEach(Leg::stopRetrying);
    }

    /** Every leg ends now, with what is known. */
    void giveUp(String why) {
        List<Leg> begun;
        synchronized (this) {
            if (ended) {
                return;
            }
            begun = legs();
            ended = begun.isEmpty();
        }
        if (begun.isEmpty()) {
            refuse(why);
        } else {
            begun.forEach(leg -> leg.giveUp(why));
        }
    }

    private synchronized List<Leg> legs() {
        return List.copyOf(legs);
    }

    // ------------------------------------------------------------------ the results

    synchronized void attempted(String by, @Nullable String finalReply, @Nullable Throwable failure) {
        attempts++;
        server = by;
        if (finalReply != null) {
            reply = finalReply;
        }
        if (failure != null) {
            cause = failure;
        }
    }

    /** What is known of a recipient by now. Who may have got the mail stays so until it is accepted. */
    synchronized void decide(int index, Status status, int code, @Nullable String enhancedStatus, String text) {
        RecipientResult known = results[index];
        if (known != null && known.status() == Status.UNKNOWN && status != Status.ACCEPTED) {
            return;
        }
        results[index] = new RecipientResult(recipients.get(index), status, code, enhancedStatus, text);
    }

    void legDone() {
        SendResult all;
        synchronized (this) {
            if (--open > 0) {
                return;
            }
            all = made();
        }
        complete(all);
    }

    private SendResult made() {
        return new SendResult(
                outgoing.messageId(),
                Arrays.asList(results),
                server,
                reply,
                attempts,
                Duration.ofNanos(System.nanoTime() - startNanos));
    }

    private void complete(SendResult all) {
        Runnable end = all.isAcceptedByAny()
                ? () -> result.complete(all)
                : () -> result.completeExceptionally(new MailException(all, cause));
        try {
            network.done(this, all);
        } finally {
            if (async) {
                network.complete(end);
            } else {
                end.run();
            }
        }
    }
}

package io.github.packetboat.mailbox;

import java.io.IOException;
import java.time.Duration;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import org.eclipse.angus.mail.iap.ProtocolException;
import org.eclipse.angus.mail.iap.Response;
import org.eclipse.angus.mail.iap.ResponseHandler;

/** Waiting for what the server says by itself: IDLE (RFC 2177). One thread only, but for {@link #end}. */
final class ImapIdle {
    private static final long MAX_LINE = 1024 * 1024;

    private final MailboxSettings settings;
    private final Line line;
    private final ImapWire wire;
    private final Consumer<Response> untagged;
    private final BiFunction<String, Throwable, MailboxException> broken;
    private boolean granted; // guarded by this: IDLE is under way, and nobody has said DONE yet
    private boolean ended; // guarded by this

    ImapIdle(
            MailboxSettings settings,
            Line line,
            ImapWire wire,
            Consumer<Response> untagged,
            BiFunction<String, Throwable, MailboxException> broken) {
        this.settings = settings;
        this.line = line;
        this.wire = wire;
        this.untagged = untagged;
        this.broken = broken;
    }

    /**
     * Returns as soon as the server has said something, or after {@code most}; IDLE is over then.
     *
     * @throws MailboxException if the connection breaks, or the server does not answer DONE
     */
    void await(Duration most) {
        wire.forgetFailure();
        ResponseHandler handler = this::handle;
        wire.addResponseHandler(handler); // hears also what comes before IDLE is granted
        try {
            expect(Duration.ZERO);
            wire.idleStart();
            expect(most);
            granted();
            boolean over = !wire.hasResponse() && !line.in().await(most) ? false : readAll();
            if (!over) {
                expect(Duration.ZERO);
                done();
                while (readOne()) {
                    // until the answer to DONE
                }
            }
        } catch (ProtocolException | IOException | RuntimeException | StackOverflowError e) {
            if (e instanceof MailboxException known) {
                throw known;
            }
            throw broken.apply("wait for mail (IDLE)", wire.failure() == null ? e : wire.failure());
        } finally {
            over();
            wire.removeResponseHandler(handler);
        }
    }

    /** Says that no more waiting is wanted: {@link #await} returns as soon as the server agrees. From any thread. */
    synchronized void end() {
        ended = true;
        done();
    }

    private synchronized void granted() {
        granted = true;
        if (ended) {
            done();
        }
    }

    private synchronized void done() {
        if (granted) {
            granted = false;
            wire.idleAbort();
        }
    }

    private synchronized void over() {
        granted = false;
    }

    private void handle(Response response) {
        if (response.isUnTagged()) {
            untagged.accept(response);
        }
    }

    private void expect(Duration more) {
        line.in()
                .expect(
                        ImapSession.SMALL_ANSWER,
                        MAX_LINE,
                        settings.commandTimeout().plus(more));
    }

    /** Reads what is there; true if the server has ended IDLE by itself. */
    private boolean readAll() throws ProtocolException {
        do {
            if (!readOne()) {
                return true;
            }
        } while (wire.hasResponse());
        return false;
    }

    private boolean readOne() throws ProtocolException {
        Response response = wire.readIdleResponse();
        if (response == null) {
            return false;
        }
        return wire.processIdleResponse(response);
    }
}

package io.github.packetboat.internal.smtp;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One mail on one connection. Loop thread only.
 *
 * <pre>
 *   ENVELOPE: MAIL, RCPT…, DATA ──354──▶ BODY: bytes, dot ──▶ END: the reply to all ──▶ DONE
 *       └── nobody accepted, or DATA refused ───────────────────────────────────────▶ DONE
 * </pre>
 *
 * With pipelining all of the envelope's commands are under way at once; but DATA only after the replies to RCPT if the mail
 * must not go to a part of its recipients, since it cannot be taken back (RFC 2920 §3.1).
 */
final class Transaction {
    /** So many recipients are asked for at most before the first of them is answered. */
    private static final int RECIPIENTS_AHEAD = 100;

    enum State {
        ENVELOPE,
        BODY,
        END,
        DONE
    }

    private final Session session;
    private final Dialogue dialogue;
    private final Job job;
    private final Parcel parcel;
    private final boolean pipelining;
    private final List<String> recipients;
    private final @Nullable Reply[] answers;
    private State state = State.ENVELOPE;
    private @Nullable Reply mailRefusal;
    private int asked;
    private int answered;
    private int accepted;
    private boolean dataSaid;
    private @Nullable BodyWriter writer;

    Transaction(Session session, Dialogue dialogue, Job job, Parcel parcel, boolean pipelining) {
        this.session = session;
        this.dialogue = dialogue;
        this.job = job;
        this.parcel = parcel;
        this.pipelining = pipelining;
        this.recipients = parcel.envelope().recipients();
        this.answers = new Reply[recipients.size()];
    }

    Job job() {
        return job;
    }

    State state() {
        return state;
    }

    /** Whether several commands were under way at once when the connection ended or the server complained. */
    boolean isPipelining() {
        return pipelining && state == State.ENVELOPE;
    }

    // ------------------------------------------------------------------ the envelope

    void begin(Capabilities capabilities) {
        Envelope envelope = parcel.envelope();
        dialogue.say(Commands.mail(parcel, capabilities), this::mailAnswered);
        if (pipelining) {
            askOn(capabilities, envelope);
        }
    }

    private void mailAnswered(Reply reply) {
        if (!reply.isPositive()) {
            if (session.isClosing(reply) || session.blamesPipelining(this, reply)) {
                return;
            }
            mailRefusal = reply;
        }
        if (!pipelining) {
            if (mailRefusal != null) {
                finish(null);
            } else {
                askOn(session.capabilities(), parcel.envelope());
            }
        }
    }

    private void askOn(Capabilities capabilities, Envelope envelope) {
        int ahead = pipelining ? RECIPIENTS_AHEAD : 1;
        while (asked < recipients.size() && asked - answered < ahead) {
            int index = asked++;
            dialogue.say(
                    Commands.recipient(recipients.get(index), envelope, capabilities),
                    reply -> recipientAnswered(index, reply));
        }
        boolean mayBePartial = parcel.partial() || recipients.size() == 1;
        if (asked == recipients.size() && pipelining && mayBePartial && !dataSaid) {
            sayData();
        }
    }

    private void recipientAnswered(int index, Reply reply) {
        answers[index] = reply;
        answered++;
        if (reply.isPositive()) {
            accepted++;
        } else if (session.isClosing(reply) || mailRefusal == null && session.blamesPipelining(this, reply)) {
            return;
        }
        if (answered < recipients.size()) {
            askOn(session.capabilities(), parcel.envelope());
        } else if (!dataSaid) {
            if (mailRefusal != null || accepted == 0 || !parcel.partial() && accepted < recipients.size()) {
                session.resetNext();
                finish(null);
            } else {
                sayData();
            }
        }
    }

    private void sayData() {
        dataSaid = true;
        dialogue.say("DATA", this::dataAnswered);
    }

    private void dataAnswered(Reply reply) {
        if (reply.isIntermediate() && accepted > 0 && mailRefusal == null) {
            writeBody();
        } else if (reply.isIntermediate() && accepted > 0) {
            state = State.BODY; // it wants a mail from nobody for somebody, which an empty one would be as well
            session.fail(SmtpException.of(
                    SmtpException.Kind.PROTOCOL, "the sender was refused, and still DATA is answered by", reply));
        } else if (reply.isIntermediate()) {
            // Nobody is to get it, and still the server wants it: an empty one ends that (RFC 2920 §3.1).
            state = State.END;
            dialogue.say(".", end -> finish(null));
            session.bodyWritten(this);
        } else if (reply.isPositive()) {
            session.fail(SmtpException.of(SmtpException.Kind.PROTOCOL, "no answer to DATA", reply));
        } else if (!session.isClosing(reply)
                && (mailRefusal != null || accepted == 0 || !session.blamesPipelining(this, reply))) {
            refuseAccepted(reply);
            session.resetNext();
            finish(null);
        }
    }

    private void refuseAccepted(Reply reply) {
        for (int i = 0; i < answers.length; i++) {
            Reply answer = answers[i];
            if (answer != null && answer.isPositive()) {
                answers[i] = reply;
            }
        }
    }

    // ------------------------------------------------------------------ the body

    private void writeBody() {
        state = State.BODY;
        dialogue.expect("the end of the mail", session.endTimeout(), this::endAnswered);
        BodyWriter made = session.writer(parcel.body(), new BodyWriter.Result() {
            @Override
            public void progressed() {
                dialogue.restartClock(); // RFC 5321 §4.5.3.2.5: a time for each piece, not for all of them
            }

            @Override
            public void written(long bytes) {
                writer = null;
                state = State.END;
                dialogue.note(false, "(" + bytes + " bytes of mail) .");
                dialogue.restartClock();
                session.bodyWritten(Transaction.this);
            }

            @Override
            public void failed(java.io.IOException failure) {
                writer = null;
                session.fail(new SmtpException(
                        SmtpException.Kind.CONTENT, "the mail could not be read: " + failure.getMessage(), failure));
            }
        });
        writer = made;
        made.start();
    }

    private void endAnswered(Reply reply) {
        boolean early = state == State.BODY;
        if (reply.isIntermediate() || early && reply.isPositive()) {
            session.fail(SmtpException.of(SmtpException.Kind.PROTOCOL, "no answer to a mail", reply));
            return;
        }
        refuseAccepted(reply); // or accept them: it is the answer that counts for each
        if (!early && reply.code() != Reply.CLOSING) {
            finish(reply);
            return;
        }
        stop();
        session.failBehind(
                this,
                SmtpException.of(SmtpException.Kind.UNAVAILABLE, "the server ends the connection", reply),
                early,
                () -> finish(reply));
    }

    // ------------------------------------------------------------------ the outcome

    private void finish(@Nullable Reply finalReply) {
        state = State.DONE;
        if (mailRefusal != null) {
            Arrays.fill(answers, mailRefusal);
        }
        boolean open =
                Arrays.stream(answers).anyMatch(answer -> answer == null || finalReply == null && answer.isPositive());
        if (!open) {
            session.finished(
                    this,
                    new Outcome(Outcome.Kind.ANSWERED, Arrays.asList(answers), finalReply, null, session.server()));
            return;
        }
        int refused = recipients.size() - accepted;
        boolean transientOnly = Arrays.stream(answers).allMatch(answer -> answer != null && !answer.isPermanent());
        forgetAccepted();
        session.finished(
                this,
                new Outcome(
                        Outcome.Kind.NOT_SENT,
                        Arrays.asList(answers),
                        null,
                        new SmtpException(
                                transientOnly ? SmtpException.Kind.INCOMPLETE_FOR_NOW : SmtpException.Kind.INCOMPLETE,
                                refused + " of " + recipients.size()
                                        + " recipients were refused, and the mail is for all or none",
                                null),
                        session.server()));
    }

    private void forgetAccepted() {
        for (int i = 0; i < answers.length; i++) {
            Reply answer = answers[i];
            if (answer != null && answer.isPositive()) {
                answers[i] = null;
            }
        }
    }

    /** The connection has ended before the mail was answered. */
    Outcome broken(SmtpException failure) {
        stop();
        boolean unknown = state == State.END && accepted > 0;
        state = State.DONE;
        forgetAccepted();
        if (mailRefusal != null) {
            Arrays.fill(answers, mailRefusal);
        }
        return new Outcome(
                unknown ? Outcome.Kind.UNKNOWN : Outcome.Kind.NOT_SENT,
                Arrays.asList(answers),
                null,
                failure,
                session.server());
    }

    private void stop() {
        BodyWriter running = writer;
        writer = null;
        if (running != null) {
            running.stop();
        }
    }
}

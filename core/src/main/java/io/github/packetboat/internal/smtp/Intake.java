package io.github.packetboat.internal.smtp;

import io.github.packetboat.internal.io.EventLoop;
import io.github.packetboat.internal.io.Timers;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Fetches the mails of one session from the pool, has each put into a form that the server takes, and hands it over; and
 * says when the session has done enough. Loop thread only.
 */
final class Intake {
    private final Session session;
    private final SmtpPool pool;
    private final SmtpOptions.Bounds bounds;
    private final Executor workers;
    private final EventLoop loop;
    private final Capabilities capabilities;
    private final long sinceNanos;
    private final Timers.Timer idle = new Timers.Timer() {
        @Override
        protected void expired(long nowNanos) {
            if (pool.withdraw(session)) {
                session.quit();
            }
        }
    };
    private @Nullable Job preparing;
    private int mails;

    /** Of a session that can take mails from now on. */
    Intake(
            Session session,
            SmtpPool pool,
            SmtpOptions.Bounds bounds,
            Executor workers,
            EventLoop loop,
            Capabilities capabilities) {
        this.session = session;
        this.pool = pool;
        this.bounds = bounds;
        this.workers = workers;
        this.loop = loop;
        this.capabilities = capabilities;
        this.sinceNanos = loop.nowNanos();
    }

    /** Takes as many mails as the session has room for. */
    void pull() {
        while (preparing == null && session.hasRoom()) {
            boolean quiet = session.isQuiet();
            if (isWornOut()) {
                pool.withdraw(session);
                if (quiet) {
                    session.quit();
                }
                return;
            }
            loop.timers().cancel(idle);
            Job job = pool.take(session, quiet);
            if (job == null) {
                if (quiet) {
                    loop.timers().schedule(idle, loop.nowNanos() + bounds.idle().toNanos());
                }
                return;
            }
            begin(job);
        }
    }

    private boolean isWornOut() {
        return mails >= bounds.mails()
                || loop.nowNanos() - sinceNanos > bounds.age().toNanos()
                || pool.isClosing() && !pool.hasWork();
    }

    private void begin(Job job) {
        if (!job.isWanted()) {
            refuse(job, new SmtpException(SmtpException.Kind.TIMEOUT, "not sent: its time had run out", null));
            return;
        }
        Parcel parcel;
        try {
            parcel = job.parcel(capabilities);
        } catch (RuntimeException | Error e) {
            refuse(job, unmakeable(e));
            return;
        }
        if (parcel != null) {
            begin(job, parcel);
            return;
        }
        preparing = job;
        try {
            workers.execute(() -> prepare(job));
        } catch (RejectedExecutionException e) {
            preparing = null;
            refuse(job, new SmtpException(SmtpException.Kind.CLOSED, "not sent: the mailer is closed", e));
        }
    }

    /** On a worker. */
    private void prepare(Job job) {
        Parcel parcel = null;
        SmtpException failure = null;
        try {
            parcel = job.prepare(capabilities);
        } catch (SmtpException e) {
            failure = e;
        } catch (RuntimeException | Error e) {
            failure = unmakeable(e);
        }
        Parcel made = parcel;
        SmtpException why = failure;
        try {
            loop.execute(() -> prepared(job, made, why));
        } catch (RejectedExecutionException e) {
            // the loop has stopped: this session has ended, and the job with it
        }
    }

    private static SmtpException unmakeable(Throwable e) {
        return new SmtpException(SmtpException.Kind.CONTENT, "the mail could not be made: " + e, e);
    }

    private void prepared(Job job, @Nullable Parcel parcel, @Nullable SmtpException failure) {
        if (preparing != job) {
            return; // the connection ended meanwhile, and with it this attempt
        }
        preparing = null;
        if (parcel == null) {
            refuse(job, Objects.requireNonNull(failure));
        } else {
            begin(job, parcel);
        }
        pull();
    }

    private void begin(Job job, Parcel parcel) {
        SmtpException unfit = capabilities.objection(parcel, session.server());
        if (unfit != null) {
            refuse(job, unfit);
            return;
        }
        mails++;
        session.send(job, parcel);
    }

    private void refuse(Job job, SmtpException why) {
        session.tell(job, Outcome.notSent(why, session.server()));
    }

    /** Whether no mail is being made ready. */
    boolean isEmpty() {
        return preparing == null;
    }

    /** The session has ended. Returns the mail that was being made ready, whose attempt has ended too; or null. */
    @Nullable
    Job end() {
        loop.timers().cancel(idle);
        Job unmade = preparing;
        preparing = null;
        return unmade;
    }
}

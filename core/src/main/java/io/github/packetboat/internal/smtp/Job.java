package io.github.packetboat.internal.smtp;

import org.jspecify.annotations.Nullable;

/** A mail that waits for a connection. Called on event loops, one call at a time, where nothing else is said. */
public abstract class Job {
    /** How often it was moved from one connection to another. Guarded by the pool. */
    int moves;

    /**
     * The mail in a form that a server with these capabilities takes, if it is made already; else null, and {@link #prepare}
     * is called.
     */
    public abstract @Nullable Parcel parcel(Capabilities capabilities);

    /**
     * Makes the mail in a form that such a server takes. May block: called on a worker thread.
     *
     * @throws SmtpException if that is not possible
     */
    public abstract Parcel prepare(Capabilities capabilities) throws SmtpException;

    /** Whether it is still wanted; asked before anything of it is sent. */
    public boolean isWanted() {
        return true;
    }

    /** The last call: what came of it. Must not block. */
    public abstract void done(Outcome outcome);
}

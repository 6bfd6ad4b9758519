package io.github.packetboat.message;

/** The most that one connection may have queued, and what is done when it has. Thread-safe. */
record QueueLimit(int maxQueuedBytes, Overflow overflow) {

    /** Throws if a frame of {@code length} bytes could not even be queued alone. */
    void check(long length) {
        if (length > maxQueuedBytes) {
            throw neverFits(length, maxQueuedBytes);
        }
    }

    static IllegalArgumentException neverFits(long length, int maxQueuedBytes) {
        return new IllegalArgumentException(
                "a message of " + length + " bytes can never be queued: maxQueuedBytes=" + maxQueuedBytes);
    }

    /** Overflow.BLOCK on a loop. */
    static IllegalStateException mustNotWait() {
        return new IllegalStateException("the queue is full and Overflow.BLOCK says that send waits for room, which an"
                + " event loop must not: obey isWritable(), run the listener on an executor, or choose another policy");
    }

    /** Why a connection with so much queued is closed. */
    String exceeded(long queuedBytes) {
        return queuedBytes + " bytes queued and one more message would exceed maxQueuedBytes=" + maxQueuedBytes
                + ": the peer reads too slowly; obey isWritable(), or choose another Overflow policy";
    }
}

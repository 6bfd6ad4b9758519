package io.github.packetboat.message;

/**
 * What {@code send} does with a message that would bring the bytes queued for a connection above {@link
 * Limits#maxQueuedBytes()}. The peer reads too slowly by then; a sender that obeys {@code isWritable()} never gets
 * here.
 */
public enum Overflow {
    /**
     * The connection is closed with {@link CloseReason.Kind#OVERFLOW}, which says how much was queued, and {@code send}
     * returns false. The default: a peer that is so far behind had better come back than get a stream with holes.
     */
    CLOSE,

    /**
     * The message is not accepted: {@code send} returns false, and the connection and what is queued stay as they are.
     */
    REFUSE,

    /**
     * The oldest messages that are queued whole are dropped, and counted in the statistics, until the new one fits;
     * {@code send} returns true. For streams in which only the newest counts, such as prices or positions. A message that
     * is being written is never dropped, nor are the few behind it that are next. If nothing is left to drop, the new
     * message is not accepted and {@code send} returns false.
     */
    DROP_OLDEST,

    /**
     * The caller of {@code send} waits until there is room or the connection closes. Only for threads that are not
     * event loops: on one, waiting would stop the very writes that it waits for, so {@code send} throws an {@link
     * IllegalStateException} there instead. A broadcast waits for nobody: a member that is full does not get the message.
     */
    BLOCK
}

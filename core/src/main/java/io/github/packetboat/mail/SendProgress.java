package io.github.packetboat.mail;

/**
 * How far {@link Mailer#sendAll} has come. Immutable and thread-safe.
 *
 * @param done mails of which the outcome is known
 * @param accepted those of them that every recipient was accepted for
 * @param failed the others
 * @param perSecond how many were done a second so far
 * @param last the outcome that this report is about
 */
public record SendProgress(long done, long accepted, long failed, double perSecond, SendResult last) {}

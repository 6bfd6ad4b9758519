package io.github.packetboat.mail;

/**
 * What a mailer has done since it was made, and does now.
 *
 * @param mails mails of which the outcome is known
 * @param accepted recipients that were accepted
 * @param rejected recipients that were refused for good
 * @param deferred recipients that were given up for the time being
 * @param unknown recipients that may or may not have got their mail
 * @param attempts how often a mail was handed to a server
 * @param waiting mails on their way or waiting for it
 * @param connections connections that are open or being opened
 */
public record MailerStats(
        long mails,
        long accepted,
        long rejected,
        long deferred,
        long unknown,
        long attempts,
        long waiting,
        int connections) {}

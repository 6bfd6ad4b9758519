package io.github.packetboat.mailbox;

/**
 * What a folder holds, as the server counts it. Immutable.
 *
 * @param messages how many mails
 * @param unseen how many of them were not read; over POP3, which does not know, 0
 * @param uidNext at least the UID of the next mail to come; 0 over POP3
 * @param uidValidity changes when all UIDs have become void; 0 over POP3
 */
public record FolderStatus(long messages, long unseen, long uidNext, long uidValidity) {}

/**
 * Reading mail over IMAP (RFC 3501, RFC 9051) and POP3 (RFC 1939).
 *
 * <pre>{@code
 * MailServer server = MailServer.imap("imap.example.com").credentials(Credentials.password("me", secret)).build();
 * try (Mailbox mailbox = Mailbox.of(server)) {
 *     for (ReceivedMail mail : mailbox.inbox().search(Query.not(Query.flag(Flag.SEEN))).toList()) {
 *         System.out.println(mail.from() + ": " + mail.subject());
 *         for (ReceivedPart attachment : mail.attachments()) {
 *             attachment.saveIn(Path.of("attachments"));
 *         }
 *     }
 * }
 * }</pre>
 *
 * <p>With IMAP the mail stays on the server, with its flags and folders, and every program that reads it sees the same. POP3
 * only fetches and deletes: it has one folder, no flags, and what is done with a mail is known to nobody but the one who
 * did it. {@link io.github.packetboat.mailbox.Folder#watch} tells of new mail over either.
 */
@NullMarked
package io.github.packetboat.mailbox;

import org.jspecify.annotations.NullMarked;

package io.github.packetboat.mailbox;

import io.github.packetboat.mail.Mail;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A folder of a mailbox. It keeps no state but its name: each call asks the server. Over POP3 there is one, the inbox, and
 * what its server cannot do throws a {@link MailboxException} of the kind UNSUPPORTED.
 *
 * <p>Thread-safe; calls of one mailbox wait for each other, for they share a connection. Every call blocks until the server
 * has answered, for the timeouts of the mailbox at most, and throws a {@link MailboxException} if that fails.
 *
 * <p>Methods that take mails want those that this folder has listed.
 */
public sealed interface Folder permits ImapFolder, Pop3Folder {
    /** The full name, such as {@code INBOX} or {@code Archive/2026}, decoded. */
    String name();

    /** What the server says of it, in lower case without backslash: {@code sent}, {@code junk}, {@code noselect} (RFC 6154). */
    Set<String> attributes();

    /** How many mails it holds. */
    FolderStatus status();

    /**
     * All its mails, the oldest first. The stream fetches what lists show in bulk while it is read, some hundred mails at a
     * time; from the second time on, it asks for the next ahead. Mails that are deleted meanwhile are left out, and those that
     * come meanwhile are not in it. Other calls of this mailbox may be made while it is read. Needs no closing.
     */
    Stream<ReceivedMail> messages();

    /** The newest {@code count} mails, the newest first; otherwise as {@link #messages()}. */
    Stream<ReceivedMail> newest(int count);

    /** The mails that the query finds, the oldest first; otherwise as {@link #messages()}. */
    Stream<ReceivedMail> search(Query query);

    /** The mail of that {@link ReceivedMail#id()}; empty if it is not there any more. */
    Optional<ReceivedMail> message(String id);

    /** Sets the flags on the mails. Not over POP3. */
    void mark(Collection<ReceivedMail> mails, Flag... flags);

    /** Takes the flags from the mails. Not over POP3. */
    void unmark(Collection<ReceivedMail> mails, Flag... flags);

    /** Copies the mails into another folder of this mailbox. Not over POP3. */
    void copy(Collection<ReceivedMail> mails, Folder target);

    /**
     * Moves the mails into another folder of this mailbox, up to a thousand at a time: if it fails, some may have been moved
     * and others not, and where the server has no MOVE, some may be in both. Not over POP3.
     */
    void move(Collection<ReceivedMail> mails, Folder target);

    /**
     * Deletes the mails. Over IMAP they are gone when this returns. Over POP3 they go with {@link #expunge()} or when the
     * mailbox is closed, and until then only this mailbox lists them no more.
     */
    void delete(Collection<ReceivedMail> mails);

    /** Deletes for good what is marked as deleted, by whomever; over POP3, what {@link #delete} was told here. */
    void expunge();

    /**
     * Puts a mail into the folder, for instance one that was sent. Not over POP3.
     *
     * @param flags what it is marked with
     */
    void append(Mail mail, Flag... flags);

    /** As {@link #append(Mail, Flag...)}, for a mail in its final form with CRLF at the end of each line. */
    void append(byte[] raw, Flag... flags);

    /** Creates the folder on the server. Not over POP3. */
    void create();

    /**
     * Gives the folder another name, together with those below it. Not over POP3.
     *
     * @return the folder of that name
     */
    Folder rename(String newName);

    /** Deletes the folder and the mails in it. Not over POP3. */
    void remove();

    /** The limits that apply to the folder, and how much is used; empty if the server offers none. */
    List<Quota> quota();

    /**
     * Tells {@code listener} of what happens in the folder from now on, until the watch is closed. It has a connection and a
     * thread of its own.
     */
    default Watch watch(MailboxListener listener) {
        return watch(listener, Watermark.NOW);
    }

    /**
     * As {@link #watch(MailboxListener)}, and first of the mails that have come since {@code from}: what {@link
     * Watch#watermark()} of an earlier watch, perhaps of another process, said last.
     */
    Watch watch(MailboxListener listener, Watermark from);
}

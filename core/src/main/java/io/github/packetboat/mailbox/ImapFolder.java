package io.github.packetboat.mailbox;

import io.github.packetboat.internal.Check;
import io.github.packetboat.mail.Mail;
import io.github.packetboat.mailbox.MailboxException.Kind;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.Charset;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.eclipse.angus.mail.iap.Argument;
import org.eclipse.angus.mail.iap.ParsingException;
import org.eclipse.angus.mail.iap.Response;
import org.eclipse.angus.mail.imap.protocol.IMAPResponse;
import org.eclipse.angus.mail.imap.protocol.Status;

/** A folder over IMAP. Thread-safe. */
final class ImapFolder implements Folder, MailSource {
    private static final int CHUNK = 1000;

    private final ImapStore store;
    private final String name;
    private final Set<String> attributes;

    ImapFolder(ImapStore store, String name, Set<String> attributes) {
        this.store = store;
        this.name = Check.text("folder name", name);
        this.attributes = attributes;
        if (name.isEmpty()) {
            throw new IllegalArgumentException("folder name must not be empty");
        }
    }

    Charset fallbackCharset() {
        return store.settings().fallbackCharset();
    }

    ImapStore store() {
        return store;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Set<String> attributes() {
        return attributes;
    }

    @Override
    public FolderStatus status() {
        Argument argument = ImapSession.folderArgument(name);
        argument.writeAtom("(MESSAGES UNSEEN UIDNEXT UIDVALIDITY)");
        return store.with(session -> {
            for (Response response : session.run("ask for the status of " + name, "STATUS", argument)) {
                if (response instanceof IMAPResponse imap && imap.keyEquals("STATUS")) {
                    return status(imap);
                }
            }
            throw new MailboxException(Kind.PROTOCOL, "ask for the status of " + name + ": the server did not say it");
        });
    }

    private FolderStatus status(IMAPResponse response) {
        try {
            Status status = new Status(response);
            return new FolderStatus(status.total, Math.max(0, status.unseen), status.uidnext, status.uidvalidity);
        } catch (ParsingException e) {
            throw new MailboxException(Kind.PROTOCOL, "ask for the status of " + name + ": " + e.getMessage(), e);
        }
    }

    @Override
    public Stream<ReceivedMail> messages() {
        return search(Query.all());
    }

    @Override
    public Stream<ReceivedMail> newest(int count) {
        if (count < 0) {
            throw new IllegalArgumentException("count=" + count + " is negative");
        }
        return listing(Query.all()).newestFirst(count);
    }

    @Override
    public Stream<ReceivedMail> search(Query query) {
        return listing(query).oldestFirst();
    }

    private ImapListing listing(Query query) {
        Check.notNull("query", query);
        return store.inFolder(name, true, session -> ImapListing.found(this, session, query));
    }

    @Override
    public Optional<ReceivedMail> message(String id) {
        int hyphen = Check.notNull("id", id).indexOf('-');
        if (hyphen < 0 || !id.matches("[0-9]{1,10}-[0-9]{1,10}")) {
            throw new IllegalArgumentException("id is not in the form UIDVALIDITY-UID");
        }
        long[] uid = {Long.parseLong(id.substring(hyphen + 1))};
        return store.inFolder(name, true, session -> {
            ImapSession.Selected selected = Objects.requireNonNull(session.selected());
            if (selected.uidValidity() != Long.parseLong(id.substring(0, hyphen))) {
                return Optional.empty();
            }
            return ImapFetch.mails(session, this, uid, 0, 1).stream().findFirst();
        });
    }

    @Override
    public byte[] load(ReceivedMail mail) {
        return new ImapDownload(this, mail).load(store.settings().maxMailBytes());
    }

    @Override
    public void transfer(ReceivedMail mail, OutputStream out) throws IOException {
        new ImapDownload(this, mail).transfer(out);
    }

    /** What is to be done with mails of the selected folder. */
    interface OnMails<T> {
        T call(ImapSession session, long[] uids);
    }

    /** Checks that the mails are of this folder, and that their UIDs still mean the same. */
    <T> T onOwn(String what, Collection<ReceivedMail> mails, OnMails<T> work) {
        long[] uids = uidsOf(mails);
        return store.inFolder(name, false, session -> {
            long validity = Objects.requireNonNull(session.selected()).uidValidity();
            for (ReceivedMail mail : mails) {
                if (!mail.id().startsWith(validity + "-")) {
                    throw new MailboxException(
                            Kind.GONE,
                            what + " of " + name + ": the server has given new UIDs (UIDVALIDITY " + validity
                                    + "); list the folder again");
                }
            }
            return work.call(session, uids);
        });
    }

    private long[] uidsOf(Collection<ReceivedMail> mails) {
        Check.notNull("mails", mails);
        for (ReceivedMail mail : mails) {
            if (!(mail.source() instanceof ImapFolder folder) || folder.store != store || !folder.name.equals(name)) {
                throw new IllegalArgumentException(mail + " is not of folder " + name + " of this mailbox");
            }
        }
        return mails.stream()
                .mapToLong(ReceivedMail::uidOrZero)
                .sorted()
                .distinct()
                .toArray();
    }

    @Override
    public void mark(Collection<ReceivedMail> mails, Flag... flags) {
        store("mark mails", "+FLAGS.SILENT", mails, flags);
    }

    @Override
    public void unmark(Collection<ReceivedMail> mails, Flag... flags) {
        store("unmark mails", "-FLAGS.SILENT", mails, flags);
    }

    private void store(String what, String how, Collection<ReceivedMail> mails, Flag... flags) {
        String list = flagList(flags);
        onOwn(what, mails, (session, uids) -> {
            store(session, what, how, uids, list);
            return null;
        });
    }

    private static void store(ImapSession session, String what, String how, long[] uids, String flagList) {
        for (String set : UidSet.chunks(uids, CHUNK)) {
            Argument argument = new Argument();
            argument.writeAtom(set);
            argument.writeAtom(how);
            argument.writeAtom(flagList);
            session.run(what, "UID STORE", argument);
        }
    }

    private static String flagList(Flag... flags) {
        return Arrays.stream(flags)
                .map(flag -> Check.notNull("flag", flag).checkedName())
                .collect(Collectors.joining(" ", "(", ")"));
    }

    @Override
    public void copy(Collection<ReceivedMail> mails, Folder target) {
        ImapFolder to = sameStore(target);
        onOwn("copy mails", mails, (session, uids) -> {
            transfer(session, "copy mails to " + to.name, "UID COPY", uids, to);
            return null;
        });
    }

    @Override
    public void move(Collection<ReceivedMail> mails, Folder target) {
        ImapFolder to = sameStore(target);
        onOwn("move mails", mails, (session, uids) -> {
            if (session.has("MOVE")) {
                transfer(session, "move mails to " + to.name, "UID MOVE", uids, to);
            } else {
                ImapExpunge.check(session, name, uids); // before there are two of each
                transfer(session, "copy mails to " + to.name, "UID COPY", uids, to);
                deleteNow(session, uids);
            }
            return null;
        });
    }

    private ImapFolder sameStore(Folder target) {
        if (!(target instanceof ImapFolder folder) || folder.store != store) {
            throw new IllegalArgumentException("target is not a folder of this mailbox");
        }
        return folder;
    }

    private static void transfer(ImapSession session, String what, String command, long[] uids, ImapFolder to) {
        for (String set : UidSet.chunks(uids, CHUNK)) {
            Argument argument = new Argument();
            argument.writeAtom(set);
            argument.append(ImapSession.folderArgument(to.name));
            session.run(what, command, argument);
        }
    }

    @Override
    public void delete(Collection<ReceivedMail> mails) {
        onOwn("delete mails", mails, (session, uids) -> {
            ImapExpunge.check(session, name, uids);
            deleteNow(session, uids);
            return null;
        });
    }

    private void deleteNow(ImapSession session, long[] uids) {
        store(session, "delete mails", "+FLAGS.SILENT", uids, flagList(Flag.DELETED));
        ImapExpunge.run(session, name, uids);
    }

    @Override
    public void expunge() {
        store.inFolder(name, false, session -> session.run("expunge " + name, "EXPUNGE", null));
    }

    @Override
    public void append(Mail mail, Flag... flags) {
        ByteArrayOutputStream raw = new ByteArrayOutputStream();
        try {
            Check.notNull("mail", mail).writeTo(raw);
        } catch (IOException e) {
            throw new UncheckedIOException("render the mail to append to " + name + ": " + e.getMessage(), e);
        }
        append(raw.toByteArray(), flags);
    }

    @Override
    public void append(byte[] raw, Flag... flags) {
        Argument argument = ImapSession.folderArgument(name);
        argument.writeAtom(flagList(flags));
        argument.writeBytes(Check.notNull("raw", raw).clone());
        store.with(
                session -> session.upload("append a mail of " + raw.length + " bytes to " + name, "APPEND", argument));
    }

    @Override
    public void create() {
        store.with(session -> session.run("create " + name, "CREATE", ImapSession.folderArgument(name)));
    }

    @Override
    public Folder rename(String newName) {
        ImapFolder renamed = new ImapFolder(store, newName, attributes);
        Argument argument = ImapSession.folderArgument(name);
        argument.append(ImapSession.folderArgument(newName));
        store.unselected(name, session -> session.run("rename " + name + " to " + newName, "RENAME", argument));
        return renamed;
    }

    @Override
    public void remove() {
        store.unselected(name, session -> session.run("remove " + name, "DELETE", ImapSession.folderArgument(name)));
    }

    @Override
    public List<Quota> quota() {
        return store.with(session -> ImapQuota.ask(session, name));
    }

    @Override
    public Watch watch(MailboxListener listener, Watermark from) {
        return Watch.start(
                store.settings(), listener, new ImapWatch(this, listener, from), store::register, store::unregister);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ImapFolder that && store == that.store && name.equals(that.name);
    }

    @Override
    public int hashCode() {
        return name.hashCode();
    }

    @Override
    public String toString() {
        return "Folder[" + Texts.clean(name, 100) + " of " + store.settings().where() + "]";
    }
}

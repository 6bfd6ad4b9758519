package io.github.packetboat.mailbox;

import io.github.packetboat.internal.Check;
import io.github.packetboat.mail.Mail;
import io.github.packetboat.mailbox.MailboxException.Kind;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.Charset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** The one folder that POP3 has. Thread-safe. */
final class Pop3Folder implements Folder, MailSource {
    /** Headers come one by one anyway; so few are fetched before the first can be looked at. */
    private static final int WINDOW = 20;

    private final Pop3Store store;

    Pop3Folder(Pop3Store store) {
        this.store = store;
    }

    Pop3Store store() {
        return store;
    }

    @Override
    public String name() {
        return "INBOX";
    }

    @Override
    public Set<String> attributes() {
        return Set.of();
    }

    @Override
    public FolderStatus status() {
        return new FolderStatus(listed().size(), 0, 0, 0);
    }

    /** What is there and not deleted, the oldest first. */
    private List<String> listed() {
        return store.with(
                true,
                session -> session.ids().stream()
                        .filter(id -> !store.isDeleted(id))
                        .toList());
    }

    @Override
    public Stream<ReceivedMail> messages() {
        return stream(listed());
    }

    @Override
    public Stream<ReceivedMail> newest(int count) {
        if (count < 0) {
            throw new IllegalArgumentException("count=" + count + " is negative");
        }
        List<String> ids = new ArrayList<>(listed());
        Collections.reverse(ids);
        return stream(List.copyOf(ids.subList(0, Math.min(count, ids.size()))));
    }

    private Stream<ReceivedMail> stream(List<String> ids) {
        return Windows.stream((ids.size() + WINDOW - 1) / WINDOW, window -> {
            List<ReceivedMail> mails = new ArrayList<>();
            for (String id : ids.subList(window * WINDOW, Math.min(ids.size(), (window + 1) * WINDOW))) {
                store.with(false, session -> mail(session, id)).ifPresent(mails::add);
            }
            return mails;
        });
    }

    private Optional<ReceivedMail> mail(Pop3Session session, String id) {
        int index = session.ids().indexOf(id);
        return index < 0 ? Optional.empty() : Optional.of(mail(session, index));
    }

    private ReceivedMail mail(Pop3Session session, int index) {
        return mail(session, index, session.header(index));
    }

    /** The mail of that index in the session, of which {@code top} is the header. */
    ReceivedMail mail(Pop3Session session, int index, byte[] top) {
        Charset fallback = store.settings().fallbackCharset();
        HeaderFields header =
                HeaderFields.parse(top, 0, MimeParser.bodyBegin(top, 0, top.length), fallback, new Defects());
        String id = session.ids().get(index);
        return new ReceivedMail(id, 0, header, session.size(index), Set.of(), null, fallback, this);
    }

    @Override
    public Stream<ReceivedMail> search(Query query) {
        Check.notNull("query", query);
        return messages().filter(query::matches);
    }

    @Override
    public Optional<ReceivedMail> message(String id) {
        Check.notNull("id", id);
        return store.isDeleted(id) ? Optional.empty() : store.with(true, session -> mail(session, id));
    }

    @Override
    public byte[] load(ReceivedMail mail) {
        int limit = store.settings().maxMailBytes();
        if (mail.size() > limit) {
            throw tooLarge(mail, limit);
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream((int) Math.min(mail.size(), 1024 * 1024) + 32);
        // Some more than the limit, for dots that are doubled: too much is noticed by its size, not by a broken
        // session.
        fetch(mail, 2L * limit + 1024, new OutputStream() {
            @Override
            public void write(int b) {
                bytes.write(b);
                check();
            }

            @Override
            public void write(byte[] piece, int offset, int length) {
                bytes.write(piece, offset, length);
                check();
            }

            private void check() {
                if (bytes.size() > limit) {
                    throw tooLarge(mail, limit);
                }
            }
        });
        return bytes.toByteArray();
    }

    private MailboxException tooLarge(ReceivedMail mail, int limit) {
        return new MailboxException(
                Kind.TOO_LARGE, "load " + mail + ": above maxMailBytes=" + limit + "; transferTo has no limit");
    }

    @Override
    public void transfer(ReceivedMail mail, OutputStream out) throws IOException {
        fetch(mail, Long.MAX_VALUE, out);
    }

    private void fetch(ReceivedMail mail, long maxBytes, OutputStream out) {
        store.with(false, session -> {
            int index = session.ids().indexOf(mail.id());
            if (index < 0) {
                throw new MailboxException(Kind.GONE, "load " + mail + ": it is not there any more");
            }
            session.transfer(index, maxBytes, out);
            return null;
        });
    }

    @Override
    public void delete(Collection<ReceivedMail> mails) {
        List<String> ids = new ArrayList<>();
        for (ReceivedMail mail : Check.notNull("mails", mails)) {
            if (!(mail.source() instanceof Pop3Folder folder) || folder.store != store) {
                throw new IllegalArgumentException(mail + " is not of this mailbox");
            }
            ids.add(mail.id());
        }
        store.delete(ids);
    }

    @Override
    public void expunge() {
        store.expunge();
    }

    private static MailboxException unsupported(String what) {
        return new MailboxException(
                Kind.UNSUPPORTED, what + ": POP3 only fetches and deletes; flags and folders need IMAP");
    }

    @Override
    public void mark(Collection<ReceivedMail> mails, Flag... flags) {
        throw unsupported("mark mails");
    }

    @Override
    public void unmark(Collection<ReceivedMail> mails, Flag... flags) {
        throw unsupported("unmark mails");
    }

    @Override
    public void copy(Collection<ReceivedMail> mails, Folder target) {
        throw unsupported("copy mails");
    }

    @Override
    public void move(Collection<ReceivedMail> mails, Folder target) {
        throw unsupported("move mails");
    }

    @Override
    public void append(Mail mail, Flag... flags) {
        throw unsupported("append a mail");
    }

    @Override
    public void append(byte[] raw, Flag... flags) {
        throw unsupported("append a mail");
    }

    @Override
    public void create() {
        throw unsupported("create a folder");
    }

    @Override
    public Folder rename(String newName) {
        throw unsupported("rename a folder");
    }

    @Override
    public void remove() {
        throw unsupported("remove a folder");
    }

    @Override
    public List<Quota> quota() {
        return List.of();
    }

    @Override
    public Watch watch(MailboxListener listener, Watermark from) {
        Pop3Watch watch = new Pop3Watch(store.settings(), this, listener, from);
        return Watch.start(store.settings(), listener, watch, store::register, store::unregister);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Pop3Folder that && store == that.store;
    }

    @Override
    public int hashCode() {
        return store.hashCode();
    }

    @Override
    public String toString() {
        return "Folder[INBOX of " + store.settings().where() + "]";
    }
}

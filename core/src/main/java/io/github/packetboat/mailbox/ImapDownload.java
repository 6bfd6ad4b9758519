package io.github.packetboat.mailbox;

import io.github.packetboat.mailbox.MailboxException.Kind;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.List;
import org.eclipse.angus.mail.imap.protocol.BODY;
import org.eclipse.angus.mail.imap.protocol.FetchResponse;

/** Fetches the bytes of a mail, piece by piece; others have their turn between two. Thread-safe. */
final class ImapDownload {
    private static final int PIECE = 1024 * 1024;

    private final ImapFolder folder;
    private final ReceivedMail mail;

    ImapDownload(ImapFolder folder, ReceivedMail mail) {
        this.folder = folder;
        this.mail = mail;
    }

    byte[] load(int maxBytes) {
        if (mail.size() > maxBytes) {
            throw tooLarge(maxBytes);
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream((int) Math.min(mail.size(), PIECE) + 32);
        try {
            transfer(new OutputStream() {
                @Override
                public void write(int b) {
                    bytes.write(b);
                }

                @Override
                public void write(byte[] piece, int offset, int length) {
                    if (bytes.size() + length > maxBytes) {
                        throw tooLarge(maxBytes);
                    }
                    bytes.write(piece, offset, length);
                }
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e); // into an array: cannot be
        }
        return bytes.toByteArray();
    }

    private MailboxException tooLarge(int maxBytes) {
        return new MailboxException(
                Kind.TOO_LARGE,
                what() + " of " + folder.name() + ": above maxMailBytes=" + maxBytes + "; transferTo has no limit");
    }

    private String what() {
        return "load " + mail;
    }

    void transfer(OutputStream out) throws IOException {
        long at = 0;
        while (true) {
            byte[] piece = piece(at);
            out.write(piece);
            at += piece.length;
            // A server may give less than was asked for; and some count a size that the mail does not have.
            if (piece.length == 0 || piece.length < PIECE && at >= mail.size()) {
                return;
            }
        }
    }

    private byte[] piece(long at) {
        return folder.onOwn(what(), List.of(mail), (session, uids) -> {
            List<FetchResponse> responses = session.fetch(
                    what(),
                    UidSet.of(uids, 0, 1),
                    "(UID BODY.PEEK[]<" + at + "." + PIECE + ">)",
                    PIECE + ImapSession.SMALL_ANSWER);
            for (FetchResponse response : responses) {
                BODY body = response.getItem(BODY.class);
                if (body != null) {
                    return body.getByteArray() == null
                            ? new byte[0]
                            : body.getByteArray().getNewBytes();
                }
            }
            throw new MailboxException(Kind.GONE, what() + " of " + folder.name() + ": it is not there any more");
        });
    }
}

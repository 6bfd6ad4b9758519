package io.github.packetboat.mailbox;

import java.util.List;

/** A mailbox in one protocol or the other. Thread-safe. */
sealed interface MailStore extends AutoCloseable permits ImapStore, Pop3Store {
    List<Folder> folders();

    Folder folder(String name);

    @Override
    void close();
}

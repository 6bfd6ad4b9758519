package io.github.packetboat.mailbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.packetboat.mail.Mail;
import io.github.packetboat.testkit.Recorder;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A mailbox over POP3: fetches and deletes, and says what it cannot do. */
final class Pop3Test {
    private static Green green;

    @BeforeAll
    static void start() {
        green = Green.start();
    }

    @AfterAll
    static void stop() {
        green.close();
    }

    @BeforeEach
    void empty() {
        try (Mailbox imap = Mailbox.of(green.imap())) {
            imap.inbox().delete(imap.inbox().messages().toList());
        }
    }

    private static void deliver(String... subjects) {
        try (Mailbox imap = Mailbox.of(green.imap())) {
            for (String subject : subjects) {
                imap.inbox().append(ImapContract.mail(subject));
            }
        }
    }

    @Test
    void aMailIsReadAsItCame() throws IOException {
        Mail sent = ReceivedMailTest.rich("测试邮件");
        try (Mailbox imap = Mailbox.of(green.imap());
                Mailbox pop3 = Mailbox.of(green.pop3())) {
            imap.inbox().append(sent);

            ReceivedMail mail = pop3.inbox().messages().findFirst().orElseThrow();

            assertThat(mail.id()).isNotEmpty();
            assertThat(mail.uid()).isEmpty();
            ReceivedMailTest.assertRich(mail, sent);
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            pop3.inbox().message(mail.id()).orElseThrow().transferTo(out);
            assertThat(out.toByteArray()).isEqualTo(mail.raw());
            assertThat(pop3.folders()).containsExactly(pop3.inbox());
        }
    }

    @Test
    void listsAndSearchesOnThisSide() {
        deliver("one", "two", "three");
        try (Mailbox pop3 = Mailbox.of(green.pop3())) {
            Folder inbox = pop3.inbox();
            assertThat(inbox.messages().map(ReceivedMail::subject)).containsExactly("one", "two", "three");
            assertThat(inbox.newest(2).map(ReceivedMail::subject)).containsExactly("three", "two");
            assertThat(inbox.search(Query.text("BODY of t")).map(ReceivedMail::subject))
                    .containsExactly("two", "three");
            assertThat(inbox.search(Query.not(Query.subject("o"))).map(ReceivedMail::subject))
                    .containsExactly("three");
            assertThat(inbox.search(Query.from("bob@").and(Query.header("Subject", "one"))))
                    .hasSize(1);
            assertThat(inbox.search(Query.flag(Flag.SEEN).or(Query.larger(1_000_000))))
                    .isEmpty();
            assertThat(inbox.status().messages()).isEqualTo(3);
        }
    }

    @Test
    void whatIsDeletedGoesWithTheEndOfTheSession() {
        deliver("one", "two", "three");
        try (Mailbox imap = Mailbox.of(green.imap())) {
            try (Mailbox pop3 = Mailbox.of(green.pop3())) {
                Folder inbox = pop3.inbox();
                List<ReceivedMail> all = inbox.messages().toList();

                inbox.delete(all.subList(0, 1));
                assertThat(inbox.messages().map(ReceivedMail::subject)).containsExactly("two", "three");
                assertThat(imap.inbox().messages()).hasSize(3);
                inbox.expunge();
                assertThat(imap.inbox().messages().map(ReceivedMail::subject)).containsExactly("two", "three");
                inbox.delete(all.subList(1, 2));
            }
            assertThat(imap.inbox().messages().map(ReceivedMail::subject)).containsExactly("three");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"mark", "unmark", "copy", "move", "append", "create", "rename", "remove", "folder"})
    void whatPop3CannotDoIsSaid(String what) {
        deliver("one");
        try (Mailbox pop3 = Mailbox.of(green.pop3())) {
            Folder inbox = pop3.inbox();
            List<ReceivedMail> all = inbox.messages().toList();
            MailboxException e = catchThrowableOfType(MailboxException.class, () -> {
                switch (what) {
                    case "mark" -> inbox.mark(all, Flag.SEEN);
                    case "unmark" -> inbox.unmark(all, Flag.SEEN);
                    case "copy" -> inbox.copy(all, inbox);
                    case "move" -> inbox.move(all, inbox);
                    case "append" -> inbox.append(new byte[1]);
                    case "create" -> inbox.create();
                    case "rename" -> inbox.rename("x");
                    case "remove" -> inbox.remove();
                    default -> pop3.folder("Archive");
                }
            });
            assertThat(e.kind()).isEqualTo(MailboxException.Kind.UNSUPPORTED);
            assertThat(e).hasMessageContaining("POP3");
            assertThat(inbox.messages()).hasSize(1);
        }
    }

    @Test
    void aWatchPollsAndGoesOnFromItsWatermark() {
        deliver("old");
        Recorder<String> told = new Recorder<>();
        MailboxListener listener = new MailboxListener() {
            @Override
            public void onNew(ReceivedMail mail) {
                told.accept("new " + mail.subject());
            }

            @Override
            public void onRemoved(String id) {
                told.accept("removed");
            }

            @Override
            public void onConnected() {
                told.accept("connected");
            }
        };
        Watermark mark;
        try (Mailbox pop3 = Mailbox.builder(green.pop3())
                        .pollInterval(Duration.ofMillis(100))
                        .build();
                Watch watch = pop3.inbox().watch(listener)) {
            assertThat(told.take()).isEqualTo("connected");
            deliver("first", "second");
            assertThat(told.take()).isEqualTo("new first");
            assertThat(told.take()).isEqualTo("new second");
            try (Mailbox imap = Mailbox.of(green.imap())) {
                imap.inbox().delete(imap.inbox().search(Query.subject("old")).toList());
            }
            assertThat(told.take()).isEqualTo("removed");
            mark = watch.watermark();
            assertThat(watch.failure()).isEmpty();
        }
        deliver("meanwhile");
        try (Mailbox pop3 = Mailbox.of(green.pop3());
                Watch watch = pop3.inbox().watch(listener, Watermark.parse(mark.toString()))) {
            assertThat(told.take()).isEqualTo("new meanwhile");
            assertThat(told.take()).isEqualTo("connected");
            assertThat(watch.failure()).isEmpty();
        }
        told.assertNothingMore();
    }
}

package io.github.packetboat.mailbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.packetboat.mail.Credentials;
import io.github.packetboat.mail.Mail;
import io.github.packetboat.mail.MailServer;
import io.github.packetboat.testkit.FaultProxy;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a mailbox does over IMAP with folders and mails, with any server. Each test has a folder of its own. */
abstract class ImapContract {
    private static final AtomicInteger FOLDERS = new AtomicInteger();

    private Mailbox mailbox;
    Folder folder;

    /** The server, reached at {@code port}, or at its own port if that is 0. */
    abstract MailServer server(int port);

    abstract int port();

    @BeforeEach
    final void open() {
        mailbox = Mailbox.of(server(0));
        folder = mailbox.folder("Test" + FOLDERS.incrementAndGet());
        folder.create();
    }

    @AfterEach
    final void close() {
        if (mailbox != null) {
            mailbox.close();
        }
    }

    static byte[] mail(String subject) {
        return MalformedMails.lines("From: Bob <bob@test.local>", "Subject: " + subject, "", "body of " + subject);
    }

    final void append(String... subjects) {
        for (String subject : subjects) {
            folder.append(mail(subject));
        }
    }

    private static List<String> subjects(Iterable<ReceivedMail> mails) {
        List<String> subjects = new ArrayList<>();
        mails.forEach(mail -> subjects.add(mail.subject()));
        return subjects;
    }

    /** The subjects of those mails in the test's folder that the server finds. */
    final List<String> found(Query query) {
        return subjects(folder.search(query).toList());
    }

    /** Three mails: a large one of Alice's that is flagged, one that is neither, and one that is seen and is for work. */
    final void appendThree() {
        folder.append(ReceivedMailTest.rich("测试邮件"), Flag.FLAGGED);
        append("invoice 7", "holiday");
        folder.mark(folder.search(Query.subject("holiday")).toList(), Flag.SEEN, Flag.keyword("$Work"));
    }

    @Test
    void aMailIsReadAsItWasAppended() {
        Mail sent = ReceivedMailTest.rich("测试邮件");
        folder.append(sent, Flag.SEEN);

        ReceivedMail mail = folder.messages().findFirst().orElseThrow();

        ReceivedMailTest.assertRich(mail, sent);
        assertThat(mail.raw()).isEqualTo(ReceivedMailTest.bytes(sent));
        assertThat(mail.size()).isEqualTo(mail.raw().length);
        assertThat(mail.flags()).containsExactly(Flag.SEEN);
        assertThat(mail.receivedAt()).isPresent();
        assertThat(folder.message(mail.id()).orElseThrow().subject()).isEqualTo("测试邮件");
    }

    @Test
    void readingDoesNotMarkAsSeen() {
        append("one");
        assertThat(folder.messages().findFirst().orElseThrow().text()).hasValue("body of one\n");

        assertThat(folder.messages().findFirst().orElseThrow().isSeen()).isFalse();
        assertThat(folder.status().unseen()).isEqualTo(1);
    }

    @Test
    void listsAreInOrder() {
        append("one", "two", "three");

        List<ReceivedMail> all = folder.messages().toList();

        assertThat(subjects(all)).containsExactly("one", "two", "three");
        assertThat(all).extracting(mail -> mail.uid().orElseThrow()).isSorted();
        assertThat(subjects(folder.newest(2).toList())).containsExactly("three", "two");
        assertThat(folder.newest(0)).isEmpty();
        assertThat(folder.status().messages()).isEqualTo(3);
        assertThat(folder.status().uidNext()).isGreaterThan(all.get(2).uid().orElseThrow());
    }

    @Test
    void anEmptyFolderHasNothing() {
        assertThat(folder.messages()).isEmpty();
        assertThat(folder.newest(5)).isEmpty();
        assertThat(folder.search(Query.subject("x"))).isEmpty();
        assertThat(folder.message(folder.status().uidValidity() + "-1")).isEmpty();
    }

    @Test
    void theServerSearches() {
        appendThree();

        assertThat(found(Query.all())).containsExactly("测试邮件", "invoice 7", "holiday");
        assertThat(found(Query.subject("invoice"))).containsExactly("invoice 7");
        assertThat(found(Query.text("body of hol"))).containsExactly("holiday");
        assertThat(found(Query.body("body of inv"))).containsExactly("invoice 7");
        assertThat(found(Query.flag(Flag.SEEN))).containsExactly("holiday");
        assertThat(found(Query.flag(Flag.keyword("$Work")))).containsExactly("holiday");
        assertThat(found(Query.not(Query.flag(Flag.FLAGGED)))).containsExactly("invoice 7", "holiday");
        assertThat(found(Query.larger(50_000))).containsExactly("测试邮件");
        assertThat(found(Query.smaller(50_000))).containsExactly("invoice 7", "holiday");
        assertThat(found(Query.since(LocalDate.now().minusDays(2)))).hasSize(3);
        assertThat(found(Query.before(LocalDate.now().minusDays(2)))).isEmpty();
        assertThat(found(Query.smaller(50_000).and(Query.not(Query.flag(Flag.SEEN)))))
                .containsExactly("invoice 7");
    }

    @Test
    void flagsAreSetAndTaken() {
        append("one", "two");
        List<ReceivedMail> both = folder.messages().toList();

        folder.mark(both, Flag.SEEN, Flag.ANSWERED, Flag.FLAGGED, Flag.DRAFT, Flag.keyword("$Later"));
        folder.unmark(both.subList(0, 1), Flag.SEEN, Flag.keyword("$Later"));

        List<ReceivedMail> now = folder.messages().toList();
        assertThat(now.get(0).flags()).containsExactlyInAnyOrder(Flag.ANSWERED, Flag.FLAGGED, Flag.DRAFT);
        assertThat(now.get(1).flags()).hasSize(5).contains(Flag.SEEN, Flag.keyword("$later"));
    }

    @Test
    void foldersOfAnyName() {
        Folder chinese = mailbox.folder("档案 & \"more\" " + FOLDERS.incrementAndGet());
        chinese.create();
        chinese.append(mail("kept"));

        assertThat(mailbox.folders()).contains(chinese, folder, mailbox.inbox());
        Folder renamed = chinese.rename("另外" + FOLDERS.incrementAndGet());
        assertThat(mailbox.folders()).contains(renamed).doesNotContain(chinese);
        assertThat(subjects(renamed.messages().toList())).containsExactly("kept");
        renamed.remove();
        assertThat(mailbox.folders()).doesNotContain(renamed);
        assertThat(catchThrowableOfType(
                                MailboxException.class, () -> renamed.messages().count())
                        .kind())
                .isEqualTo(MailboxException.Kind.REFUSED);
        assertThat(folder.messages()).isEmpty();
    }

    @Test
    void copyAndMove() {
        Folder target = mailbox.folder("Target" + FOLDERS.incrementAndGet());
        target.create();
        append("one", "two", "three");
        List<ReceivedMail> all = folder.messages().toList();

        folder.copy(all.subList(0, 1), target);
        folder.move(all.subList(1, 3), target);

        assertThat(subjects(folder.messages().toList())).containsExactly("one");
        assertThat(subjects(target.messages().toList())).containsExactly("one", "two", "three");
    }

    @Test
    void deletingTakesOnlyWhatIsMeant() {
        append("one", "two", "three");
        List<ReceivedMail> all = folder.messages().toList();
        folder.mark(all.subList(0, 1), Flag.DELETED);
        MailboxException refused = null;
        try {
            folder.delete(all.subList(1, 2));
        } catch (MailboxException e) {
            refused = e; // a server without UIDPLUS
        }

        assertThat(subjects(folder.messages().toList()))
                .contains("one", "three")
                .hasSize(refused == null ? 2 : 3);
        folder.expunge();
        assertThat(folder.messages().map(ReceivedMail::subject))
                .doesNotContain("one")
                .contains("three");
        folder.delete(folder.messages().toList());
        assertThat(folder.messages()).isEmpty();
    }

    @Test
    void aLargeMailComesInPieces() throws IOException {
        byte[] noise = new byte[2_500_000];
        new Random(1).nextBytes(noise);
        byte[] raw = (new String(mail("large"), StandardCharsets.ISO_8859_1)
                        + java.util.Base64.getMimeEncoder().encodeToString(noise) + "\r\n")
                .getBytes(StandardCharsets.ISO_8859_1);
        folder.append(raw);
        ByteArrayOutputStream out = new ByteArrayOutputStream();

        folder.messages().findFirst().orElseThrow().transferTo(out);

        assertThat(out.toByteArray()).isEqualTo(raw);
        assertThat(folder.messages().findFirst().orElseThrow().raw()).isEqualTo(raw);
    }

    @Test
    void aMailAboveTheLimitIsNotLoadedAndTheRestWorks() throws IOException {
        append("large");
        try (Mailbox limited = Mailbox.builder(server(0)).maxMailBytes(10).build()) {
            ReceivedMail mail =
                    limited.folder(folder.name()).messages().findFirst().orElseThrow();
            MailboxException e = catchThrowableOfType(MailboxException.class, mail::text);
            assertThat(e.kind()).isEqualTo(MailboxException.Kind.TOO_LARGE);
            assertThat(e).hasMessageContaining("maxMailBytes=10");
            mail.transferTo(java.io.OutputStream.nullOutputStream());
        }
    }

    @Test
    void aMailThatIsGoneSaysSo() {
        append("one");
        ReceivedMail mail = folder.messages().findFirst().orElseThrow();
        folder.delete(List.of(mail));

        assertThat(catchThrowableOfType(MailboxException.class, mail::text).kind())
                .isEqualTo(MailboxException.Kind.GONE);
        assertThat(folder.message(mail.id())).isEmpty();
        assertThat(catchThrowableOfType(
                        IllegalArgumentException.class, () -> mailbox.inbox().mark(List.of(mail), Flag.SEEN)))
                .hasMessageContaining("INBOX");
    }

    @Test
    void aWrongPasswordIsSaidWithoutIt() {
        MailServer wrong = server(0).toBuilder()
                .credentials(Credentials.password("alice@test.local", "wr0ng-password"))
                .build();
        try (Mailbox refused = Mailbox.of(wrong)) {
            MailboxException e = catchThrowableOfType(MailboxException.class, refused::folders);

            assertThat(e.kind()).isEqualTo(MailboxException.Kind.LOGIN);
            assertThat(e).hasMessageContaining("alice@test.local").hasMessageNotContaining("wr0ng");
            assertThat(refused.toString()).doesNotContain("wr0ng");
        }
    }

    @Test
    void quotaIsAListEvenWhereThereIsNone() {
        assertThat(folder.quota())
                .allSatisfy(quota -> assertThat(quota.resource()).isNotEmpty());
    }

    @Test
    void aBrokenConnectionFailsOneCallAndTheNextConnects() {
        append("one");
        try (FaultProxy proxy = FaultProxy.to(port());
                Mailbox through = Mailbox.of(server(proxy.port()))) {
            Folder there = through.folder(folder.name());
            assertThat(there.messages()).hasSize(1);
            proxy.awaitConnections(1);
            proxy.dropAll();

            assertThat(catchThrowableOfType(MailboxException.class, there::status)
                            .kind())
                    .isEqualTo(MailboxException.Kind.CONNECTION);
            assertThat(there.messages()).hasSize(1);
        }
    }
}

package io.github.packetboat.examples;

import io.github.packetboat.mailbox.Mailbox;
import io.github.packetboat.mailbox.MailboxException;
import io.github.packetboat.mailbox.MailboxListener;
import io.github.packetboat.mailbox.ReceivedMail;
import io.github.packetboat.mailbox.Watch;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * Prints what arrives in the inbox, until the program is ended. Without an account in the environment it watches one of its
 * own, see {@link MailAccount}: five mails arrive there, two of them while nobody watches, and each is told once.
 *
 * <pre>
 * mvn -q compile exec:java -Dexec.args="watch"
 * </pre>
 */
public final class WatchInbox implements MailboxListener {
    private final BlockingQueue<String> told = new LinkedBlockingQueue<>();

    private WatchInbox() {}

    /** Watches. */
    public static void main(String[] args) throws Exception {
        try (MailAccount account = MailAccount.open(0);
                Mailbox mailbox = Mailbox.builder(account.imap())
                        .idleRenewal(Duration.ofSeconds(account.isOwn() ? 1 : 300)) // ours forgets to tell at times
                        .build()) {
            WatchInbox listener = new WatchInbox();
            Watch watch = mailbox.inbox().watch(listener);
            try (watch) {
                if (!account.isOwn()) {
                    watch.awaitEnd();
                    return;
                }
                Expect.same("connected", Expect.next(listener.told));
                account.receive(1, 3);
                listener.expect(1, 3);
            }
            account.receive(4, 5);
            try (Watch again = mailbox.inbox().watch(listener, watch.watermark())) {
                listener.expect(4, 5);
                Expect.same("connected", Expect.next(listener.told));
                Expect.same(true, again.failure().isEmpty());
            }
            Expect.same(0, listener.told.size());
            System.out.println("5 mails sent, 5 told, each once");
        }
    }

    private void expect(int first, int last) throws InterruptedException {
        for (int i = first; i <= last; i++) {
            Expect.same("new: 测试邮件 " + i, Expect.next(told));
        }
    }

    private void tell(String what) {
        System.out.println("   tells  " + Printable.line(what));
        told.add(what);
    }

    @Override
    public void onNew(ReceivedMail mail) {
        tell("new: " + mail.subject());
    }

    @Override
    public void onConnected() {
        tell("connected");
    }

    @Override
    public void onInterrupted(MailboxException reason, Duration retryIn) {
        System.out.println("   tells  " + reason.getMessage() + "; again in " + retryIn.toMillis() + " ms");
    }
}

package io.github.packetboat.mailbox;

import io.github.packetboat.internal.Check;
import java.io.Serial;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Tells a {@link MailboxListener} of what happens in a folder. It connects again by itself when the connection breaks, with
 * growing pauses, and goes on where it was: no mail is missed, and none told twice, however often that happens. It ends when
 * it or its mailbox is closed, when the listener throws, or when there is no use in trying again: the server has refused the
 * login or shown a certificate
 * that is not accepted three times in a row, has no such folder, or has no lasting ids.
 *
 * <p>Over IMAP it waits with IDLE, which it renews before servers or routers end it in silence, and looks for itself each
 * time in case the server has forgotten to tell; where the server has no IDLE, and over POP3, it asks from time to time.
 *
 * <p>Thread-safe.
 */
public final class Watch implements AutoCloseable {
    private static final int MAX_DENIALS = 3;
    /** How long a server may take to let a closing watch go. */
    private static final long LEAVE_MILLIS = 1_000;

    private static final Logger LOG = System.getLogger(Watch.class.getName());

    private final MailboxSettings settings;
    private final MailboxListener listener;
    private final Watcher watcher;
    private final Consumer<Watch> onEnd;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread thread;
    private volatile @Nullable Throwable failure;

    private Watch(MailboxSettings settings, MailboxListener listener, Watcher watcher, Consumer<Watch> onEnd) {
        this.settings = settings;
        this.listener = listener;
        this.watcher = watcher;
        this.onEnd = onEnd;
        this.thread = new Thread(this::run, "packetboat-mailbox-watch");
        thread.setDaemon(true);
    }

    static Watch start(
            MailboxSettings settings,
            MailboxListener listener,
            Watcher watcher,
            Consumer<Watch> onStart,
            Consumer<Watch> onEnd) {
        Watch watch = new Watch(settings, Check.notNull("listener", listener), watcher, onEnd);
        onStart.accept(watch);
        watch.thread.start();
        return watch;
    }

    /**
     * Up to where new mail was told: with it, another watch goes on from here. Ask in a listener's call, and the mail of that
     * call is not included yet.
     */
    public Watermark watermark() {
        return watcher.watermark();
    }

    /** Why the watch has ended by itself: what the listener has thrown, or a {@link MailboxException}. Empty otherwise. */
    public Optional<Throwable> failure() {
        return Optional.ofNullable(failure);
    }

    /** Waits until the watch has ended, for whatever reason. */
    public void awaitEnd() throws InterruptedException {
        thread.join();
    }

    /** What a listener threw: no reason to connect again. */
    static final class ListenerFailure extends RuntimeException {
        @Serial
        private static final long serialVersionUID = 1L;

        ListenerFailure(Throwable cause) {
            super(cause);
        }
    }

    /** Runs a call of a listener. */
    static void tell(Runnable call) {
        try {
            call.run();
        } catch (Throwable e) { // whatever it is, it is the listener's and ends the watch
            throw new ListenerFailure(e);
        }
    }

    private void run() {
        try {
            int attempt = 0;
            int denials = 0;
            while (!isClosing()) {
                try {
                    watcher.connect();
                    attempt = 0;
                    denials = 0;
                    if (!isClosing()) {
                        tell(listener::onConnected);
                    }
                    while (!isClosing()) {
                        watcher.await(this::sleep);
                    }
                } catch (MailboxException e) {
                    watcher.disconnect();
                    denials = isDenial(e.kind()) ? denials + 1 : 0;
                    if (!isClosing()) {
                        retry(e, denials, attempt++);
                    }
                }
            }
        } catch (Throwable e) {
            end(e);
        } finally {
            watcher.leave();
            onEnd.accept(this);
        }
    }

    private static boolean isDenial(MailboxException.Kind kind) {
        return kind == MailboxException.Kind.LOGIN || kind == MailboxException.Kind.TLS;
    }

    private void retry(MailboxException e, int denials, int attempt) {
        boolean hopeless = denials == MAX_DENIALS
                || e.kind() == MailboxException.Kind.GONE
                || e.kind() == MailboxException.Kind.UNSUPPORTED;
        if (hopeless) {
            throw e;
        }
        Duration wait = settings.reconnect().next(attempt, RandomGenerator.getDefault());
        tell(() -> listener.onInterrupted(e, wait));
        sleep(wait);
    }

    private void end(Throwable e) {
        Throwable reason = e instanceof ListenerFailure && e.getCause() != null ? e.getCause() : e;
        if (isClosing() && !(e instanceof ListenerFailure)) {
            return; // what breaks while it is closed was broken by that
        }
        failure = reason;
        if (isClosing()) {
            return; // a listener that was using what is being closed
        }
        LOG.log(Level.WARNING, "the watch at " + settings.where() + " has ended: " + reason, reason);
    }

    private boolean isClosing() {
        return closing.getCount() == 0;
    }

    private void sleep(Duration time) {
        try {
            closing.await(time.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            closing.countDown(); // nobody but a listener's code can have asked for it
        }
    }

    /**
     * Ends the watch: takes leave of the server, for which that has a second, and disconnects. A call of the listener that is
     * under way is waited for, unless it is that which closes; none comes after it. So is a connection that is being opened,
     * up to its timeouts. Does nothing if it has ended.
     */
    @Override
    public void close() {
        closing.countDown();
        watcher.close();
        if (Thread.currentThread() == thread) {
            return;
        }
        boolean interrupted = awaitEndUninterrupted(LEAVE_MILLIS);
        watcher.disconnect();
        interrupted |= awaitEndUninterrupted(0);
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** For {@code millis}, or as long as it takes if that is 0; true if the caller was interrupted meanwhile. */
    private boolean awaitEndUninterrupted(long millis) {
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join(millis);
                if (millis > 0) {
                    return interrupted;
                }
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        return interrupted;
    }
}

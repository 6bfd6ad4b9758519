package io.github.packetboat.mail;

import java.time.Duration;

/** Logs what a listener throws, errors too: it must not harm the mails. Thread-safe. */
final class Guarded implements MailerListener {
    private static final System.Logger LOG = System.getLogger("io.github.packetboat");

    private final MailerListener listener;

    Guarded(MailerListener listener) {
        this.listener = listener;
    }

    private static void run(Runnable call) {
        run("a MailerListener", call);
    }

    static void run(String who, Runnable call) {
        try {
            call.run();
        } catch (RuntimeException | Error e) {
            LOG.log(System.Logger.Level.WARNING, who + " threw", e);
        }
    }

    @Override
    public void onConnected(String server, boolean encrypted) {
        run(() -> listener.onConnected(server, encrypted));
    }

    @Override
    public void onDisconnected(String server, String detail) {
        run(() -> listener.onDisconnected(server, detail));
    }

    @Override
    public void onDone(SendResult result) {
        run(() -> listener.onDone(result));
    }

    @Override
    public void onDeferred(String messageId, int recipients, Duration wait, String detail) {
        run(() -> listener.onDeferred(messageId, recipients, wait, detail));
    }

    @Override
    public void onClosed() {
        run(listener::onClosed);
    }
}

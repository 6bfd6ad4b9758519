package io.github.packetboat.mailbox;

import io.github.packetboat.testkit.Recorder;
import java.time.Duration;
import java.util.Set;

/** Writes down what a watch tells, but for the pauses. */
class WatchNotes implements MailboxListener {
    final Recorder<String> told = new Recorder<>();
    final Recorder<MailboxException> interruptions = new Recorder<>();

    @Override
    public void onNew(ReceivedMail mail) {
        told.accept("new " + mail.id());
    }

    @Override
    public void onRemoved(String id) {
        told.accept("removed " + id);
    }

    @Override
    public void onFlagsChanged(String id, Set<Flag> flags) {
        told.accept("flags " + id + " " + flags);
    }

    @Override
    public void onInterrupted(MailboxException reason, Duration retryIn) {
        interruptions.accept(reason);
    }

    @Override
    public void onConnected() {
        told.accept("connected");
    }
}

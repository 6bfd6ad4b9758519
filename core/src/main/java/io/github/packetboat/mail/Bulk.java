package io.github.packetboat.mail;

import io.github.packetboat.mail.RecipientResult.Status;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Counts what becomes of many mails. Thread-safe; reports come one at a time. */
final class Bulk {
    private final Consumer<SendProgress> progress;
    private final long startNanos;
    private long accepted;
    private long failed;
    private @Nullable SendProgress last;

    Bulk(Consumer<SendProgress> progress, long startNanos) {
        this.progress = progress;
        this.startNanos = startNanos;
    }

    synchronized void done(Mail mail, @Nullable SendResult result, @Nullable Throwable failure) {
        SendResult outcome = result != null ? result : outcome(mail, failure);
        if (outcome.isAccepted()) {
            accepted++;
        } else {
            failed++;
        }
        double seconds = Math.max(1, System.nanoTime() - startNanos) / 1e9;
        SendProgress report =
                new SendProgress(accepted + failed, accepted, failed, (accepted + failed) / seconds, outcome);
        last = report;
        progress.accept(report);
    }

    private static SendResult outcome(Mail mail, @Nullable Throwable failure) {
        if (failure instanceof MailException told) {
            return told.result();
        }
        String text = String.valueOf(failure == null ? null : failure.getMessage());
        List<RecipientResult> nobody = mail.recipients().stream()
                .map(each -> new RecipientResult(each, Status.DEFERRED, 0, null, text))
                .toList();
        return new SendResult(mail.messageId(), nobody, "", "", 0, Duration.ZERO);
    }

    synchronized @Nullable SendProgress last() {
        return last;
    }
}

package io.github.packetboat.message;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * The certificates and trust that are in use, and how they follow their files. One {@link SSLContext} for each
 * generation of the files, so that sessions can be resumed until the next one. Thread-safe.
 */
final class TlsMaterial {
    private final TlsSources sources;
    private final boolean verifyHost;
    /** Zero for never. */
    private final long reloadEveryNanos;

    private final @Nullable Consumer<? super RuntimeException> onReloadFailure;
    private final InstantSource clock;
    private final LongSupplier nanoTime;
    private final Logger log;

    private final AtomicLong nextCheckNanos;
    private volatile Generation generation;
    /** What was last reported of changed files that are not usable, or null. Guarded by this. */
    private @Nullable String reported;

    /** What comes of reading the files once. */
    private record Generation(SSLContext context, @Nullable Instant expiry, List<FileStamp> stamps) {}

    /** Reads the files; see {@link TlsOptions.Builder#build()} for what it throws. */
    TlsMaterial(
            TlsSources sources,
            boolean verifyHost,
            @Nullable Duration reloadEvery,
            @Nullable Consumer<? super RuntimeException> onReloadFailure,
            InstantSource clock,
            LongSupplier nanoTime,
            Logger log) {
        this.sources = sources;
        this.verifyHost = verifyHost;
        this.reloadEveryNanos = reloadEvery == null ? 0 : reloadEvery.toNanos();
        this.onReloadFailure = onReloadFailure;
        this.clock = clock;
        this.nanoTime = nanoTime;
        this.log = log;
        this.nextCheckNanos = new AtomicLong(nanoTime.getAsLong() + reloadEveryNanos);
        this.generation = load();
    }

    @Nullable
    Instant expiry() {
        return generation.expiry;
    }

    /** The context, after a look at the files if one is due. */
    SSLContext contextForHandshake() {
        if (reloadEveryNanos > 0) {
            long now = nanoTime.getAsLong();
            long due = nextCheckNanos.get();
            if (now - due >= 0 && nextCheckNanos.compareAndSet(due, now + reloadEveryNanos)) {
                reloadIfChanged();
            }
        }
        return generation.context;
    }

    synchronized void reload() {
        if (!sources.isEmpty()) {
            generation = load();
            reported = null;
        }
    }

    private void reloadIfChanged() {
        RuntimeException failure = tryReload();
        if (failure == null) {
            return;
        }
        if (onReloadFailure == null) {
            log.log(
                    Level.WARNING,
                    "new certificates are not usable, the old ones stay in use: " + failure.getMessage());
            return;
        }
        try {
            onReloadFailure.accept(failure);
        } catch (RuntimeException e) {
            log.log(Level.ERROR, "onReloadFailure has thrown", e);
        }
    }

    /** What is to be reported, or null. Files that stay unusable are tried again, but reported once. */
    private synchronized @Nullable RuntimeException tryReload() {
        if (sources.stamps().equals(generation.stamps)) {
            return null;
        }
        try {
            reload();
            return null;
        } catch (RuntimeException e) { // whatever the password supplier throws, too
            String message = String.valueOf(e.getMessage());
            boolean known = message.equals(reported);
            reported = message;
            return known ? null : e;
        }
    }

    private Generation load() {
        List<FileStamp> stamps = sources.stamps(); // before reading: what changes meanwhile counts as changed
        List<OwnCertificate> certificates = sources.readOwn();
        @Nullable List<X509Certificate> issuers = sources.readTrusted();
        certificates.forEach(this::warnIfOutdated);
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            TrustManager trust = PeerTrust.of(issuers, verifyHost, clock);
            context.init(new KeyManager[] {new CertificateSelector(certificates)}, new TrustManager[] {trust}, null);
            Instant expiry = certificates.stream()
                    .map(OwnCertificate::expiry)
                    .min(Instant::compareTo)
                    .orElse(null);
            return new Generation(context, expiry, stamps);
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("cannot set up TLS: " + e.getMessage(), e);
        }
    }

    private void warnIfOutdated(OwnCertificate certificate) {
        Instant now = clock.instant();
        Instant from = certificate.chain().get(0).getNotBefore().toInstant();
        if (now.isAfter(certificate.expiry())) {
            log.log(Level.WARNING, "certificate in " + certificate.origin() + " expired at " + certificate.expiry());
        } else if (now.isBefore(from)) {
            log.log(Level.WARNING, "certificate in " + certificate.origin() + " is not valid before " + from);
        }
    }
}

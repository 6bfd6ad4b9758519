package io.github.packetboat.datagram;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Arrays;
import java.util.function.LongSupplier;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * What a peer can only know if it receives at the address that it sends from (RFC 9147 §5.1, RFC 9000 §8.1). Nothing is kept
 * of a peer: its cookie is a code over its address, made with a secret. As a cookie may be stolen, secrets do not last; one
 * made with the secret before the present one still holds. Thread-safe.
 */
final class Cookies {
    /** How long a secret is used for new cookies: they hold for this time at least, and twice this time at most. */
    static final Duration SECRET_LASTS = Duration.ofMinutes(1);

    private static final String ALGORITHM = "HmacSHA256";
    private static final int SECRET_BYTES = 32;
    /** Half of what the code has, which is as much as may be left out (RFC 2104 §5). */
    private static final int COOKIE_BYTES = 16;

    private final SecureRandom random = new SecureRandom();
    private final LongSupplier clock;
    /** Guarded by this, as is what follows. */
    private SecretKeySpec secret = newSecret();

    private @Nullable SecretKeySpec before;
    private long sinceNanos;

    /** @param clock nanoseconds, as {@link System#nanoTime} */
    Cookies(LongSupplier clock) {
        this.clock = clock;
        this.sinceNanos = clock.getAsLong();
    }

    byte[] cookieFor(PeerKey peer) {
        SecretKeySpec current;
        synchronized (this) {
            renew();
            current = secret;
        }
        return code(current, peer);
    }

    /** Whether this is what {@link #cookieFor} has said of {@code peer} not too long ago. */
    boolean isFor(PeerKey peer, byte[] cookie) {
        SecretKeySpec current;
        SecretKeySpec former;
        synchronized (this) {
            renew();
            current = secret;
            former = before;
        }
        // in constant time: how much of a guess is right must not show
        return MessageDigest.isEqual(code(current, peer), cookie)
                || (former != null && MessageDigest.isEqual(code(former, peer), cookie));
    }

    private void renew() {
        long passed = clock.getAsLong() - sinceNanos;
        if (passed < SECRET_LASTS.toNanos()) {
            return;
        }
        before = passed < 2 * SECRET_LASTS.toNanos() ? secret : null;
        secret = newSecret();
        sinceNanos += passed - passed % SECRET_LASTS.toNanos();
    }

    private SecretKeySpec newSecret() {
        byte[] bytes = new byte[SECRET_BYTES];
        random.nextBytes(bytes);
        return new SecretKeySpec(bytes, ALGORITHM);
    }

    private static byte[] code(SecretKeySpec secret, PeerKey peer) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(secret);
            InetAddress address = peer.address();
            if (address != null) {
                mac.update(address.getAddress());
            }
            mac.update(ByteBuffer.allocate(2 * Integer.BYTES)
                    .putInt(peer.scope())
                    .putInt(peer.port())
                    .flip());
            return Arrays.copyOf(mac.doFinal(), COOKIE_BYTES);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(ALGORITHM + ", which every Java platform has, does not work", e);
        }
    }
}

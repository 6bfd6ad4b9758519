package io.github.packetboat.datagram;

import io.github.packetboat.internal.Attributed;
import io.github.packetboat.internal.Check;
import java.net.InetSocketAddress;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** A session in a {@link SessionTable}. Thread-safe, except where a method says otherwise. */
final class PeerSession<M> extends Attributed implements DatagramSession<M> {
    private final SessionTable<M> table;
    private final InetSocketAddress remoteAddress;
    private final PeerKey key;
    private final int amplification;
    private final AtomicLong bytesGranted = new AtomicLong();
    private volatile long bytesReceived;
    private volatile boolean validated;
    private volatile boolean open = true;
    /** The sessions heard of before and after this one. Guarded by the {@link Sessions} it is in. */
    @Nullable
    PeerSession<M> older;

    @Nullable
    PeerSession<M> newer;

    /** Loop thread only. */
    private long heardNanos;

    PeerSession(SessionTable<M> table, InetSocketAddress remoteAddress, int amplification) {
        this.table = table;
        this.remoteAddress = remoteAddress;
        this.key = PeerKey.of(remoteAddress);
        this.amplification = amplification;
    }

    @Override
    public boolean send(M message) {
        Check.notNull("message", message);
        return open && table.send(message, this);
    }

    @Override
    public InetSocketAddress remoteAddress() {
        return remoteAddress;
    }

    @Override
    public void validate() {
        validated = true;
    }

    @Override
    public boolean isValidated() {
        return validated;
    }

    @Override
    public boolean isOpen() {
        return open;
    }

    @Override
    public void close() {
        table.close(this);
    }

    @Override
    public String toString() {
        return "DatagramSession[" + remoteAddress + (open ? "" : ", ended") + "]";
    }

    PeerKey key() {
        return key;
    }

    /** Whether {@code bytes} more may be sent to the peer; if so, they count as sent. */
    boolean grants(int bytes) {
        if (amplification == 0 || validated) {
            return true;
        }
        while (true) {
            long granted = bytesGranted.get();
            if (granted + bytes > amplification * bytesReceived) {
                return false;
            }
            if (bytesGranted.compareAndSet(granted, granted + bytes)) {
                return true;
            }
        }
    }

    /** What {@link #grants} has granted was not sent. Of a validated peer, for whom nothing is counted, that says nothing. */
    void returns(int bytes) {
        bytesGranted.addAndGet(-bytes);
    }

    /** Loop thread only. */
    void heard(int bytes, long nowNanos) {
        bytesReceived += bytes;
        heardNanos = nowNanos;
    }

    /** Loop thread only. */
    long heardNanos() {
        return heardNanos;
    }

    void ended() {
        open = false;
    }
}

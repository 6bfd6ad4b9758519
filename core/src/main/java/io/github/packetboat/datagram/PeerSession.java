package io.github.packetboat.datagram;

import io.github.packetboat.internal.Attributed;
import io.github.packetboat.internal.Check;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/** A session in a {@link SessionTable}. Thread-safe, except where a method says otherwise. */
final class PeerSession<M> extends Attributed implements DatagramSession<M> {
    private final SessionTable<M> table;
    private final InetSocketAddress remoteAddress;
    private final PeerKey key;
    private final int amplification;
    /** What may have been sent to the peer before it was validated. Guarded by this, as are the three that follow. */
    private long bytesGranted;

    private long datagramsGranted;
    private long bytesReceived;
    private long datagramsReceived;
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
    public byte[] cookie() {
        return table.cookies().cookieFor(key);
    }

    @Override
    public boolean validate(byte[] cookie) {
        if (!table.cookies().isFor(key, Check.notNull("cookie", cookie))) {
            return false;
        }
        validated = true;
        return true;
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

    /**
     * Whether one more datagram, of {@code bytes}, may be sent to the peer; if so, it counts as sent. Datagrams are counted
     * too, as each has a header, which would otherwise make many small or empty ones far more than the peer has sent.
     */
    boolean grants(int bytes) {
        if (amplification == 0 || validated) {
            return true;
        }
        synchronized (this) {
            if (bytesGranted + bytes > amplification * bytesReceived
                    || datagramsGranted >= amplification * datagramsReceived) {
                return false;
            }
            bytesGranted += bytes;
            datagramsGranted++;
            return true;
        }
    }

    /** What {@link #grants} has granted was not sent. Of a validated peer, for whom nothing is counted, that says nothing. */
    synchronized void returns(int bytes) {
        bytesGranted -= bytes;
        datagramsGranted--;
    }

    /** Loop thread only. */
    void heard(int bytes, long nowNanos) {
        heardNanos = nowNanos;
        if (amplification == 0) {
            return;
        }
        synchronized (this) {
            bytesReceived += bytes;
            datagramsReceived++;
        }
    }

    /** Loop thread only. */
    long heardNanos() {
        return heardNanos;
    }

    void ended() {
        open = false;
    }
}

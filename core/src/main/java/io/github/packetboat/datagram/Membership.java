package io.github.packetboat.datagram;

import java.net.InetAddress;
import java.net.NetworkInterface;
import java.nio.channels.MembershipKey;
import org.jspecify.annotations.Nullable;

/**
 * That an endpoint is in a multicast group, on one network interface. It ends with {@link #leave()} or with the endpoint.
 * Joining the same once more gives the same membership, which the first {@code leave()} ends. Thread-safe.
 */
public final class Membership {
    private final MembershipKey key;

    Membership(MembershipKey key) {
        this.key = key;
    }

    /** The group. */
    public InetAddress group() {
        return key.group();
    }

    /** The interface at which the group's datagrams are received. */
    public NetworkInterface networkInterface() {
        return key.networkInterface();
    }

    /** The only sender whose datagrams are received, or null for all. */
    public @Nullable InetAddress source() {
        return key.sourceAddress();
    }

    /** Whether it has not ended. */
    public boolean isActive() {
        return key.isValid();
    }

    /** Ends it: the group's datagrams come no more. Nothing happens if it has ended. */
    public void leave() {
        key.drop();
    }

    @Override
    public String toString() {
        return "Membership[" + group().getHostAddress()
                + (source() == null ? "" : " from " + source().getHostAddress())
                + " on " + networkInterface().getName() + (isActive() ? "" : ", left") + "]";
    }
}

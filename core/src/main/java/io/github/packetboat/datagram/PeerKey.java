package io.github.packetboat.datagram;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A peer's address as the key of a hash table. The hash of an {@link InetSocketAddress} is the sum of its parts, so a stranger
 * who forges senders could have them all collide; this one depends on secret numbers of this process. Immutable.
 *
 * @param address null if it is not resolved, so that there is no such peer
 * @param scope the network interface, which tells apart peers with link-local addresses; else 0
 */
record PeerKey(@Nullable InetAddress address, int scope, int port) {
    /** As many words as an IPv6 address, a scope and a port have, and one for the sum to begin with. */
    private static final long[] SECRETS =
            new SecureRandom().longs(1 + Integer.BYTES + 2).toArray();

    static PeerKey of(InetSocketAddress peer) {
        InetAddress address = peer.getAddress();
        int scope = address instanceof Inet6Address ipv6 && ipv6.isLinkLocalAddress() ? ipv6.getScopeId() : 0;
        return new PeerKey(address, scope, peer.getPort());
    }

    /**
     * The multilinear hash (Lemire and Kaser, "Strongly universal string hashing is fast"): two addresses chosen without
     * knowledge of the secrets collide with a probability of 2^-32.
     */
    @Override
    public int hashCode() {
        long sum = SECRETS[0] + SECRETS[1] * word(scope) + SECRETS[2] * word(port);
        if (address instanceof Inet6Address ipv6) {
            ByteBuffer words = ByteBuffer.wrap(ipv6.getAddress());
            for (int i = 3; words.hasRemaining(); i++) {
                sum += SECRETS[i] * word(words.getInt());
            }
        } else {
            sum += SECRETS[3] * word(Objects.hashCode(address)); // which is the four bytes of an IPv4 address
        }
        return (int) (sum >>> Integer.SIZE);
    }

    private static long word(int word) {
        return Integer.toUnsignedLong(word);
    }
}

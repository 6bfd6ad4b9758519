package io.github.packetboat.message;

import io.github.packetboat.internal.Check;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/**
 * Which peers may connect, by blocks of IP addresses. Immutable and thread-safe.
 *
 * <pre>{@code
 * IpFilter filter = IpFilter.builder().allow("10.0.0.0/8", "fd00::/8", "::1").deny("10.0.0.66").build();
 * }</pre>
 *
 * <p>A block is an address with the number of its leading bits that count ({@code 10.0.0.0/8}) or an address alone.
 * Names are not looked up. An address that is denied stays denied even if it is allowed as well; where nothing is
 * allowed explicitly, everything that is not denied may connect. An IPv4-mapped IPv6 address ({@code ::ffff:10.0.0.1})
 * is the IPv4 address that it carries, in blocks and peers alike, so {@code ::/0} means IPv6 alone. Peers on
 * unix-domain sockets have no IP address and always pass: the file's permissions guard those.
 */
public final class IpFilter {
    private static final IpFilter ALLOW_ALL = builder().build();

    private final List<Block> allowed;
    private final List<Block> denied;
    private final Ranges allowedRanges;
    private final Ranges deniedRanges;

    private IpFilter(List<Block> allowed, List<Block> denied) {
        this.allowed = List.copyOf(allowed);
        this.denied = List.copyOf(denied);
        this.allowedRanges = new Ranges(allowed);
        this.deniedRanges = new Ranges(denied);
    }

    /** The filter that lets everybody pass. */
    public static IpFilter allowAll() {
        return ALLOW_ALL;
    }

    /** A builder that starts with nothing allowed and nothing denied explicitly, which lets everybody pass. */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Whether {@code peer} may connect. Takes time logarithmic in the number of blocks. An address that has not been
     * resolved, or is of a kind unknown here, may not, unless this filter lets everybody pass.
     */
    public boolean allows(SocketAddress peer) {
        if (peer instanceof InetSocketAddress inet && !inet.isUnresolved()) {
            byte[] address = inet.getAddress().getAddress();
            return !deniedRanges.contain(address) && (allowed.isEmpty() || allowedRanges.contain(address));
        }
        return peer instanceof UnixDomainSocketAddress || (allowed.isEmpty() && denied.isEmpty());
    }

    /** The blocks, as they were given, in one line. */
    @Override
    public String toString() {
        return "IpFilter[allow=" + (allowed.isEmpty() ? "all" : allowed) + ", deny=" + denied + "]";
    }

    /** Collects blocks. Not thread-safe. */
    public static final class Builder {
        private final List<Block> allowed = new ArrayList<>();
        private final List<Block> denied = new ArrayList<>();

        private Builder() {}

        /**
         * Allows these blocks, besides those allowed before.
         *
         * @throws IllegalArgumentException if one is no block: no literal address, too many bits, or an address with
         *     bits set behind those that count
         */
        public Builder allow(String... blocks) {
            return add("allow", blocks, allowed);
        }

        /**
         * Denies these blocks, besides those denied before.
         *
         * @throws IllegalArgumentException as {@link #allow}
         */
        public Builder deny(String... blocks) {
            return add("deny", blocks, denied);
        }

        private Builder add(String option, String[] blocks, List<Block> to) {
            for (String block : Check.notNull(option, blocks)) {
                to.add(Block.parse(option, Check.notNull(option, block)));
            }
            return this;
        }

        /**
         * The filter of the blocks given so far. The builder can be used on, and what it does then does not touch it.
         */
        public IpFilter build() {
            return new IpFilter(allowed, denied);
        }
    }

    /** A block of addresses, from its first to its last, all of the same number of bytes. */
    private static final class Block {
        private static final int MAPPED_BITS = 96;

        private final String text;
        private final byte[] first;
        private final byte[] last;

        Block(String text, byte[] first, byte[] last) {
            this.text = text;
            this.first = first;
            this.last = last;
        }

        static Block parse(String option, String text) {
            int slash = text.indexOf('/');
            byte[] address = IpLiteral.parse(slash < 0 ? text : text.substring(0, slash));
            if (address == null) {
                throw invalid(option, text, "is no IP address, as in 10.0.0.0/8 or ::1; names are not looked up");
            }
            int maxBits = address.length * 8;
            int bits = slash < 0 ? maxBits : IpLiteral.decimal(text, slash + 1, text.length(), maxBits);
            if (bits < 0) {
                throw invalid(option, text, "must have 0 to " + maxBits + " bits behind the slash");
            }
            byte[] canonical = address;
            if (IpLiteral.isIpv6(address) && bits >= MAPPED_BITS) {
                canonical = IpLiteral.address(address).getAddress(); // 4 bytes if it is IPv4-mapped
                bits -= (address.length - canonical.length) * 8;
            }
            return of(option, text, canonical, bits);
        }

        private static Block of(String option, String text, byte[] address, int bits) {
            byte[] first = address.clone();
            byte[] last = address.clone();
            for (int i = 0; i < address.length; i++) {
                int counting = Math.max(0, Math.min(8, bits - i * 8));
                int rest = 0xff >> counting;
                first[i] &= (byte) ~rest;
                last[i] |= (byte) rest;
            }
            if (!Arrays.equals(first, address)) {
                throw invalid(
                        option,
                        text,
                        "has bits set behind the first " + bits + "; did you mean "
                                + IpLiteral.address(first).getHostAddress() + "/" + bits + "?");
            }
            return new Block(text, first, last);
        }

        private static IllegalArgumentException invalid(String option, String text, String why) {
            return new IllegalArgumentException(option + ": \"" + Escaped.of(text) + "\" " + why);
        }

        @Override
        public String toString() {
            return text;
        }
    }

    /** The addresses of several blocks, as sorted ranges that neither touch nor overlap. */
    private static final class Ranges {
        private final List<Block> ranges;

        Ranges(List<Block> blocks) {
            List<Block> sorted = new ArrayList<>(blocks);
            sorted.sort((a, b) -> compare(a.first, b.first));
            ranges = new ArrayList<>();
            for (Block next : sorted) {
                int end = ranges.size() - 1;
                if (end >= 0 && compare(next.first, ranges.get(end).last) <= 0) {
                    // Blocks are apart or one within the other.
                    Block wider = compare(next.last, ranges.get(end).last) > 0 ? next : ranges.get(end);
                    ranges.set(end, new Block(wider.text, ranges.get(end).first, wider.last));
                } else {
                    ranges.add(next);
                }
            }
        }

        boolean contain(byte[] address) {
            if (ranges.isEmpty()) {
                return false;
            }
            int i = Collections.binarySearch(
                    ranges, new Block("", address, address), (a, b) -> compare(a.first, b.first));
            int candidate = i >= 0 ? i : -i - 2; // the last one that begins at or before the address
            return candidate >= 0 && compare(address, ranges.get(candidate).last) <= 0;
        }

        /** IPv4 before IPv6, then by value. */
        private static int compare(byte[] a, byte[] b) {
            return a.length != b.length ? Integer.compare(a.length, b.length) : Arrays.compareUnsigned(a, b);
        }
    }
}

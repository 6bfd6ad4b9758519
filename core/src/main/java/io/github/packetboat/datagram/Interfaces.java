package io.github.packetboat.datagram;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.InterfaceAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.channels.DatagramChannel;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Which of this machine's network interfaces to use where the user names none. Stateless, thread-safe. */
final class Interfaces {
    /** For asking the kernel which way it would send; nothing is sent. */
    private static final int ANY_PORT = 9;

    private Interfaces() {}

    /** All that there are, up or not. */
    static List<NetworkInterface> all() throws IOException {
        return NetworkInterface.networkInterfaces().toList();
    }

    /**
     * Those at which {@code group} can be joined, the best first: the one that the kernel would send to the group by, then
     * those that are up, do multicast and have an address of the group's family, the loopback last.
     */
    static List<NetworkInterface> forGroup(InetAddress group, Collection<NetworkInterface> all) throws IOException {
        Set<NetworkInterface> best = new LinkedHashSet<>();
        NetworkInterface routed = routeTo(group);
        if (routed != null) {
            best.add(routed);
        }
        for (NetworkInterface each : all) {
            if (each.isUp() && each.supportsMulticast() && hasFamilyOf(group, each)) {
                best.add(each);
            }
        }
        for (NetworkInterface each : all) {
            if (each.isUp() && each.isLoopback() && hasFamilyOf(group, each)) {
                best.add(each);
            }
        }
        return List.copyOf(best);
    }

    private static boolean hasFamilyOf(InetAddress group, NetworkInterface each) {
        return each.inetAddresses().anyMatch(own -> own instanceof Inet4Address == group instanceof Inet4Address);
    }

    /** The interface by which the kernel would send there, or null if it would not. */
    private static @Nullable NetworkInterface routeTo(InetAddress destination) throws IOException {
        try (DatagramChannel probe = DatagramChannel.open()) {
            probe.connect(new InetSocketAddress(destination, ANY_PORT));
            return NetworkInterface.getByInetAddress(((InetSocketAddress) probe.getLocalAddress()).getAddress());
        } catch (SocketException | RuntimeException noRoute) {
            return null;
        }
    }

    /**
     * The broadcast addresses of those interfaces that are up. The loopback, which has none, counts only if it is the only
     * one asked for.
     */
    static List<InetAddress> broadcastAddresses(Collection<NetworkInterface> of) throws IOException {
        List<InetAddress> found = new ArrayList<>();
        for (NetworkInterface each : of) {
            if (!each.isUp()) {
                continue;
            }
            for (InterfaceAddress address : each.getInterfaceAddresses()) {
                InetAddress broadcast = address.getBroadcast();
                if (broadcast == null && each.isLoopback() && of.size() == 1) {
                    broadcast = lastOf(address.getAddress(), address.getNetworkPrefixLength());
                }
                if (broadcast != null && !broadcast.isAnyLocalAddress() && !found.contains(broadcast)) {
                    found.add(broadcast);
                }
            }
        }
        return found;
    }

    /** The last address of an IPv4 network, which is its broadcast address (RFC 919 §7), or null. */
    static @Nullable InetAddress lastOf(InetAddress address, int prefixBits) throws IOException {
        if (!(address instanceof Inet4Address)) {
            return null;
        }
        byte[] bytes = address.getAddress();
        for (int bit = prefixBits; bit < Integer.SIZE; bit++) {
            bytes[bit / Byte.SIZE] |= (byte) (0x80 >> bit % Byte.SIZE);
        }
        return InetAddress.getByAddress(bytes);
    }

    /** Their names and addresses, for an error. */
    static String describe(Collection<NetworkInterface> interfaces) {
        return interfaces.isEmpty()
                ? "none"
                : interfaces.stream().map(Interfaces::describe).collect(Collectors.joining(", "));
    }

    private static String describe(NetworkInterface each) {
        return each.getName() + " "
                + each.inetAddresses().map(InetAddress::getHostAddress).collect(Collectors.joining(" ", "(", ")"));
    }
}

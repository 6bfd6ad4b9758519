package io.github.packetboat.datagram;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.ProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.channels.DatagramChannel;
import java.nio.channels.MembershipKey;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Opens the channels of an endpoint and joins groups with them. Stateless, thread-safe. */
final class Sockets {
    private Sockets() {}

    /**
     * Non-blocking channels, one a shard, all at the same address.
     *
     * @param peer whom they are connected to, or null
     * @param family null for one that speaks IPv4 and IPv6
     * @throws BindException with the address in its text, if that is taken or not allowed
     */
    static List<DatagramChannel> open(
            Settings<?> settings,
            @Nullable ProtocolFamily family,
            InetSocketAddress local,
            @Nullable InetSocketAddress peer)
            throws IOException {
        List<DatagramChannel> opened = new ArrayList<>();
        InetSocketAddress at = local;
        try {
            for (int i = 0; i < settings.shards(); i++) {
                DatagramChannel channel = family == null ? DatagramChannel.open() : DatagramChannel.open(family);
                opened.add(channel);
                channel.configureBlocking(false);
                apply(settings, channel);
                channel.bind(at);
                if (peer != null) {
                    channel.connect(peer);
                }
                at = new InetSocketAddress(local.getAddress(), port(channel));
            }
            return List.copyOf(opened);
        } catch (IOException | RuntimeException e) {
            closeAll(opened);
            String what = "cannot bind UDP at " + at + (peer == null ? "" : " for " + peer);
            if (!(e instanceof IOException)) {
                throw new IllegalArgumentException(what + ": " + e, e);
            }
            BindException failure = new BindException(what + ": " + e);
            failure.initCause(e);
            throw failure;
        }
    }

    static void closeAll(List<DatagramChannel> channels) throws IOException {
        for (DatagramChannel channel : channels) {
            channel.close();
        }
    }

    static int port(DatagramChannel channel) throws IOException {
        return ((InetSocketAddress) channel.getLocalAddress()).getPort();
    }

    private static void apply(Settings<?> settings, DatagramChannel channel) throws IOException {
        channel.setOption(StandardSocketOptions.SO_RCVBUF, settings.receiveBufferBytes());
        channel.setOption(StandardSocketOptions.SO_SNDBUF, settings.sendBufferBytes());
        channel.setOption(StandardSocketOptions.SO_BROADCAST, true);
        channel.setOption(StandardSocketOptions.IP_MULTICAST_TTL, settings.multicastHops());
        channel.setOption(StandardSocketOptions.IP_MULTICAST_LOOP, settings.multicastLoopback());
        if (settings.reuseAddress()) {
            channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
        }
        if (settings.shards() > 1) {
            if (!channel.supportedOptions().contains(StandardSocketOptions.SO_REUSEPORT)) {
                throw new IOException("shards=" + settings.shards() + " needs SO_REUSEPORT, which this system lacks");
            }
            channel.setOption(StandardSocketOptions.SO_REUSEPORT, true);
        }
        NetworkInterface chosen = settings.networkInterface();
        if (chosen != null) {
            channel.setOption(StandardSocketOptions.IP_MULTICAST_IF, chosen);
        }
    }

    /** Joins at the first of {@code candidates} that works. */
    static Membership join(
            DatagramChannel channel, InetAddress group, @Nullable InetAddress source, List<NetworkInterface> candidates)
            throws IOException {
        List<String> tried = new ArrayList<>();
        IOException failure = null;
        for (NetworkInterface each : candidates) {
            try {
                return new Membership(join(channel, group, source, each));
            } catch (IOException | IllegalArgumentException | UnsupportedOperationException e) {
                tried.add(Interfaces.describe(List.of(each)) + ": " + e.getMessage());
                failure = new IOException(
                        "cannot join " + group.getHostAddress()
                                + (source == null ? "" : " from " + source.getHostAddress())
                                + "; tried " + String.join("; ", tried),
                        e);
            }
        }
        throw failure != null
                ? failure
                : new IOException("cannot join " + group.getHostAddress() + ": no network interface is up and has an"
                        + " address of its family; there are " + Interfaces.describe(Interfaces.all()));
    }

    private static MembershipKey join(
            DatagramChannel channel, InetAddress group, @Nullable InetAddress source, NetworkInterface at)
            throws IOException {
        return source == null ? channel.join(group, at) : channel.join(group, at, source);
    }
}

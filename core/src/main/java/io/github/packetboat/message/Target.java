package io.github.packetboat.message;

import io.github.packetboat.internal.Check;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where a client connects to. */
sealed interface Target {

    /** The addresses to try, in order. May ask a name server and so block, if {@link #needsLookup}. */
    List<? extends SocketAddress> addresses() throws UnknownHostException;

    /** Whether a name server may have to be asked. */
    boolean needsLookup();

    /** What the server's certificate must be for, or null if that is nothing on the network. */
    Endpoint.@Nullable HostAndPort host();

    /** {@code address} as it is; a host name in it is looked up at each attempt. */
    static Target of(SocketAddress address) {
        Check.notNull("address", address);
        return address instanceof InetSocketAddress inet && inet.isUnresolved()
                ? new Named(inet.getHostString(), inet.getPort())
                : new Fixed(address);
    }

    /** A host by name. */
    record Named(String name, int port) implements Target {
        @Override
        public List<InetSocketAddress> addresses() throws UnknownHostException {
            List<InetSocketAddress> first = new ArrayList<>();
            List<InetSocketAddress> second = new ArrayList<>();
            InetAddress[] all = InetAddress.getAllByName(name);
            for (InetAddress address : all) {
                boolean sameFamily = (address instanceof Inet6Address) == (all[0] instanceof Inet6Address);
                (sameFamily ? first : second).add(new InetSocketAddress(address, port));
            }
            return interleaved(first, second);
        }

        /** The families take turns, so that a broken one costs one attempt only (RFC 8305 §4). */
        private static <T> List<T> interleaved(List<T> first, List<T> second) {
            List<T> all = new ArrayList<>();
            for (int i = 0; i < Math.max(first.size(), second.size()); i++) {
                if (i < first.size()) {
                    all.add(first.get(i));
                }
                if (i < second.size()) {
                    all.add(second.get(i));
                }
            }
            return all;
        }

        @Override
        public boolean needsLookup() {
            return IpLiteral.parse(name) == null;
        }

        @Override
        public Endpoint.HostAndPort host() {
            return new Endpoint.HostAndPort(name, port);
        }

        @Override
        public String toString() {
            return name + ":" + port;
        }
    }

    /** One address. */
    record Fixed(SocketAddress address) implements Target {
        @Override
        public List<SocketAddress> addresses() {
            return List.of(address);
        }

        @Override
        public boolean needsLookup() {
            return false;
        }

        @Override
        public Endpoint.HostAndPort host() {
            return address instanceof InetSocketAddress inet
                    ? new Endpoint.HostAndPort(inet.getHostString(), inet.getPort())
                    : new Endpoint.HostAndPort("localhost", 0);
        }

        @Override
        public String toString() {
            return address.toString();
        }
    }

    /** A relay, behind which the host is that the certificate must be for. */
    record Relayed(Target relay, Endpoint.HostAndPort host) implements Target {
        @Override
        public List<? extends SocketAddress> addresses() throws UnknownHostException {
            return relay.addresses();
        }

        @Override
        public boolean needsLookup() {
            return relay.needsLookup();
        }

        @Override
        public String toString() {
            return relay.toString();
        }
    }
}

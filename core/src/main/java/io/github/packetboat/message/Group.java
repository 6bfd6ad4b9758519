package io.github.packetboat.message;

import io.github.packetboat.codec.CodecException;
import io.github.packetboat.codec.CodecFactory;
import io.github.packetboat.codec.FrameBuffer;
import io.github.packetboat.internal.io.EventLoop;
import io.github.packetboat.internal.io.Outbox;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A named set of connections that are told the same things. Members may belong to different bindings, servers and clients;
 * a member leaves by itself when it closes. A message is encoded once for each codec among the members, never once for each
 * member. Thread-safe.
 *
 * <pre>{@code
 * Group<String> lobby = Group.named("lobby");
 * lobby.add(connection);
 * lobby.broadcast("hello, everybody");
 * }</pre>
 *
 * @param <M> the type of message
 */
public final class Group<M> {
    private final String name;
    private final Set<SocketConnection<M>> members = new LinkedHashSet<>();
    private volatile @Nullable List<SocketConnection<M>> snapshot;

    private Group(String name) {
        this.name = name;
    }

    /** A new, empty group. The name is for people: two groups of the same name are two groups. */
    public static <M> Group<M> named(String name) {
        return new Group<>(Check.notNull("name", name));
    }

    /** What the group was called when it was made. */
    public String name() {
        return name;
    }

    /**
     * Adds {@code connection}, which leaves by itself when it closes.
     *
     * @return false if it is a member already, or closed
     * @throws IllegalArgumentException if it is no connection of a {@link MessageServer} or {@link MessageClient}
     */
    public boolean add(Connection<M> connection) {
        SocketConnection<M> member = socketConnection(connection);
        synchronized (members) {
            if (members.contains(member) || !member.memberships().join(this)) {
                return false;
            }
            snapshot = null;
            return members.add(member);
        }
    }

    /** Adds {@code member}, to be {@linkplain #drop dropped} by the caller when it closes. */
    void enroll(SocketConnection<M> member) {
        synchronized (members) {
            snapshot = null;
            members.add(member);
        }
    }

    /** Removes {@code connection}. Returns whether it was a member. */
    public boolean remove(Connection<M> connection) {
        SocketConnection<M> member = socketConnection(connection);
        member.memberships().leave(this);
        return drop(member);
    }

    boolean drop(SocketConnection<M> member) {
        synchronized (members) {
            boolean removed = members.remove(member);
            if (removed) {
                snapshot = null;
            }
            return removed;
        }
    }

    /** Whether {@code connection} is a member. */
    public boolean contains(Connection<M> connection) {
        synchronized (members) {
            return connection instanceof SocketConnection<M> && members.contains(connection);
        }
    }

    /** How many members there are now. */
    public int size() {
        synchronized (members) {
            return members.size();
        }
    }

    /** The members at this moment, in the order in which they joined. */
    public List<Connection<M>> members() {
        return List.copyOf(current());
    }

    /**
     * Sends {@code message} to every member, as {@link Connection#send} would, in the order of calls. A member that reads too
     * slowly is treated as its {@link Overflow} policy says and delays no other.
     *
     * @return how many members accepted it
     * @throws IllegalArgumentException if {@code message} is null or cannot be encoded; nobody gets it then
     */
    public int broadcast(M message) {
        return send(message, null);
    }

    /** As {@link #broadcast}, but for {@code except}. */
    public int broadcastExcept(M message, Connection<M> except) {
        return send(message, Check.notNull("except", except));
    }

    @Override
    public String toString() {
        return "Group[" + name + ", " + size() + " members]";
    }

    private static <M> SocketConnection<M> socketConnection(Connection<M> connection) {
        if (connection instanceof SocketConnection<M> ours) {
            return ours;
        }
        throw new IllegalArgumentException(
                "only connections of a MessageServer or MessageClient can be in a group, not " + connection);
    }

    private List<SocketConnection<M>> current() {
        List<SocketConnection<M>> list = snapshot;
        if (list == null) {
            synchronized (members) {
                list = new ArrayList<>(members);
                snapshot = list;
            }
        }
        return list;
    }

    private int send(M message, @Nullable Connection<M> except) {
        Broadcast<M> broadcast = new Broadcast<>(Check.notNull("message", message), EventLoop.current());
        List<SocketConnection<M>> to = current();
        try {
            int accepted = 0;
            for (int i = 0; i < to.size(); i++) {
                SocketConnection<M> member = to.get(i);
                if (member != except && broadcast.sendTo(member)) {
                    accepted++;
                }
            }
            return accepted;
        } finally {
            broadcast.done();
        }
    }

    /** One message on its way to the members: encoded when a codec is met for the first time. */
    private static final class Broadcast<M> {
        private final M message;
        private final @Nullable EventLoop loop;
        private @Nullable CodecFactory<M> sharedCodec;
        private int start;
        private int end;
        private @Nullable List<Encoded<M>> copies;

        private record Encoded<M>(CodecFactory<M> codec, ByteBuffer bytes) {}

        Broadcast(M message, @Nullable EventLoop loop) {
            this.message = message;
            this.loop = loop;
        }

        boolean sendTo(SocketConnection<M> member) {
            if (member.life().refusesSends()) {
                return false;
            }
            CodecFactory<M> codec = member.endpoint().codec();
            if (member.loop() != loop) {
                return member.outbound().sendEncodedFromOutside(copyFor(codec));
            }
            if (codec == sharedCodec) {
                return member.outbound().sendShared(start, end);
            }
            return sharedCodec == null
                    ? sendFirst(member, codec)
                    : member.outbound().sendCopy(copyFor(codec));
        }

        /** Encodes into the outbox of this loop, for all its members that have the same codec. */
        private boolean sendFirst(SocketConnection<M> member, CodecFactory<M> codec) {
            int from = member.outbound().encodeShared(message);
            ByteBuffer outgrown = member.outbound().outgrownShared();
            if (outgrown != null) {
                ByteBuffer own =
                        ByteBuffer.allocate(outgrown.remaining()).put(outgrown).flip();
                copies().add(new Encoded<>(codec, own));
                return member.outbound().sendCopy(own);
            }
            sharedCodec = codec;
            start = from;
            Outbox outbox = member.loop().outbox();
            outbox.pin();
            end = outbox.buffer().position();
            return member.outbound().sendShared(start, end);
        }

        private ByteBuffer copyFor(CodecFactory<M> codec) {
            for (Encoded<M> made : copies()) {
                if (made.codec == codec) {
                    return made.bytes;
                }
            }
            ByteBuffer bytes = ByteBuffer.wrap(encode(codec));
            copies().add(new Encoded<>(codec, bytes));
            return bytes;
        }

        /** All members have been served: the outbox may move on. */
        void done() {
            if (sharedCodec != null && loop != null) {
                loop.outbox().unpin();
            }
        }

        private byte[] encode(CodecFactory<M> codec) {
            FrameBuffer out = FrameBuffer.allocate(256);
            try {
                codec.create().encode(message, out);
            } catch (CodecException e) {
                throw new IllegalArgumentException(e.getMessage(), e);
            }
            return out.toByteArray();
        }

        private List<Encoded<M>> copies() {
            List<Encoded<M>> made = copies;
            if (made == null) {
                made = new ArrayList<>(2);
                copies = made;
            }
            return made;
        }
    }
}

package io.github.packetboat.message;

import io.github.packetboat.codec.CodecException;
import io.github.packetboat.codec.CodecFactory;
import io.github.packetboat.codec.FrameBuffer;
import io.github.packetboat.internal.Check;
import io.github.packetboat.internal.io.EventLoop;
import io.github.packetboat.internal.io.Outbox;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
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
    private volatile @Nullable Snapshot<M> snapshot;

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
        synchronized (members) {
            member.memberships().leave(this);
            return drop(member);
        }
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
        return List.copyOf(current().members);
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

    /** The members at one moment, and what their codecs are. */
    private record Snapshot<M>(List<SocketConnection<M>> members, List<CodecFactory<M>> codecs, int maxMessageBytes) {

        static <M> Snapshot<M> of(Collection<SocketConnection<M>> members) {
            Set<CodecFactory<M>> codecs = new LinkedHashSet<>();
            int max = Integer.MAX_VALUE;
            for (SocketConnection<M> member : members) {
                codecs.add(member.encoding());
                max = Math.min(max, member.endpoint().settings().limits().maxQueuedBytes());
            }
            return new Snapshot<>(new ArrayList<>(members), List.copyOf(codecs), max);
        }
    }

    private Snapshot<M> current() {
        Snapshot<M> made = snapshot;
        if (made == null) {
            synchronized (members) {
                made = Snapshot.of(members);
                snapshot = made;
            }
        }
        return made;
    }

    private int send(M message, @Nullable Connection<M> except) {
        Check.notNull("message", message);
        Snapshot<M> to = current();
        if (to.members.isEmpty()) {
            return 0;
        }
        Broadcast<M> broadcast = new Broadcast<>(to, message, EventLoop.current());
        try {
            int accepted = 0;
            for (int i = 0; i < to.members.size(); i++) {
                SocketConnection<M> member = to.members.get(i);
                if (member != except && broadcast.sendTo(member)) {
                    accepted++;
                }
            }
            return accepted;
        } finally {
            broadcast.done();
        }
    }

    /**
     * One message on its way to the members. It is encoded for all their codecs before the first member gets it, so that
     * nobody gets what cannot be encoded for all: into the outbox of the loop that this runs on if there is one codec only,
     * else into arrays that the members share.
     */
    private static final class Broadcast<M> {
        private final M message;
        private final @Nullable EventLoop loop;
        private final List<CodecFactory<M>> codecs;
        private final int maxMessageBytes;
        private final @Nullable ByteBuffer[] copies;
        private boolean inOutbox;
        private int start;
        private int end;

        Broadcast(Snapshot<M> to, M message, @Nullable EventLoop loop) {
            this.message = message;
            this.loop = loop;
            this.codecs = to.codecs;
            this.maxMessageBytes = to.maxMessageBytes;
            this.copies = new ByteBuffer[codecs.size()];
            if (codecs.size() > 1) {
                for (int i = 0; i < copies.length; i++) {
                    copies[i] = encode(codecs.get(i));
                }
            }
        }

        boolean sendTo(SocketConnection<M> member) {
            if (member.life().refusesSends()) {
                return false;
            }
            if (member.loop() != loop) {
                return member.outbound().sendEncodedFromOutside(copyFor(member));
            }
            if (inOutbox) {
                return member.outbound().sendShared(start, end);
            }
            return copies[0] == null ? sendFirst(member) : member.outbound().sendCopy(copyFor(member));
        }

        /** Encodes into the outbox of this loop, for all its members. */
        private boolean sendFirst(SocketConnection<M> member) {
            Outbound<M> first = member.outbound();
            int from = first.encoder().encodeShared(message, loop.outbox().room());
            ByteBuffer outgrown = first.encoder().outgrownShared();
            if (outgrown != null) {
                checkLength(outgrown.remaining());
                ByteBuffer own =
                        ByteBuffer.allocate(outgrown.remaining()).put(outgrown).flip();
                copies[0] = own;
                return first.sendCopy(own);
            }
            Outbox outbox = member.loop().outbox();
            int to = outbox.buffer().position();
            if (to - from > maxMessageBytes) {
                outbox.buffer().position(from);
                checkLength(to - from);
            }
            outbox.pin();
            inOutbox = true;
            start = from;
            end = to;
            return first.sendShared(from, to);
        }

        private ByteBuffer copyFor(SocketConnection<M> member) {
            CodecFactory<M> codec = member.encoding();
            int i = codecs.indexOf(codec);
            ByteBuffer made = copies[i];
            if (made == null) {
                made = inOutbox ? loop.outbox().copyOf(start, end) : encode(codec);
                copies[i] = made;
            }
            return made;
        }

        private ByteBuffer encode(CodecFactory<M> codec) {
            FrameBuffer out = FrameBuffer.allocate(256);
            try {
                codec.create().encode(message, out);
            } catch (CodecException e) {
                throw new IllegalArgumentException(e.getMessage(), e);
            }
            checkLength(out.length());
            return ByteBuffer.wrap(out.toByteArray());
        }

        private void checkLength(int length) {
            if (length > maxMessageBytes) {
                throw QueueLimit.neverFits(length, maxMessageBytes);
            }
        }

        /** All members have been served: the outbox may move on. */
        void done() {
            if (inOutbox && loop != null) {
                loop.outbox().unpin();
            }
        }
    }
}

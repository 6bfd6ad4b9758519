package io.github.packetboat.examples;

import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

/** The rooms, and for a while those whose last member has left: it may only have lost its connection. Thread-safe. */
final class ChatRooms {
    private static final int MAX_EMPTY = 100;

    private final AtomicLong lines = new AtomicLong();
    private final Map<String, ChatRoom> rooms = new HashMap<>();
    /** Those without members, the longest so first. */
    private final Set<String> empty = new LinkedHashSet<>();

    synchronized void enter(ChatMember member, String name) {
        empty.remove(name);
        rooms.computeIfAbsent(name, key -> new ChatRoom(key, lines)).enter(member);
    }

    synchronized void leave(ChatMember member) {
        ChatRoom room = member.room;
        room.leave(member);
        if (room.isEmpty() && rooms.get(room.name()) == room) {
            empty.add(room.name());
        }
        if (empty.size() > MAX_EMPTY) {
            Iterator<String> longest = empty.iterator();
            rooms.remove(longest.next());
            longest.remove();
        }
    }
}

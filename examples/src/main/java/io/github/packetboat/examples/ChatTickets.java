package io.github.packetboat.examples;

import java.security.SecureRandom;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Who comes back after a reload or a cut is a stranger, but for the ticket he was given: it says in which room he was, and
 * since when. The last 10,000 that were used are good. Thread-safe.
 */
final class ChatTickets {
    private static final int MAX_TICKETS = 10_000;
    private static final int TICKET_BYTES = 16;

    private record Since(String room, long number) {}

    private final SecureRandom random = new SecureRandom();
    private final Map<String, Since> tickets = new LinkedHashMap<>(16, 0.75f, true);

    /** The ticket of {@code member}: the one it {@code shows} if that is for its room, so that it was there before; else another. */
    synchronized String ticketOf(ChatMember member, String shows) {
        Since known = tickets.get(shows);
        if (known != null && known.room.equals(member.room.name())) {
            member.since = Math.min(member.since, known.number);
            return shows;
        }
        byte[] bytes = new byte[TICKET_BYTES];
        random.nextBytes(bytes);
        String ticket = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        tickets.put(ticket, new Since(member.room.name(), member.since));
        if (tickets.size() > MAX_TICKETS) {
            tickets.remove(tickets.keySet().iterator().next());
        }
        return ticket;
    }
}

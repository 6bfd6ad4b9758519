package io.github.packetboat.examples;

import io.github.packetboat.message.Attribute;
import io.github.packetboat.message.Connection;
import java.util.concurrent.atomic.AtomicLong;

/** Who a connection of the chat is. Changed by its own calls only, which never overlap; read by all. */
final class ChatMember {
    private static final Attribute<ChatMember> OF = Attribute.named("member");
    private static final ChatRoom NOWHERE = new ChatRoom("nowhere", new AtomicLong());

    final Connection<String> connection;
    volatile String name = "";
    volatile ChatRoom room = NOWHERE;
    /** The number of the last line in any room before it came to this one. */
    volatile long since;

    ChatMember(Connection<String> connection) {
        this.connection = connection;
        OF.set(connection, this);
    }

    static ChatMember of(Connection<String> connection) {
        return OF.get(connection);
    }

    /** A line of the server's own. */
    void tell(String notice) {
        connection.send("* " + notice);
    }
}

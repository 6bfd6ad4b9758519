package io.github.packetboat.examples;

import io.github.packetboat.message.Attribute;
import io.github.packetboat.message.Connection;
import io.github.packetboat.message.Group;

/** Who a connection of the chat is. Changed by its own calls only, which never overlap; read by all. */
final class ChatMember {
    private static final Attribute<ChatMember> OF = Attribute.named("member");

    final Connection<String> connection;
    volatile String name = "";
    volatile Group<String> room = Group.named("nowhere");

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

    /** To all in the room but this one. */
    void tellRoom(String line) {
        room.broadcastExcept(line, connection);
    }
}

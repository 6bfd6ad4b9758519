package io.github.packetboat.examples;

import io.github.packetboat.codec.Codecs;
import io.github.packetboat.message.CloseReason;
import io.github.packetboat.message.Connection;
import io.github.packetboat.message.MessageListener;
import io.github.packetboat.message.MessageServer;

/**
 * Chat with names, rooms and private messages, one line each. Who comes back with a ticket sees what was said in the room
 * since it first joined, as far as the room keeps it.
 *
 * <pre>
 * mvn -q compile exec:java -Dexec.args="chat-server"                              # or: chat-server PORT [WEB_PORT]
 * mvn -q compile exec:java -Dexec.args="console-client localhost 10051"           # or: nc localhost 10051
 * </pre>
 *
 * <p>Browsers find a page at http://localhost:8080/ and are in the same rooms: to this class there is no difference.
 *
 * <p>The server's own lines begin with {@code *}, anybody else's with a name, and no name can look like the former.
 */
public final class ChatServer implements MessageListener<String> {
    private static final int PORT = 10051;
    private static final int WEB_PORT = 8080;
    private static final int MAX_TEXT_CHARS = 1000;
    private static final String GUEST = "guest";
    private static final String HELP =
            "/name NAME, /join ROOM, /msg NAME TEXT, /who, /history, /quit; all else is said to the room";

    private final UniqueNames<ChatMember> names = new UniqueNames<>();
    private final ChatRooms rooms = new ChatRooms();
    private final ChatTickets tickets = new ChatTickets();

    private ChatServer() {}

    /** Serves until the process is ended. */
    public static void main(String[] args) throws Exception {
        int port = args.length > 0 ? Integer.parseInt(args[0]) : PORT;
        int webPort = args.length > 1 ? Integer.parseInt(args[1]) : args.length > 0 ? 0 : WEB_PORT;
        try (MessageServer<String> server =
                MessageServer.builder(Codecs.lines()).listener(new ChatServer()).bind(port)) {
            int web = server.bind(webPort, ChatPage.webSockets());
            System.out.println("for browsers: http://localhost:" + web + "/");
            System.out.println("listening at port " + server.port() + " of all addresses; end with Ctrl-C");
            server.awaitClosed();
        }
    }

    @Override
    public void onOpen(Connection<String> connection) {
        ChatMember member = new ChatMember(connection);
        member.tell("Welcome. " + HELP);
        rename(member, GUEST + connection.id());
        rooms.enter(member, "lobby");
    }

    @Override
    public void onMessage(Connection<String> connection, String line) {
        ChatMember member = ChatMember.of(connection);
        String text = Printable.line(line).strip();
        if (text.length() > MAX_TEXT_CHARS) {
            member.tell("that was " + text.length() + " characters, and at most " + MAX_TEXT_CHARS + " are passed on");
        } else if (text.startsWith("/")) {
            String[] words = text.split(" +", 2);
            obey(member, words[0], words.length > 1 ? words[1] : "");
        } else if (!text.isEmpty()) {
            member.room.say(member, member.name + ": " + text);
        }
    }

    @Override
    public void onClose(Connection<String> connection, CloseReason reason) {
        ChatMember member = ChatMember.of(connection);
        rooms.leave(member);
        names.release(member.name, member);
    }

    private void obey(ChatMember member, String command, String rest) {
        switch (command) {
            case "/name" -> rename(member, rest);
            case "/join" -> move(member, UniqueNames.folded(rest));
            case "/msg" -> whisper(member, rest.split(" +", 2));
            case "/who" -> member.tell(member.room.everyone());
            case "/history" -> member.room.recall(member, tickets.ticketOf(member, rest));
            case "/quit" -> member.connection.close();
            case "/help" -> member.tell(HELP);
            default -> member.tell("there is no " + command + ", but " + HELP);
        }
    }

    private void rename(ChatMember member, String name) {
        boolean reserved = UniqueNames.folded(name).startsWith(GUEST) && !member.name.isEmpty();
        if (reserved || !UniqueNames.isValid(name)) {
            member.tell("a name is " + UniqueNames.RULE + ", and does not begin with " + GUEST);
        } else if (!names.claim(name, member.name, member)) {
            member.tell(name + " is taken");
        } else {
            member.room.tellOthers(member, "* " + member.name + " is now " + name);
            member.name = name;
            member.tell("you are " + name);
        }
    }

    private void whisper(ChatMember member, String[] nameAndText) {
        ChatMember to = names.owner(nameAndText[0]);
        if (nameAndText.length < 2) {
            member.tell("usage: /msg NAME TEXT");
        } else if (to == null || !to.connection.send(member.name + " (to you alone): " + nameAndText[1])) {
            member.tell("there is no " + nameAndText[0]);
        }
    }

    private void move(ChatMember member, String room) {
        if (!UniqueNames.isValid(room)) {
            member.tell("a room is " + UniqueNames.RULE);
        } else if (!room.equals(member.room.name())) {
            rooms.leave(member);
            rooms.enter(member, room);
        }
    }
}

package io.github.packetboat.examples;

import io.github.packetboat.message.Group;
import java.util.ArrayDeque;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;

/**
 * Who is in a room, and the last of what was said there. What is said, who joins and who asks what was said take turns, so
 * that each line reaches a member either as it is said or when he asks for it. Thread-safe.
 */
final class ChatRoom {
    private static final int MAX_LINES = 200;
    private static final int MAX_CHARS = 50_000;
    private static final int MAX_NAMES_SHOWN = 50;

    private record Said(long number, String line) {}

    private final Group<String> members;
    private final AtomicLong numbers;
    private final ArrayDeque<Said> said = new ArrayDeque<>();
    private int chars;

    /** @param numbers of all lines in all rooms, so that a room that was forgotten goes on where it was */
    ChatRoom(String name, AtomicLong numbers) {
        this.members = Group.named(name);
        this.numbers = numbers;
    }

    String name() {
        return members.name();
    }

    boolean isEmpty() {
        return members.size() == 0;
    }

    synchronized void enter(ChatMember member) {
        members.add(member.connection);
        member.room = this;
        member.since = numbers.get();
        tellOthers(member, "* " + member.name + " has joined " + name());
        member.tell(everyone());
    }

    synchronized void leave(ChatMember member) {
        members.remove(member.connection);
        members.broadcast("* " + member.name + " has left " + name());
    }

    /** To all but {@code by}, and to those who ask later. */
    synchronized void say(ChatMember by, String line) {
        said.add(new Said(numbers.incrementAndGet(), line));
        chars += line.length();
        while (said.size() > MAX_LINES || chars > MAX_CHARS) {
            chars -= said.remove().line.length();
        }
        tellOthers(by, line);
    }

    /** To all but {@code member}, and to nobody later. */
    void tellOthers(ChatMember member, String line) {
        members.broadcastExcept(line, member.connection);
    }

    /** Tells {@code member} what was said since it joined, and how to ask again. */
    synchronized void recall(ChatMember member, String ticket) {
        int count = 0;
        for (Said each : said) {
            if (each.number > member.since) {
                member.tell("earlier: " + each.line);
                count++;
            }
        }
        member.tell("said here since you joined: " + count + "; to see it after a reconnect: /history " + ticket);
    }

    String everyone() {
        return "in " + name() + ": "
                + members.members().stream()
                        .limit(MAX_NAMES_SHOWN)
                        .map(each -> ChatMember.of(each).name)
                        .collect(Collectors.joining(", ", "", members.size() > MAX_NAMES_SHOWN ? ", …" : ""));
    }
}

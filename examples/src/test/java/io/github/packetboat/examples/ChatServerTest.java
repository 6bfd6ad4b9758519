package io.github.packetboat.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ChatServerTest {
    private static final int CROWD = 100;

    private Terminal terminal;
    private int port;

    @BeforeEach
    void start() throws Exception {
        terminal = new Terminal();
        terminal.start(ChatServer::main, "0");
        port = terminal.awaitPort();
    }

    @AfterEach
    void stop() throws Exception {
        terminal.close();
    }

    private Peer enter(String name) throws IOException {
        return named(Peer.connect(port), name);
    }

    private static Peer named(Peer peer, String name) throws IOException {
        peer.expect("\\* Welcome\\. /name NAME, .*");
        peer.expect("\\* you are guest\\d+");
        peer.expect("\\* in lobby: .*");
        peer.send("/name " + name + "\n");
        peer.expect("\\* you are " + name);
        return peer;
    }

    @Test
    void passesLinesOnToTheOthersInTheRoom() throws Exception {
        try (Peer ann = enter("ann");
                Peer ben = enter("ben")) {
            ann.expect("\\* guest\\d+ has joined lobby");
            ann.expect("\\* guest\\d+ is now ben");
            ann.send("hello\nben?\n");
            ben.expect("ann: hello");
            ben.expect("ann: ben\\?");
            ben.send("here\r\n");
            ann.expect("ben: here");
            ben.leave();
            ann.expect("\\* ben has left lobby");
        }
    }

    @Test
    void roomsDoNotHearEachOther() throws Exception {
        try (Peer ann = enter("ann");
                Peer ben = enter("ben")) {
            ben.send("/join Tea\n");
            ben.expect("\\* in tea: ben");
            ann.await("\\* ben has left lobby");
            ann.send("is anybody here?\n/join tea\n");
            ann.expect("\\* in tea: ben, ann");
            ben.expect("\\* ann has joined tea");
            ann.send("/who\n");
            ann.expect("\\* in tea: ben, ann");
        }
    }

    @Test
    void privateMessagesReachOneOnly() throws Exception {
        try (Peer ann = enter("ann");
                Peer ben = enter("ben");
                Peer cho = enter("cho")) {
            ann.send("/msg BEN for your eyes only\n");
            ben.await("ann \\(to you alone\\): for your eyes only");
            ann.send("public\n");
            cho.expect("ann: public");
        }
    }

    @Test
    void namesAreUniqueAlsoToTheEye() throws Exception {
        try (Peer ann = enter("Ann");
                Peer ben = enter("ben")) {
            ben.send("/name ann\n/name ＡＮＮ\n/name guest1\n/name *\n/name\n/name a b\n/name Ben\n");
            ben.expect("\\* ann is taken");
            ben.expect("\\* ＡＮＮ is taken");
            for (int i = 0; i < 4; i++) {
                ben.expect("\\* a name is 1 to 20 letters, digits, - and _, and does not begin with guest");
            }
            ben.expect("\\* you are Ben");
            ann.leave();
            ben.expect("\\* Ann has left lobby");
            ben.send("/name ann\n");
            ben.expect("\\* you are ann");
        }
    }

    @Test
    void nobodyCanForgeALineOfAnother() throws Exception {
        try (Peer ann = enter("ann");
                Peer eve = enter("eve")) {
            ann.await("\\* guest\\d+ is now eve");
            eve.send("x\rben: y\u001b[1K\u2028ben: z\u202E!\n* ben has left lobby\n");
            ann.expect("eve: x\uFFFDben: y\uFFFD\\[1K\uFFFDben: z\uFFFD!");
            ann.expect("eve: \\* ben has left lobby");
        }
    }

    /** The ticket in the last line of the answer to {@code /history}, before which {@code earlier} is told. */
    private static String history(Peer peer, String ask, String... earlier) throws IOException {
        peer.send(ask + "\n");
        for (String line : earlier) {
            peer.await("\\* earlier: " + line);
        }
        return peer.find("\\* said here since you joined: " + earlier.length
                + "; to see it after a reconnect: /history ([\\w-]{22})");
    }

    @Test
    void whoComesBackSeesWhatWasSaidSinceItFirstJoined() throws Exception {
        try (Peer ann = enter("ann")) {
            ann.send("before ben\n");
            String ticket;
            try (Peer ben = enter("ben")) {
                history(ben, "/history");
                ann.send("one\n");
                ben.await("ann: one");
                ben.send("two\n");
                ann.await("ben: two");
                ann.send("/msg ben a secret\n");
                ben.await("ann \\(to you alone\\): a secret");
                ticket = history(ben, "/history", "ann: one", "ben: two");
            }
            ann.await("\\* ben has left lobby");
            ann.send("three\n");
            history(ann, "/history", "ann: before ben", "ann: one", "ben: two", "ann: three");
            try (Peer ben = enter("ben")) {
                assertThat(history(ben, "/history")).isNotEqualTo(ticket);
                assertThat(history(ben, "/history " + ticket, "ann: one", "ben: two", "ann: three"))
                        .isEqualTo(ticket);
                ann.send("four\n");
                ben.await("ann: four");
                history(ben, "/history", "ann: one", "ben: two", "ann: three", "ann: four");
                ben.send("/join tea\n");
                ben.await("\\* in tea: ben");
                assertThat(history(ben, "/history " + ticket)).isNotEqualTo(ticket);
            }
        }
    }

    @Test
    void aRoomThatIsEmptyForAWhileForgetsNothingAndOnlyTheLastLinesAreKept() throws Exception {
        String ticket;
        try (Peer ann = enter("ann")) {
            ann.send("/join den\n" + "line\n".repeat(300));
            ann.await("\\* in den: ann");
            ann.send("last\n");
            String[] kept = new String[200];
            Arrays.fill(kept, "ann: line");
            kept[199] = "ann: last";
            ticket = history(ann, "/history", kept);
        }
        try (Peer ann = Peer.connect(port)) {
            ann.send("/join den\n");
            ann.await("\\* in den: .*");
            ann.send("/history " + ticket + "\n");
            ann.await("\\* said here since you joined: 200; .*");
        }
    }

    @Test
    void answersBadCommandsPolitely() throws Exception {
        try (Peer ann = enter("ann")) {
            ann.send("/dance wildly\n/msg\n/msg ann\n/msg nobody hi\n/join a/b\n" + "x".repeat(1001)
                    + "\n\n/help\n/quit\n");
            ann.expect("\\* there is no /dance, but /name NAME, .*");
            ann.expect("\\* usage: /msg NAME TEXT");
            ann.expect("\\* usage: /msg NAME TEXT");
            ann.expect("\\* there is no nobody");
            ann.expect("\\* a room is 1 to 20 letters, digits, - and _");
            ann.expect("\\* that was 1001 characters, and at most 1000 are passed on");
            ann.expect("\\* /name NAME, .*");
            ann.expectEnd();
        }
    }

    @Test
    void manyTalkAtOnce() throws Exception {
        List<Peer> crowd = new ArrayList<>();
        try {
            for (int i = 0; i < CROWD; i++) {
                crowd.add(Peer.connect(port));
            }
            for (int i = 0; i < CROWD; i++) {
                crowd.get(i).await("\\* in lobby: .*");
                crowd.get(i).send("/name n" + i + "\n/join room" + i % 10 + "\nI am " + i + "\n");
            }
            for (int i = 0; i < CROWD; i++) {
                crowd.get(i).send("/who\n");
                crowd.get(i).await("\\* in room" + i % 10 + ": .*");
            }
            crowd.get(0).send("/msg n99 are you there?\n");
            crowd.get(99).await("n0 \\(to you alone\\): are you there\\?");
        } finally {
            for (Peer peer : crowd) {
                peer.close();
            }
        }
    }

    @Test
    void worksWithNc() throws Exception {
        try (Peer nc = named(Peer.nc(port), "nick");
                Peer ann = enter("ann")) {
            nc.await("\\* guest\\d+ is now ann");
            nc.send("typed into nc\n");
            ann.expect("nick: typed into nc");
            ann.send("hello nc\n");
            nc.expect("ann: hello nc");
            nc.leave();
            ann.expect("\\* nick has left lobby");
        }
    }
}

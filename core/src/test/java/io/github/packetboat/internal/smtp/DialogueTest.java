package io.github.packetboat.internal.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.packetboat.testkit.RawServer;
import io.github.packetboat.testkit.Script;
import io.github.packetboat.testkit.Transcript;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is said, and in what order, when everything goes in clear and no connection breaks. */
final class DialogueTest {
    private static final String PIPELINING = """
            S: 220 mx.example ESMTP
            C: EHLO client.example
            S: 250-mx.example at your service
            S: 250-PIPELINING
            S: 250-SIZE 1000
            S: 250-DSN
            S: 250 8BITMIME
            """;
    private static final String LOCKSTEP = """
            S: 220 mx.example ESMTP
            C: EHLO client.example
            S: 250 mx.example
            """;
    private static final String BEFORE_1995 = """
            S: 220 old
            C: EHLO client.example
            S: 500 what
            C: HELO client.example
            S: 250 ah
            """;
    private static final String BYE = """
            C: QUIT
            S: 221 bye
            """;

    /** All that is said on one connection: how it opens, the mails, and the farewell. */
    private static RawServer serving(Transcript.Mode mode, String opening, String mails) {
        return RawServer.serving(Transcript.of(opening + mails + BYE).server(mode), Script.untilEnd());
    }

    @ParameterizedTest
    @EnumSource
    void withoutPipeliningEachCommandWaitsForTheReply(Transcript.Mode mode) {
        try (RawServer server = serving(mode, LOCKSTEP, """
                C: MAIL FROM:<a@x>
                S: 250 2.1.0 sender fine
                C: RCPT TO:<b@y>
                S: 250 2.1.5 recipient fine
                C: RCPT TO:<c@y>
                S: 251 will forward
                C: DATA
                S: 354 go on
                C: Subject: hi
                C:
                C: ..dot
                C: end
                C: .
                S: 250 2.0.0 queued as 4711
                C: MAIL FROM:<a@x>
                S: 250 fine
                C: RCPT TO:<b@y>
                S: 250 fine
                C: DATA
                S: 354 go on
                C: two
                C: .
                S: 250 fine
                """);
                Post post = Post.open(server.port())) {
            CompletableFuture<Outcome> first = post.submit(Post.mail("Subject: hi\n\n.dot\r\nend", "b@y", "c@y"));
            CompletableFuture<Outcome> second = post.submit(Post.mail("two\r\n", "b@y"));

            Outcome outcome = Post.get(first);
            assertThat(outcome.kind()).isEqualTo(Outcome.Kind.ANSWERED);
            assertThat(outcome.finalReply()).hasToString("250 2.0.0 queued as 4711");
            assertThat(Post.codes(outcome)).containsExactly(250, 250);
            assertThat(Post.codes(Post.get(second))).containsExactly(250);
        }
    }

    @ParameterizedTest
    @EnumSource
    void withPipeliningTheNextMailsCommandsGoWithTheBody(Transcript.Mode mode) {
        try (RawServer server = serving(mode, PIPELINING, """
                C: MAIL FROM:<a@x> SIZE=5
                C: RCPT TO:<b@y>
                C: RCPT TO:<c@y>
                C: DATA
                S: 250 fine
                S: 250 fine
                S: 250 fine
                S: 354 go on
                C: one
                C: .
                C: MAIL FROM:<a@x> SIZE=5
                C: RCPT TO:<d@y>
                C: DATA
                S: 250 queued one
                S: 250 fine
                S: 250 fine
                S: 354 go on
                C: two
                C: .
                C: MAIL FROM:<a@x> SIZE=7
                C: RCPT TO:<e@y>
                C: DATA
                S: 250 queued two
                S: 250 fine
                S: 250 fine
                S: 354 go on
                C: three
                C: .
                S: 250 queued three
                """);
                Post post = Post.open(server.port())) {
            List<CompletableFuture<Outcome>> all = List.of(
                    post.submit(Post.mail("one\r\n", "b@y", "c@y")),
                    post.submit(Post.mail("two\r\n", "d@y")),
                    post.submit(Post.mail("three\r\n", "e@y")));

            assertThat(all.stream().map(each -> Post.get(each).finalReply().text()))
                    .containsExactly("queued one", "queued two", "queued three");
        }
    }

    @ParameterizedTest
    @EnumSource
    void oneBadRecipientDoesNotBlockTheOthers(Transcript.Mode mode) {
        try (RawServer server = serving(mode, PIPELINING, """
                C: MAIL FROM:<a@x> SIZE=3
                C: RCPT TO:<b@y>
                C: RCPT TO:<c@y>
                C: RCPT TO:<d@y>
                C: DATA
                S: 250 fine
                S: 450 4.2.1 mailbox busy
                S: 250 fine
                S: 550-5.1.1 no such user
                S: 550 5.1.1 ask somebody else
                S: 354 go on
                C: x
                C: .
                S: 250 queued
                """);
                Post post = Post.open(server.port())) {
            Outcome outcome = post.send("x\r\n", "b@y", "c@y", "d@y");

            assertThat(outcome.kind()).isEqualTo(Outcome.Kind.ANSWERED);
            assertThat(Post.codes(outcome)).containsExactly(450, 250, 550);
            assertThat(outcome.recipients().get(2).enhancedStatus()).isEqualTo("5.1.1");
            assertThat(outcome.recipients().get(2).text()).isEqualTo("no such user ask somebody else");
        }
    }

    @ParameterizedTest
    @EnumSource
    void aServerThatWantsTheMailOfNobodyGetsALoneDot(Transcript.Mode mode) {
        try (RawServer server = serving(mode, PIPELINING, """
                C: MAIL FROM:<a@x> SIZE=3
                C: RCPT TO:<b@y>
                C: DATA
                S: 250 fine
                S: 550 no
                S: 354 go on
                C: .
                C: MAIL FROM:<a@x> SIZE=3
                C: RCPT TO:<c@y>
                C: DATA
                S: 554 no valid recipients
                S: 250 fine
                S: 250 fine
                S: 354 go on
                C: y
                C: .
                S: 250 queued
                """);
                Post post = Post.open(server.port())) {
            CompletableFuture<Outcome> refused = post.submit(Post.mail("x\r\n", "b@y"));
            CompletableFuture<Outcome> accepted = post.submit(Post.mail("y\r\n", "c@y"));

            assertThat(Post.codes(Post.get(refused))).containsExactly(550);
            assertThat(Post.get(refused).finalReply()).isNull();
            assertThat(Post.codes(Post.get(accepted))).containsExactly(250);
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatIsLeftOfARefusedMailIsResetInTheNextGroup(Transcript.Mode mode) {
        try (RawServer server = serving(mode, PIPELINING, """
                C: MAIL FROM:<a@x> SIZE=3
                C: RCPT TO:<b@y>
                C: DATA
                S: 250 fine
                S: 550 no
                S: 554 no valid recipients
                C: RSET
                C: MAIL FROM:<a@x> SIZE=3
                C: RCPT TO:<c@y>
                C: DATA
                S: 250 forgotten
                S: 250 fine
                S: 250 fine
                S: 354 go on
                C: y
                C: .
                S: 250 queued
                """);
                Post post = Post.open(server.port())) {
            CompletableFuture<Outcome> refused = post.submit(Post.mail("x\r\n", "b@y"));
            CompletableFuture<Outcome> accepted = post.submit(Post.mail("y\r\n", "c@y"));

            assertThat(Post.codes(Post.get(refused))).containsExactly(550);
            assertThat(Post.codes(Post.get(accepted))).containsExactly(250);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aRefusedSenderIsTheAnswerForEveryRecipient(Transcript.Mode mode) {
        try (RawServer server = serving(mode, PIPELINING, """
                C: MAIL FROM:<a@x> SIZE=3
                C: RCPT TO:<b@y>
                C: RCPT TO:<c@y>
                C: DATA
                S: 550 5.7.1 not you
                S: 503 MAIL first
                S: 503 MAIL first
                S: 503 MAIL first
                """);
                Post post = Post.open(server.port())) {
            Outcome outcome = post.send("x\r\n", "b@y", "c@y");

            assertThat(outcome.kind()).isEqualTo(Outcome.Kind.ANSWERED);
            assertThat(outcome.recipients()).extracting(Reply::enhancedStatus).containsOnly("5.7.1");
        }
    }

    @ParameterizedTest
    @EnumSource
    void aRefusedMailIsTheAnswerForEveryAcceptedRecipient(Transcript.Mode mode) {
        try (RawServer server = serving(mode, PIPELINING, """
                C: MAIL FROM:<a@x> SIZE=3
                C: RCPT TO:<b@y>
                C: RCPT TO:<c@y>
                C: DATA
                S: 250 fine
                S: 250 fine
                S: 550 no
                S: 354 go on
                C: x
                C: .
                S: 554 DT:SPM
                """);
                Post post = Post.open(server.port())) {
            Outcome outcome = post.send("x\r\n", "b@y", "c@y");

            assertThat(Post.codes(outcome)).containsExactly(554, 550);
            assertThat(outcome.finalReply()).hasToString("554 DT:SPM");
        }
    }

    @ParameterizedTest
    @EnumSource
    void aMailForAllOrNoneWaitsForEveryRecipientBeforeData(Transcript.Mode mode) {
        try (RawServer server = serving(mode, PIPELINING, """
                C: MAIL FROM:<a@x> SIZE=3
                C: RCPT TO:<b@y>
                C: RCPT TO:<c@y>
                S: 250 fine
                S: 250 fine
                S: 550 no
                C: RSET
                C: MAIL FROM:<a@x> SIZE=3
                C: RCPT TO:<b@y>
                C: RCPT TO:<d@y>
                S: 250 forgotten
                S: 250 fine
                S: 250 fine
                S: 250 fine
                C: DATA
                S: 354 go on
                C: y
                C: .
                S: 250 queued
                """);
                Post post = Post.open(server.port())) {
            CompletableFuture<Outcome> none = post.submit(whole(Post.mail("x\r\n", "b@y", "c@y")));
            CompletableFuture<Outcome> all = post.submit(whole(Post.mail("y\r\n", "b@y", "d@y")));

            assertThat(Post.get(none).kind()).isEqualTo(Outcome.Kind.NOT_SENT);
            assertThat(Post.get(none).failure().kind()).isEqualTo(SmtpException.Kind.INCOMPLETE);
            assertThat(Post.codes(Post.get(none))).containsExactly(0, 550);
            assertThat(Post.codes(Post.get(all))).containsExactly(250, 250);
        }
    }

    private static Parcel whole(Parcel parcel) {
        return new Parcel(parcel.envelope(), parcel.body(), false, false, false);
    }

    @ParameterizedTest
    @EnumSource
    void aServerOfBefore1995IsGreetedWithHelo(Transcript.Mode mode) {
        try (RawServer server = serving(mode, BEFORE_1995, """
                C: MAIL FROM:<a@x>
                S: 250 fine
                C: RCPT TO:<b@y>
                S: 250 fine
                C: DATA
                S: 354 go on
                C: x
                C: .
                S: 250 fine
                """);
                Post post = Post.open(server.port())) {
            assertThat(Post.codes(post.send("x\r\n", "b@y"))).containsExactly(250);
        }
    }

    @ParameterizedTest
    @EnumSource
    void wishesForNotificationsAreEncoded(Transcript.Mode mode) {
        try (RawServer server = serving(mode, PIPELINING, """
                C: MAIL FROM:<> SIZE=3 RET=HDRS ENVID=a+2Bb+3Dc
                C: RCPT TO:<"b c"@y> NOTIFY=SUCCESS,DELAY ORCPT=rfc822;"b+20c"@y
                C: DATA
                S: 250 fine
                S: 250 fine
                S: 354 go on
                C: x
                C: .
                S: 250 fine
                """);
                Post post = Post.open(server.port())) {
            Envelope envelope =
                    new Envelope("", List.of("\"b c\"@y"), new Envelope.Notifications("SUCCESS,DELAY", false, "a+b=c"));

            Outcome outcome =
                    post.send(new Parcel(envelope, Post.mail("x\r\n", "b@y").body(), false, false, true));

            assertThat(Post.codes(outcome)).containsExactly(250);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aConnectionTakesAsManyMailsAsItMayAndIsFollowedByAnother(Transcript.Mode mode) {
        try (RawServer server = serving(mode, PIPELINING, """
                C: MAIL FROM:<a@x> SIZE=3
                C: RCPT TO:<b@y>
                C: DATA
                S: 250 fine
                S: 250 fine
                S: 354 go on
                C: x
                C: .
                S: 250 fine
                """);
                Post post = Post.to(server.port()).mailsPerConnection(1).open()) {
            CompletableFuture<Outcome> first = post.submit(Post.mail("x\r\n", "b@y"));
            CompletableFuture<Outcome> second = post.submit(Post.mail("x\r\n", "b@y"));

            assertThat(Post.codes(Post.get(first))).containsExactly(250);
            assertThat(Post.codes(Post.get(second))).containsExactly(250);
            assertThat(post.events).filteredOn("opened"::equals).hasSize(2);
        }
    }

    @ParameterizedTest
    @EnumSource
    void theTranscriptShowsWhatWasSaid(Transcript.Mode mode) {
        try (RawServer server = serving(mode, PIPELINING, """
                C: MAIL FROM:<a@x> SIZE=8
                C: RCPT TO:<b@y>
                C: DATA
                S: 250 fine
                S: 250 fine
                S: 354 go on
                C: secret
                C: .
                S: 250 2.0.0 queued
                """);
                Post post = Post.open(server.port())) {
            post.send("secret\r\n", "b@y");

            assertThat(post.lines)
                    .containsSubsequence(
                            "S: 220 mx.example ESMTP",
                            "C: EHLO client.example",
                            "S: 250 PIPELINING",
                            "C: MAIL FROM:<a@x> SIZE=8",
                            "C: DATA",
                            "S: 354 go on",
                            "C: (8 bytes of mail) .",
                            "S: 250 2.0.0 queued")
                    .noneMatch(line -> line.contains("secret"));
        }
    }
}

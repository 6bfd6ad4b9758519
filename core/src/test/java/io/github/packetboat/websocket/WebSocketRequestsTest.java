package io.github.packetboat.websocket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.packetboat.message.Connection;
import io.github.packetboat.message.ConnectionClosedException;
import io.github.packetboat.message.MessageClient;
import io.github.packetboat.message.MessageServer;
import io.github.packetboat.message.Requests;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Questions with answers over WebSocket, in both directions at once. */
final class WebSocketRequestsTest {
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final int MANY = 200;

    /** A question, or the answer to the one with the same id. */
    record Note(boolean isAnswer, int id, String text) {
        static Note parse(String line) {
            String[] parts = line.split(" ", 3);
            return new Note(parts[0].equals("!"), Integer.parseInt(parts[1]), parts[2]);
        }

        String print() {
            return (isAnswer ? "! " : "? ") + id + " " + text;
        }

        Note answer(String words) {
            return new Note(true, id, words);
        }
    }

    private final Requests<Note, Integer> byServer = requests();
    private final Requests<Note, Integer> byClient = requests();
    private final List<Note> atServer = Collections.synchronizedList(new ArrayList<>());
    private final Heard<Note> serving = new Heard<>((connection, note) -> {
        if (!byServer.accept(connection, note)) {
            atServer.add(note);
            answerAllAtTheEnd(connection);
        }
    });
    private final Heard<Note> asking = new Heard<>((connection, note) -> {
        if (!byClient.accept(connection, note)) {
            connection.send(note.answer("page says " + note.text));
        }
    });

    private static Requests<Note, Integer> requests() {
        return Requests.correlatedBy(Note::id, note -> note.isAnswer ? note.id : null);
    }

    /** The last question first. */
    private void answerAllAtTheEnd(Connection<Note> connection) {
        if (atServer.size() == MANY) {
            for (int i = MANY - 1; i >= 0; i--) {
                Note question = atServer.get(i);
                connection.send(question.answer(question.text.repeat(2)));
            }
        }
    }

    private static <T> T get(CompletableFuture<T> future) throws Exception {
        return future.get(20, TimeUnit.SECONDS);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void bothSidesAskAndEachGetsItsOwnAnswers(boolean deflates) throws Exception {
        var server = WebSockets.text("/ask");
        var client = WebSockets.textClient("/ask");
        try (var running = MessageServer.builder((deflates ? server.deflate() : server).map(Note::parse, Note::print))
                        .listener(serving)
                        .bind(0);
                var asker = MessageClient.builder((deflates ? client.deflate() : client).map(Note::parse, Note::print))
                        .listener(asking)
                        .connect("localhost", running.port())) {
            List<CompletableFuture<Note>> answers = new ArrayList<>();
            Connection<Note> accepted = serving.opened.take();
            List<CompletableFuture<Note>> pageSays = new ArrayList<>();
            for (int id = 0; id < MANY; id++) {
                answers.add(byClient.send(asker.connection(), new Note(false, id, "grüße " + id + ";"), LONG));
                pageSays.add(byServer.send(accepted, new Note(false, id, "who?"), LONG));
            }
            for (int id = 0; id < MANY; id++) {
                assertThat(get(answers.get(id)).text).isEqualTo(("grüße " + id + ";").repeat(2));
                assertThat(get(pageSays.get(id))).isEqualTo(new Note(true, id, "page says who?"));
            }
        }
        assertThat(byClient.stats()).isEqualTo(new Requests.Stats(0, MANY, 0, 0, 0));
        assertThat(byServer.stats()).isEqualTo(new Requests.Stats(0, MANY, 0, 0, 0));
    }

    @Test
    void aQuestionThatIsNotAnsweredFailsAtItsDeadlineOrWhenTheSocketIsClosed() throws Exception {
        try (var server = MessageServer.builder(WebSockets.text("/ask").map(Note::parse, Note::print))
                        .listener(serving)
                        .bind(0);
                var client = MessageClient.builder(WebSockets.textClient("/ask").map(Note::parse, Note::print))
                        .listener(asking)
                        .connect("localhost", server.port())) {
            var late = byClient.send(client.connection(), new Note(false, 1, "now?"), Duration.ofMillis(50));
            assertThatThrownBy(() -> get(late))
                    .isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(TimeoutException.class);

            var never = byClient.send(client.connection(), new Note(false, 2, "ever?"), LONG);
            serving.opened.take().close(4003, "no time");
            assertThatThrownBy(() -> get(never))
                    .hasCauseInstanceOf(ConnectionClosedException.class)
                    .hasMessageContaining("code 4003: no time");
        }
        assertThat(byClient.stats()).isEqualTo(new Requests.Stats(0, 0, 1, 1, 0));
    }
}

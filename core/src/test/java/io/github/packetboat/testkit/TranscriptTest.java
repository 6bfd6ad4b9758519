package io.github.packetboat.testkit;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class TranscriptTest {
    private static final Transcript DIALOGUE = Transcript.of("""
            S: 220 ready
            C: EHLO me
            S: 250-first
            S: 250 last
            C: DATA

            C:
            C: grüße
            C: <closes>
            S: 221 bye
            S: <closes>
            """);

    @Test
    void bothSidesAgreeInEveryMode() {
        for (Transcript.Mode mode : Transcript.Mode.values()) {
            try (RawServer server = RawServer.serving(DIALOGUE.server(mode))) {
                DIALOGUE.playAsClient(server.address());
                DIALOGUE.lineEnd("\r\n").playAsClient(server.address());
            }
        }
    }

    @Test
    void failsOnTheFirstLineThatDiffersAndShowsTheDialogueSoFar() {
        try (RawServer server = RawServer.serving(
                Script.say("220 ready\r\n"),
                Script.hear("EHLO me\r\n"),
                Script.say("500 what\r\n"),
                Script.untilEnd())) {
            assertThatThrownBy(() -> DIALOGUE.playAsClient(server.address()))
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("differs in line 3 of 10, mode WHOLE")
                    .hasMessageEndingWith(String.join(
                            "\n", "    S: 220 ready", "    C: EHLO me", "  - S: 250-first", "  + S: 500 what"));
        }
    }

    @Test
    void showsAnEarlyEndAndAWrongLineEnd() {
        try (RawServer server = RawServer.serving(Script.say("220 ready\n"))) {
            assertThatThrownBy(() -> DIALOGUE.playAsClient(server.address()))
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("+ S: \"220 ready\\n\" where the line ends in \"\\r\\n\"");
            Transcript longer = Transcript.of("S: 220 ready\nS: more").lineEnd("\n");
            assertThatThrownBy(() -> longer.playAsClient(server.address()))
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("- S: more")
                    .hasMessageContaining("got EOF");
        }
    }

    @Test
    void rejectsALineThatNobodySays() {
        assertThatThrownBy(() -> Transcript.of("X: hello"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("X: hello");
    }
}

package io.github.packetboat.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A handshake as an application reads it. */
final class HandshakeTest {
    private final Handshake handshake = new Handshake(
            "/a?b=c?d", Map.of("X-One", List.of("1"), "Two", List.of("2", "", "two: 3"), "X", List.of()), "v1");

    @Test
    void headersAreFoundWhateverTheirCase() {
        assertThat(handshake.header("x-ONE")).isEqualTo("1");
        assertThat(handshake.headers("two")).containsExactly("2", "", "two: 3");
        assertThat(handshake.header("TWO")).isEqualTo("2");
        assertThat(handshake.header("one")).isNull();
        assertThat(handshake.headers("x")).isEmpty();
    }

    @Test
    void theTargetIsPathAndQuery() {
        assertThat(handshake.path()).isEqualTo("/a");
        assertThat(handshake.query()).isEqualTo("b=c?d");
        assertThat(new Handshake("/", Map.of(), null).query()).isNull();
        assertThat(new Handshake("/", Map.of(), null).subprotocol()).isNull();
        assertThat(new Handshake("/?", Map.of(), null).query()).isEmpty();
    }

    @Test
    void itsTextTellsNoHeader() {
        assertThat(handshake).hasToString("Handshake[/a, v1]");
    }

    @Test
    void namesAndValuesOfMoreThanALineAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Handshake("/", Map.of("a", List.of("b\nc: d")), null));
        assertThatIllegalArgumentException().isThrownBy(() -> new Handshake("/", Map.of("a:b", List.of("c")), null));
    }
}

package io.github.packetboat.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.packetboat.message.CloseReason.Kind;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import org.junit.jupiter.api.Test;

class CloseReasonTest {

    @Test
    void toStringSaysKindDetailAndPeer() throws IOException {
        var peer = new InetSocketAddress(InetAddress.getByAddress(new byte[] {10, 0, 0, 7}), 5031);
        var cause = new IOException("x");
        var reason = CloseReason.of(Kind.OVERFLOW, "9 bytes queued exceeds maxQueuedBytes=8", cause, peer);
        assertThat(reason)
                .hasToString("CloseReason[OVERFLOW, \"9 bytes queued exceeds maxQueuedBytes=8\", peer=/10.0.0.7:5031]");
        assertThat(reason.kind()).isEqualTo(Kind.OVERFLOW);
        assertThat(reason.detail()).isEqualTo("9 bytes queued exceeds maxQueuedBytes=8");
        assertThat(reason.cause()).isSameAs(cause);
        assertThat(reason.peer()).isSameAs(peer);
    }

    @Test
    void toStringLeavesOutWhatIsNotKnown() {
        assertThat(CloseReason.of(Kind.LOCAL_CLOSE, "")).hasToString("CloseReason[LOCAL_CLOSE]");
        assertThat(CloseReason.of(Kind.DRAINING, "", null, UnixDomainSocketAddress.of("")))
                .hasToString("CloseReason[DRAINING, peer=(unix socket)]");
    }

    @Test
    void aPeerCannotForgeOrFloodTheLog() {
        var reason = CloseReason.of(Kind.PROTOCOL_ERROR, "got \"\r\nINFO all well\"" + "x".repeat(10_000));
        assertThat(reason.toString())
                .doesNotContain("\n", "\r")
                .contains("\\x0d\\x0aINFO")
                .hasSizeLessThan(1_100);
    }

    @Test
    void nullIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> CloseReason.of(null, "x"))
                .withMessage("kind must not be null");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> CloseReason.of(Kind.ABORTED, null))
                .withMessageContaining("detail");
    }
}

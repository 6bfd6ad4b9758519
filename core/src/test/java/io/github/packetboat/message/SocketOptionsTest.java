package io.github.packetboat.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import jdk.net.ExtendedSocketOptions;
import org.junit.jupiter.api.Test;

class SocketOptionsTest {
    private static final SocketOptions ALL = SocketOptions.builder()
            .backlog(32)
            .reuseAddress(true)
            .reusePort(true)
            .keepAlive(Duration.ofSeconds(60), Duration.ofSeconds(10), 3)
            .receiveBufferBytes(65_536)
            .sendBufferBytes(65_536)
            .tcpNoDelay(false)
            .build();

    @Test
    void theDefaultsSuitAServer() {
        assertThat(SocketOptions.defaults())
                .hasToString("SocketOptions[backlog=1024, reuseAddress=true, reusePort=false, "
                        + "keepAlive=true, receiveBufferBytes=system, sendBufferBytes=system, tcpNoDelay=true]");
        assertThat(SocketOptions.defaults().backlog()).isEqualTo(1024);
    }

    @Test
    void eachOptionIsShownAndCopied() {
        String shown = "SocketOptions[backlog=32, reuseAddress=true, reusePort=true, keepAlive=60s+3x10s, "
                + "receiveBufferBytes=65536, sendBufferBytes=65536, tcpNoDelay=false]";
        assertThat(ALL).hasToString(shown);
        assertThat(ALL.toBuilder().build()).hasToString(shown);
    }

    @Test
    void aConnectionGetsItsOptions() throws IOException {
        try (SocketChannel channel = SocketChannel.open()) {
            ALL.apply(channel);
            assertThat(channel.getOption(StandardSocketOptions.TCP_NODELAY)).isFalse();
            assertThat(channel.getOption(StandardSocketOptions.SO_KEEPALIVE)).isTrue();
            assertThat(channel.getOption(StandardSocketOptions.SO_RCVBUF)).isGreaterThanOrEqualTo(65_536);
            assertThat(channel.getOption(StandardSocketOptions.SO_SNDBUF)).isGreaterThanOrEqualTo(65_536);
            if (channel.supportedOptions().contains(ExtendedSocketOptions.TCP_KEEPIDLE)) {
                assertThat(channel.getOption(ExtendedSocketOptions.TCP_KEEPIDLE))
                        .isEqualTo(60);
                assertThat(channel.getOption(ExtendedSocketOptions.TCP_KEEPINTERVAL))
                        .isEqualTo(10);
                assertThat(channel.getOption(ExtendedSocketOptions.TCP_KEEPCOUNT))
                        .isEqualTo(3);
            }
        }
        try (SocketChannel channel = SocketChannel.open()) {
            SocketOptions.defaults().apply(channel);
            assertThat(channel.getOption(StandardSocketOptions.TCP_NODELAY)).isTrue();
            assertThat(channel.getOption(StandardSocketOptions.SO_KEEPALIVE)).isTrue();
        }
    }

    @Test
    void aListenerGetsItsOptions() throws IOException {
        try (ServerSocketChannel channel = ServerSocketChannel.open()) {
            SocketOptions.builder()
                    .reuseAddress(false)
                    .receiveBufferBytes(65_536)
                    .build()
                    .apply(channel);
            assertThat(channel.getOption(StandardSocketOptions.SO_REUSEADDR)).isFalse();
            assertThat(channel.getOption(StandardSocketOptions.SO_RCVBUF)).isGreaterThanOrEqualTo(65_536);
            ALL.apply(channel);
            assertThat(channel.getOption(StandardSocketOptions.SO_REUSEADDR)).isTrue();
        }
    }

    @Test
    void aUnixDomainSocketSkipsWhatItDoesNotHave() throws IOException {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
                ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            ALL.apply(channel);
            ALL.apply(listener);
            assertThat(channel.getOption(StandardSocketOptions.SO_SNDBUF)).isGreaterThanOrEqualTo(65_536);
        }
    }

    @Test
    void aBadValueIsRefusedByName() {
        SocketOptions.Builder builder = SocketOptions.builder();
        refused(() -> builder.backlog(0), "backlog=0 is below 1");
        refused(() -> builder.receiveBufferBytes(-1), "receiveBufferBytes=-1 is below 1");
        refused(() -> builder.sendBufferBytes(0), "sendBufferBytes=0 is below 1");
        Duration second = Duration.ofSeconds(1);
        refused(() -> builder.keepAlive(null, second, 1), "keepAlive idle must not be null");
        refused(() -> builder.keepAlive(Duration.ZERO, second, 1), "keepAlive idle=PT0S is not positive");
        refused(
                () -> builder.keepAlive(Duration.ofMillis(1500), second, 1),
                "keepAlive idle=PT1.5S is not in whole seconds");
        refused(
                () -> builder.keepAlive(Duration.ofDays(1), second, 1),
                "keepAlive idle in seconds=86400 is above 32767");
        refused(() -> builder.keepAlive(second, Duration.ofSeconds(-1), 1), "keepAlive interval=PT-1S is not positive");
        refused(() -> builder.keepAlive(second, second, 0), "keepAlive probes=0 is below 1");
        refused(() -> builder.keepAlive(second, second, 128), "keepAlive probes=128 is above 127");
    }

    @Test
    void aBuilderUsedOnDoesNotTouchWhatItHasBuilt() {
        SocketOptions.Builder builder = SocketOptions.builder().backlog(1);
        SocketOptions first = builder.build();
        assertThat(builder.backlog(2).build().backlog()).isEqualTo(2);
        assertThat(first.backlog()).isEqualTo(1);
    }

    private static void refused(Runnable call, String message) {
        assertThatIllegalArgumentException().isThrownBy(call::run).withMessage(message);
    }
}

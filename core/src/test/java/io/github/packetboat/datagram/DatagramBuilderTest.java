package io.github.packetboat.datagram;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.packetboat.codec.Codecs;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** A wrong option is refused where it is set, by its name and with its value; and builders can be used again. */
class DatagramBuilderTest {
    private static final InetSocketAddress LOCAL = new InetSocketAddress("127.0.0.1", 0);

    private static DatagramEndpointBuilder<String> builder() {
        return DatagramEndpoint.builder(Codecs.utf8());
    }

    private static void refused(Map<String, ThrowingCallable> calls) {
        calls.forEach((text, call) ->
                assertThatIllegalArgumentException().as(text).isThrownBy(call).withMessageStartingWith(text));
    }

    @Test
    void settersNameThemselvesAndTheValue() {
        Map<String, ThrowingCallable> calls = new LinkedHashMap<>();
        calls.put("codec must not be null", () -> DatagramEndpoint.builder(null));
        calls.put("listener must not be null", () -> builder().listener(null));
        calls.put("sessionListener must not be null", () -> builder().sessionListener(null));
        calls.put("sessionLimits must not be null", () -> builder().sessionLimits(null));
        calls.put("executor must not be null", () -> builder().executor(null));
        calls.put("maxPendingMessages=0 is below 1", () -> builder().maxPendingMessages(0));
        calls.put("maxDatagramBytes=0 is below 1", () -> builder().maxDatagramBytes(0));
        calls.put("maxDatagramBytes=65508 is above 65507", () -> builder().maxDatagramBytes(65_508));
        calls.put("maxQueuedBytes=-1 is below 1", () -> builder().maxQueuedBytes(-1));
        calls.put("overflow must not be null", () -> builder().overflow(null));
        calls.put("closeFlushTimeout=PT0S is not positive", () -> builder().closeFlushTimeout(Duration.ZERO));
        calls.put("closeFlushTimeout must not be null", () -> builder().closeFlushTimeout(null));
        calls.put("receiveBufferBytes=0 is below 1", () -> builder().receiveBufferBytes(0));
        calls.put("sendBufferBytes=0 is below 1", () -> builder().sendBufferBytes(0));
        calls.put("protocolFamily must not be null", () -> builder().protocolFamily(null));
        calls.put("networkInterface must not be null", () -> builder().networkInterface(null));
        calls.put("multicastHops=-1 is below 0", () -> builder().multicastHops(-1));
        calls.put("multicastHops=256 is above 255", () -> builder().multicastHops(256));
        calls.put("shards=0 is below 1", () -> builder().shards(0));
        calls.put("eventLoops=1025 is above 1024", () -> builder().eventLoops(1_025));
        calls.put("port=65536 is above 65535", () -> builder().bind(65_536));
        calls.put("port=0 is below 1", () -> builder().connect("localhost", 0));
        calls.put("address must not be null", () -> builder().bind(null));
        calls.put("host must not be null", () -> builder().connect(null, 1));
        calls.put("peer must not be null", () -> builder().connect(null));
        calls.put("maxSessions=0 is below 1", () -> SessionLimits.builder().maxSessions(0));
        calls.put(
                "idleTimeout=PT-1S is not positive",
                () -> SessionLimits.builder().idleTimeout(Duration.ofSeconds(-1)));
        calls.put("amplification=-1 is below 0", () -> SessionLimits.builder().amplification(-1));
        refused(calls);
    }

    @Test
    void optionsThatContradictEachOtherAreBothNamed() {
        Map<String, ThrowingCallable> calls = new LinkedHashMap<>();
        calls.put(
                "listener and sessionListener are both set",
                () -> builder()
                        .listener((sender, text) -> {})
                        .sessionListener((session, text) -> {})
                        .bind(LOCAL));
        calls.put(
                "sessionLimits are set, but no sessionListener",
                () -> builder().sessionLimits(SessionLimits.defaults()).bind(LOCAL));
        calls.put(
                "maxQueuedBytes=1463 has no room for a datagram of maxDatagramBytes=1400",
                () -> builder().maxQueuedBytes(1_463).bind(LOCAL));
        calls.put(
                "cannot bind UDP at",
                () -> builder().connect(InetSocketAddress.createUnresolved("nowhere.invalid", 9)));
        refused(calls);
    }

    @Test
    void aBuilderMakesIndependentEndpoints() throws Exception {
        DatagramSeen one = new DatagramSeen();
        DatagramSeen two = new DatagramSeen();
        var builder = builder().listener(one);
        try (RawUdp peer = new RawUdp();
                var first = builder.bind(LOCAL);
                var second = builder.listener(two).maxDatagramBytes(3).bind(LOCAL)) {
            peer.send("to the first", first.port());
            assertThat(one.events.take()).isEqualTo("to the first");
            peer.send("to the second", second.port());
            assertThat(two.events.take()).isEqualTo("to the second");
            assertThat(first.send("1234", peer.address())).isTrue();
            assertThatIllegalArgumentException().isThrownBy(() -> second.send("1234", peer.address()));
        }
    }

    @Test
    void limitsSayWhatTheyAre() {
        assertThat(SessionLimits.defaults())
                .hasToString("SessionLimits[maxSessions=10000, idleTimeout=PT5M, amplification=0]");
        SessionLimits limits = SessionLimits.builder()
                .maxSessions(5)
                .idleTimeout(Duration.ofSeconds(1))
                .amplification(3)
                .build();
        assertThat(limits.maxSessions()).isEqualTo(5);
        assertThat(limits.idleTimeout()).isEqualTo(Duration.ofSeconds(1));
        assertThat(limits.amplification()).isEqualTo(3);
    }
}

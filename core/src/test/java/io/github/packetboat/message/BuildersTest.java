package io.github.packetboat.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.packetboat.Backoff;
import io.github.packetboat.codec.Codecs;
import io.github.packetboat.testkit.RawPeer;
import io.github.packetboat.testkit.RawServer;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** A wrong option is refused where it is set, by its name and with its value; and builders can be used again. */
class BuildersTest {
    private static final Duration TOO_LONG = Duration.ofSeconds(Long.MAX_VALUE);

    private static MessageServer.Builder<String> server() {
        return MessageServer.builder(Codecs.lines());
    }

    private static MessageClient.Builder<String> client() {
        return MessageClient.builder(Codecs.lines());
    }

    /** The call that must fail, by the words that its message must begin with. */
    private static void refused(Map<String, ThrowingCallable> calls) {
        calls.forEach((text, call) ->
                assertThatIllegalArgumentException().as(text).isThrownBy(call).withMessageStartingWith(text));
    }

    @Test
    void aServersSettersNameThemselvesAndTheValue() {
        Map<String, ThrowingCallable> calls = new LinkedHashMap<>();
        calls.put("codec must not be null", () -> MessageServer.builder(null));
        calls.put("listener must not be null", () -> server().listener(null));
        calls.put("executor must not be null", () -> server().executor(null));
        calls.put("limits must not be null", () -> server().limits(null));
        calls.put("overflow must not be null", () -> server().overflow(null));
        calls.put("idleTimeout must not be null", () -> server().idleTimeout(null));
        calls.put("idleTimeout=PT0S is not positive", () -> server().idleTimeout(Duration.ZERO));
        calls.put("idleTimeout=PT-1S is not positive", () -> server().idleTimeout(Duration.ofSeconds(-1)));
        calls.put("idleTimeout=" + TOO_LONG + " is above", () -> server().idleTimeout(TOO_LONG));
        calls.put("heartbeat interval must not be null", () -> server().heartbeat(null, 1));
        calls.put("heartbeat interval=PT0S is not positive", () -> server().heartbeat(Duration.ZERO, 1));
        calls.put("heartbeat interval=" + TOO_LONG + " is above", () -> server().heartbeat(TOO_LONG, 1));
        calls.put("missed heartbeats=-1 is below 0", () -> server().heartbeat(Duration.ofSeconds(1), -1));
        calls.put("missed heartbeats=1001 is above 1000", () -> server().heartbeat(Duration.ofSeconds(1), 1001));
        calls.put("heartbeat interval * (missed + 1)=", () -> server().heartbeat(Duration.ofDays(365), 1000));
        calls.put("socketOptions must not be null", () -> server().socketOptions(null));
        calls.put("tls must not be null", () -> server().tls(null));
        calls.put("proxyProtocol must not be null", () -> server().proxyProtocol(null));
        calls.put("ipFilter must not be null", () -> server().ipFilter(null));
        calls.put("farewell must not be null", () -> server().farewell(null));
        calls.put("eventLoops=0 is below 1", () -> server().eventLoops(0));
        calls.put("eventLoops=1025 is above 1024", () -> server().eventLoops(1025));
        calls.put("port=-1 is below 0", () -> server().bind(-1));
        calls.put("port=65536 is above 65535", () -> server().bind(65536));
        calls.put("address must not be null", () -> server().bind((SocketAddress) null));
        refused(calls);
    }

    @Test
    void aClientsSettersNameThemselvesAndTheValue() {
        Map<String, ThrowingCallable> calls = new LinkedHashMap<>();
        calls.put("codec must not be null", () -> MessageClient.builder(null));
        calls.put("listener must not be null", () -> client().listener(null));
        calls.put("executor must not be null", () -> client().executor(null));
        calls.put("limits must not be null", () -> client().limits(null));
        calls.put("overflow must not be null", () -> client().overflow(null));
        calls.put("idleTimeout=PT0S is not positive", () -> client().idleTimeout(Duration.ZERO));
        calls.put("heartbeat interval=PT-1S is not positive", () -> client().heartbeat(Duration.ofSeconds(-1), 1));
        calls.put("missed heartbeats=-1 is below 0", () -> client().heartbeat(Duration.ofSeconds(1), -1));
        calls.put("heartbeat interval * (missed + 1)=", () -> client().heartbeat(Duration.ofDays(365), 1000));
        calls.put("socketOptions must not be null", () -> client().socketOptions(null));
        calls.put("tls must not be null", () -> client().tls(null));
        calls.put("connectTimeout must not be null", () -> client().connectTimeout(null));
        calls.put("connectTimeout=PT0S is not positive", () -> client().connectTimeout(Duration.ZERO));
        calls.put("connectTimeout=" + TOO_LONG + " is above", () -> client().connectTimeout(TOO_LONG));
        calls.put("backoff must not be null", () -> client().reconnect(null));
        calls.put("retain maxBytes=-1 is below 0", () -> client().retain(-1, 1, Overflow.REFUSE));
        calls.put("retain maxMessages=0 is below 1", () -> client().retain(1, 0, Overflow.REFUSE));
        calls.put("retain policy must not be null", () -> client().retain(1, 1, null));
        calls.put("retain policy must not be CLOSE", () -> client().retain(1, 1, Overflow.CLOSE));
        calls.put("eventLoops=-1 is below 1", () -> client().eventLoops(-1));
        calls.put("host must not be null", () -> client().connect(null, 1));
        calls.put("port=0 is below 1", () -> client().connect("127.0.0.1", 0));
        calls.put("port=65536 is above 65535", () -> client().connectInBackground("127.0.0.1", 65536));
        calls.put("address must not be null", () -> client().connect(null));
        refused(calls);
    }

    @Test
    void theOthersDoSoToo() {
        Map<String, ThrowingCallable> calls = new LinkedHashMap<>();
        calls.put("codec must not be null", () -> Binding.of(null));
        calls.put("tls must not be null", () -> Binding.of(Codecs.lines()).tls(null));
        calls.put(
                "proxyProtocol must not be null",
                () -> Binding.of(Codecs.lines()).proxyProtocol(null));
        calls.put("name must not be null", () -> Group.named(null));
        calls.put("requestId must not be null", () -> Requests.correlatedBy(null, m -> m));
        calls.put("replyId must not be null", () -> Requests.correlatedBy(m -> m, null));
        calls.put("first must be positive", () -> Backoff.exponential(Duration.ZERO, Duration.ZERO));
        calls.put("max=PT1S is shorter", () -> Backoff.exponential(Duration.ofSeconds(2), Duration.ofSeconds(1)));
        calls.put("max=" + TOO_LONG, () -> Backoff.exponential(Duration.ofSeconds(2), TOO_LONG));
        calls.put("first must not be null", () -> Backoff.exponential(null, TOO_LONG));
        calls.put("max must not be null", () -> Backoff.exponential(Duration.ofSeconds(2), null));
        refused(calls);
    }

    @Test
    void theLongestTimesThereAreHarmNoShorterOnes() throws Exception {
        Duration longest = Duration.ofNanos(Long.MAX_VALUE / 2);
        Probe<String> probe = new Probe<>();
        probe.onMessage = Connection::send;
        Limits limits = Limits.builder()
                .frameTimeout(longest)
                .handshakeTimeout(longest)
                .writeStallTimeout(longest)
                .closeFlushTimeout(longest)
                .lingerTimeout(Duration.ofMillis(50))
                .build();
        try (var server = server().listener(probe)
                        .limits(limits)
                        .eventLoops(1)
                        .idleTimeout(longest)
                        .bind(0);
                RawPeer half = RawPeer.connect(server.port());
                RawPeer peer = RawPeer.connect(server.port())) {
            half.send("unfinished");
            peer.send("x\n");
            assertThat(peer.readLine()).isEqualTo("x");
            var requests = Requests.<String, String>correlatedBy(line -> line, line -> line);
            var forEver = requests.send(probe.opened.take(), "a", longest);
            var soon = requests.send(probe.opened.take(), "b", Duration.ofMillis(20));
            assertThatThrownBy(() -> soon.get(10, java.util.concurrent.TimeUnit.SECONDS))
                    .hasCauseInstanceOf(java.util.concurrent.TimeoutException.class);
            assertThat(forEver).isNotDone();
            assertThat(server.stats().openConnections()).isEqualTo(2);
        }
    }

    @Test
    void aBuilderUsedOnMakesIndependentServersAndClients() throws Exception {
        Probe<String> first = new Probe<>();
        Probe<String> second = new Probe<>();
        var builder = server().listener(first);
        try (var one = builder.bind(0);
                var two = builder.listener(second).overflow(Overflow.REFUSE).bind(0);
                RawPeer a = RawPeer.connect(one.port());
                RawPeer b = RawPeer.connect(two.port())) {
            a.send("to one\n");
            b.send("to two\n");
            assertThat(first.messages.take()).isEqualTo("to one");
            assertThat(second.messages.take()).isEqualTo("to two");
            first.messages.assertNothingMore();
        }
        Probe<String> third = new Probe<>();
        try (RawServer server = RawServer.open()) {
            var options = client().listener(third);
            var one = options.connect(server.address());
            var two = options.listener(second).connect(server.address());
            server.accept().send("hello\n").halfClose();
            assertThat(third.messages.take()).isEqualTo("hello");
            one.close();
            assertThat(two.isConnected()).isTrue();
            two.abort();
        }
    }

    @Test
    void aPortInUseOrNotAllowedIsNamedAndLeavesNothing() throws Exception {
        try (RawServer taken = RawServer.open()) {
            assertThatThrownBy(() -> server().bind(taken.address()))
                    .isInstanceOf(BindException.class)
                    .hasMessageContaining(taken.address().toString());
        }
        assertThatThrownBy(() -> server().bind(new InetSocketAddress("192.0.2.1", 0)))
                .isInstanceOf(BindException.class)
                .hasMessageContaining("192.0.2.1");
        assertThatThrownBy(() -> server().bind(InetSocketAddress.createUnresolved("no.such.host.invalid", 0)))
                .isInstanceOf(BindException.class)
                .hasMessageContaining("no.such.host.invalid");
    }
}

package io.github.packetboat.datagram;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.packetboat.codec.Codecs;
import io.github.packetboat.testkit.ManualClock;
import io.github.packetboat.testkit.Recorder;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/** That a peer can prove its address by a cookie, and nobody else can. */
class CookiesTest {
    private static final InetSocketAddress LOCAL = new InetSocketAddress("127.0.0.1", 0);

    private final ManualClock clock = new ManualClock();
    private final Cookies cookies = new Cookies(clock);

    private static PeerKey key(InetAddress host, int port) {
        return PeerKey.of(new InetSocketAddress(host, port));
    }

    private static InetAddress linkLocal(int scope) throws UnknownHostException {
        byte[] bytes = new byte[16];
        bytes[0] = (byte) 0xFE;
        bytes[1] = (byte) 0x80;
        return Inet6Address.getByAddress(null, bytes, scope);
    }

    /** Peers of which any two differ in one thing only. */
    private static List<PeerKey> peers() throws UnknownHostException {
        InetAddress host = InetAddress.getByName("10.0.0.1");
        return List.of(
                key(host, 5000),
                key(host, 5001),
                key(InetAddress.getByName("10.0.0.2"), 5000),
                key(InetAddress.getByName("2001:db8::1"), 5000),
                key(InetAddress.getByName("2001:db8::2"), 5000),
                key(linkLocal(1), 5000),
                key(linkLocal(2), 5000));
    }

    @Test
    void aCookieHoldsForItsAddressAndPortAlone() throws Exception {
        for (PeerKey owner : peers()) {
            byte[] cookie = cookies.cookieFor(owner);
            assertThat(cookie).hasSize(16);
            for (PeerKey other : peers()) {
                assertThat(cookies.isFor(other, cookie))
                        .as("%s with the cookie of %s", other, owner)
                        .isEqualTo(other.equals(owner));
            }
        }
    }

    @Test
    void nothingButTheWholeCookieHolds() throws Exception {
        PeerKey peer = peers().get(0);
        byte[] cookie = cookies.cookieFor(peer);
        for (int bit = 0; bit < cookie.length * Byte.SIZE; bit++) {
            byte[] changed = cookie.clone();
            changed[bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);
            assertThat(cookies.isFor(peer, changed)).as("bit %d", bit).isFalse();
        }
        for (int length = 0; length <= 2 * cookie.length; length++) {
            assertThat(cookies.isFor(peer, Arrays.copyOf(cookie, length)))
                    .as("%d bytes", length)
                    .isEqualTo(length == cookie.length);
        }
    }

    @Test
    void anotherEndpointHasAnotherSecret() throws Exception {
        PeerKey peer = peers().get(0);
        assertThat(new Cookies(clock).isFor(peer, cookies.cookieFor(peer))).isFalse();
    }

    @Test
    void aCookieHoldsForOneMinuteAtLeastAndTwoAtMost() throws Exception {
        PeerKey peer = peers().get(0);
        byte[] first = cookies.cookieFor(peer);
        clock.advance(Cookies.SECRET_LASTS.minusNanos(1));
        byte[] second = cookies.cookieFor(peer);
        assertThat(second).isEqualTo(first);
        clock.advance(Cookies.SECRET_LASTS);
        assertThat(cookies.isFor(peer, second)).as("a minute later").isTrue();
        byte[] third = cookies.cookieFor(peer);
        assertThat(third).isNotEqualTo(first);
        clock.advance(Duration.ofNanos(1));
        assertThat(cookies.isFor(peer, first)).as("two minutes later").isFalse();
        assertThat(cookies.isFor(peer, third)).isTrue();
    }

    @Test
    void aSecretThatNobodyHasAskedForSinceDoesNotHoldLonger() throws Exception {
        PeerKey peer = peers().get(0);
        byte[] old = cookies.cookieFor(peer);
        clock.advance(Cookies.SECRET_LASTS.multipliedBy(2));
        assertThat(cookies.isFor(peer, old)).isFalse();
        byte[] fresh = cookies.cookieFor(peer);
        clock.advance(Cookies.SECRET_LASTS.multipliedBy(1_000_000));
        assertThat(cookies.isFor(peer, fresh)).isFalse();
        assertThat(cookies.isFor(peer, cookies.cookieFor(peer))).isTrue();
    }

    @Test
    void whoSendsItsCookieBackMayBeSentAnything() throws Exception {
        Recorder<Boolean> validated = new Recorder<>();
        DatagramSessionListener<String> careful = (session, text) -> {
            if (text.startsWith("hello")) {
                session.send(HexFormat.of().formatHex(session.cookie()));
            } else {
                validated.accept(session.validate(HexFormat.of().parseHex(text)) && session.isValidated());
                session.send("a".repeat(1_000));
            }
        };
        try (RawUdp ann = new RawUdp();
                RawUdp ben = new RawUdp();
                var endpoint = DatagramEndpoint.builder(Codecs.utf8())
                        .sessionListener(careful)
                        .sessionLimits(SessionLimits.builder()
                                .maxSessions(1)
                                .amplification(3)
                                .build())
                        .bind(LOCAL)) {
            ann.send("hello, I am Ann", endpoint.port());
            String cookie = ann.receiveText();
            ben.send(cookie, endpoint.port());
            assertThat(validated.take()).as("stolen").isFalse();
            assertThat(endpoint.session(ben.address()).isValidated()).isFalse();
            assertThat(endpoint.session(ann.address())).as("displaced by Ben").isNull();
            ann.send(cookie, endpoint.port());
            assertThat(validated.take()).isTrue();
            assertThat(ann.receiveText()).hasSize(1_000);
            assertThat(endpoint.stats().notValidated()).isEqualTo(1);
            assertThat(ben.isQuiet()).isTrue();
        }
    }

    @Test
    void noCookieIsACallersMistake() throws Exception {
        List<DatagramSession<String>> sessions = new ArrayList<>();
        Recorder<String> heard = new Recorder<>();
        try (RawUdp peer = new RawUdp();
                var endpoint = DatagramEndpoint.builder(Codecs.utf8())
                        .sessionListener((session, text) -> {
                            sessions.add(session);
                            heard.accept(text);
                        })
                        .bind(LOCAL)) {
            peer.send("x", endpoint.port());
            heard.take();
            assertThatThrownBy(() -> sessions.get(0).validate(null)).hasMessage("cookie must not be null");
        }
    }
}

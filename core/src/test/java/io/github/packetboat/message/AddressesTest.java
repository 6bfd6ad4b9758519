package io.github.packetboat.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.packetboat.codec.Codecs;
import io.github.packetboat.testkit.Certificates;
import io.github.packetboat.testkit.RawPeer;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where a server listens and a client connects, and what is said of an address that will not do. */
class AddressesTest {
    private static final Path SETPRIV = Path.of("/usr/bin/setpriv");
    private static final Path UNPRIVILEGED_FROM = Path.of("/proc/sys/net/ipv4/ip_unprivileged_port_start");

    @TempDir
    private Path dir;

    @Test
    void aUnixDomainSocketIsAnAddressLikeAnyOtherAndItsFileGoesWithTheServer() throws Exception {
        UnixDomainSocketAddress address = UnixDomainSocketAddress.of(dir.resolve("socket"));
        Seen<String> seen = Seen.only();
        for (int round = 0; round < 20; round++) {
            try (var server = MessageServer.builder(Codecs.lines())
                            .listener(Seen.echoing())
                            .bind(address);
                    var client =
                            MessageClient.builder(Codecs.lines()).listener(seen).connect(address)) {
                client.send("local");
                assertThat(seen.messages.take()).isEqualTo("local");
                assertThat(server.port()).isEqualTo(-1);
                assertThat(address.getPath()).exists();
            }
            assertThat(Files.exists(address.getPath())).as("round %d", round).isFalse();
        }
    }

    @Test
    void ipv6WorksInBothRoles() throws Exception {
        Seen<String> seen = Seen.only();
        try (var server = MessageServer.builder(Codecs.lines())
                        .listener(Seen.echoing())
                        .tls(Tls.server().build())
                        .bind(new InetSocketAddress("::1", 0));
                var client = MessageClient.builder(Codecs.lines())
                        .listener(seen)
                        .tls(Tls.client().build())
                        .connect("::1", server.port())) {
            client.send("six");
            assertThat(seen.messages.take()).isEqualTo("six");
            assertThat(client.connection().remoteAddress()).isEqualTo(new InetSocketAddress("::1", server.port()));
        }
    }

    @Test
    void severalBindingsHaveTheirOwnCodecAndTlsAndShareListenerAndGroup() throws Exception {
        Seen<String> seen = Seen.only();
        UnixDomainSocketAddress path = UnixDomainSocketAddress.of(dir.resolve("many"));
        try (var server = MessageServer.builder(Codecs.lines()).listener(seen).bind(Tls.anyPort())) {
            SocketAddress secured = server.bind(
                    Tls.anyPort(), Binding.of(Codecs.lines()).tls(Tls.server().build()));
            server.bind(
                    path,
                    Binding.of(Codecs.delimited((byte) '|')
                            .map(
                                    bytes -> new String(bytes, StandardCharsets.UTF_8),
                                    text -> text.getBytes(StandardCharsets.UTF_8))));
            assertThat(server.addresses()).hasSize(3);
            try (RawPeer lines = RawPeer.connect(server.port());
                    RawPeer tls = RawPeer.connect(secured)
                            .startTls(Certificates.root().trustingContext(), "localhost");
                    RawPeer unix = RawPeer.connect(path)) {
                lines.send("a\n");
                tls.send("b\n");
                unix.send("c|");
                assertThat(seen.messages.await(3)).containsExactlyInAnyOrder("a", "b", "c");
                server.everyone().broadcast("to all");
                assertThat(lines.readLine()).isEqualTo("to all");
                assertThat(tls.readLine()).isEqualTo("to all");
                assertThat(new String(unix.readExactly(7), StandardCharsets.UTF_8))
                        .isEqualTo("to all|");
            }
        }
        assertThat(path.getPath()).doesNotExist();
    }

    @Test
    void aPortThatIsTakenIsNamed() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            SocketAddress address = taken.getLocalSocketAddress();
            assertThatThrownBy(() -> MessageServer.builder(Codecs.lines()).bind(address))
                    .isInstanceOf(BindException.class)
                    .hasMessageContaining("cannot listen at")
                    .hasMessageContaining(String.valueOf(taken.getLocalPort()));
        }
    }

    @Test
    void anAddressThatIsNotOursIsNamed() {
        assertThatThrownBy(() -> MessageServer.builder(Codecs.lines()).bind(new InetSocketAddress("192.0.2.1", 0)))
                .isInstanceOf(BindException.class)
                .hasMessageContaining("192.0.2.1");
        assertThatThrownBy(() -> MessageServer.builder(Codecs.lines())
                        .bind(InetSocketAddress.createUnresolved("no-such-host.invalid", 1)))
                .isInstanceOf(BindException.class)
                .hasMessageContaining("no-such-host.invalid");
        assertThatThrownBy(() -> MessageServer.builder(Codecs.lines())
                        .bind(UnixDomainSocketAddress.of(dir.resolve("no/such/folder"))))
                .isInstanceOf(BindException.class)
                .hasMessageContaining("no/such/folder");
    }

    @Test
    void aHostThatIsUnknownIsNamed() {
        assertThatThrownBy(() -> MessageClient.builder(Codecs.lines()).connect("no-such-host.invalid", 1))
                .isInstanceOf(UnknownHostException.class)
                .hasMessageContaining("no-such-host.invalid:1");
    }

    @Test
    void aSecondBindingThatFailsLeavesTheServerAsItWas() throws Exception {
        try (var server = MessageServer.builder(Codecs.lines())
                        .listener(Seen.echoing())
                        .bind(Tls.anyPort());
                RawPeer peer = RawPeer.connect(server.port())) {
            assertThatThrownBy(() -> server.bind(server.port(), Codecs.lines())).isInstanceOf(BindException.class);
            peer.send("fine\n");
            assertThat(peer.readLine()).isEqualTo("fine");
        }
    }

    /** P54: the kernel refuses port 1 to whoever lacks the capability, which root has unless it is taken away. */
    @Test
    void aPortThatIsNotAllowedIsNamedAndLeavesNoThread() throws Exception {
        assumeTrue(Files.isReadable(UNPRIVILEGED_FROM), "no " + UNPRIVILEGED_FROM + ": not on Linux");
        // not readString: such a file gives nothing more after its first read, which is of one byte there
        int from;
        try (var file = Files.newBufferedReader(UNPRIVILEGED_FROM)) {
            from = Integer.parseInt(file.readLine().trim());
        }
        assumeTrue(from > 1, "everybody may listen at port 1 here: " + UNPRIVILEGED_FROM);
        boolean root = System.getProperty("user.name").equals("root");
        assumeTrue(!root || Files.isExecutable(SETPRIV), "root may listen at port 1, and there is no " + SETPRIV);
        String dropping = SETPRIV + " --bounding-set=-net_bind_service --inh-caps=-net_bind_service ";
        try (ChildJvm unprivileged =
                new ChildJvm(root ? "set -- " + dropping + "\"$@\";" : "", List.of("-XX:TieredStopAtLevel=1"))) {
            unprivileged.port();
            assertThat(unprivileged.ask("bind 1"))
                    .startsWith("java.net.BindException: cannot listen at 0.0.0.0/0.0.0.0:1: ")
                    .contains("Permission denied")
                    .endsWith("threads left: 0");
        }
    }
}

package io.github.packetboat.datagram;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.packetboat.codec.Codecs;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Against programs that nobody here wrote; where one is missing, its test is skipped and says so. */
class ForeignPeersTest {
    private static final InetSocketAddress LOCAL = new InetSocketAddress("127.0.0.1", 0);

    /** A program of the system's, to whose input the test writes and whose output it reads. */
    private static final class Program implements AutoCloseable {
        private final Process process;
        private final BufferedReader output;

        Program(String... command) throws IOException, InterruptedException {
            assumeTrue(isInstalled(command[0]), command[0] + " is not installed");
            process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            output = process.inputReader(StandardCharsets.UTF_8);
        }

        private static boolean isInstalled(String name) throws IOException, InterruptedException {
            return new ProcessBuilder("sh", "-c", "command -v " + name + " >/dev/null")
                            .start()
                            .waitFor()
                    == 0;
        }

        void type(String text) throws IOException {
            process.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
            process.getOutputStream().flush();
        }

        String readLine() throws IOException {
            return output.readLine();
        }

        @Override
        public void close() throws IOException {
            process.destroyForcibly();
            try {
                assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            output.close();
            process.getOutputStream().close();
        }
    }

    @Test
    void netcatTalksBothWays() throws Exception {
        DatagramSeen seen = new DatagramSeen();
        try (var endpoint =
                        DatagramEndpoint.builder(Codecs.utf8()).listener(seen).bind(LOCAL);
                Program nc = new Program("nc", "-u", "127.0.0.1", String.valueOf(endpoint.port()))) {
            nc.type("hello from nc\n");
            assertThat(seen.events.take()).isEqualTo("hello from nc\n");
            endpoint.send("hello nc\n", seen.senders.take());
            assertThat(nc.readLine()).isEqualTo("hello nc");
        }
    }

    @Test
    void socatTalksBothWays() throws Exception {
        DatagramSeen seen = new DatagramSeen();
        try (var endpoint =
                        DatagramEndpoint.builder(Codecs.utf8()).listener(seen).bind(LOCAL);
                Program socat = new Program("socat", "-", "UDP4:127.0.0.1:" + endpoint.port())) {
            socat.type("hello from socat\n");
            assertThat(seen.events.take()).isEqualTo("hello from socat\n");
            endpoint.send("hello socat\n", seen.senders.take());
            assertThat(socat.readLine()).isEqualTo("hello socat");
        }
    }

    private static final String PYTHON_ECHO = """
            import socket
            s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            s.bind(("127.0.0.1", 0))
            print(s.getsockname()[1], flush=True)
            while True:
                data, sender = s.recvfrom(70000)
                s.sendto(data[::-1], sender)
            """;

    @Test
    void pythonAnswersDatagramsOfEverySize() throws Exception {
        DatagramSeen seen = new DatagramSeen();
        try (Program python = new Program("python3", "-c", PYTHON_ECHO);
                var endpoint = DatagramEndpoint.builder(Codecs.utf8())
                        .listener(seen)
                        .maxDatagramBytes(65_507)
                        .bind(LOCAL)) {
            InetSocketAddress to = new InetSocketAddress("127.0.0.1", Integer.parseInt(python.readLine()));
            for (int size : new int[] {0, 1, 1_400, 65_507}) {
                String text = "ab".repeat(size).substring(0, size);
                assertThat(endpoint.send(text, to)).isTrue();
                assertThat(seen.events.take())
                        .as("%d bytes", size)
                        .isEqualTo(new StringBuilder(text).reverse().toString());
            }
        }
    }

    private static final String PYTHON_MEMBER = """
            import socket, struct
            s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            s.bind(("", 0))
            s.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP,
                         socket.inet_aton("239.255.42.99") + socket.inet_aton("127.0.0.1"))
            print(s.getsockname()[1], flush=True)
            data, sender = s.recvfrom(70000)
            print(data.decode(), flush=True)
            s.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton("127.0.0.1"))
            s.sendto(b"python to the group", ("239.255.42.99", sender[1]))
            s.recvfrom(1)
            """;

    @Test
    void pythonIsInTheSameGroup() throws Exception {
        DatagramSeen seen = new DatagramSeen();
        NetworkInterface loopback = NetworkInterface.getByInetAddress(InetAddress.getLoopbackAddress());
        try (Program python = new Program("python3", "-c", PYTHON_MEMBER);
                var endpoint = DatagramEndpoint.builder(Codecs.utf8())
                        .listener(seen)
                        .networkInterface(loopback)
                        .bind(0)) {
            endpoint.join(InetAddress.getByName("239.255.42.99"));
            int port = Integer.parseInt(python.readLine());
            assertThat(endpoint.send("java to the group", new InetSocketAddress("239.255.42.99", port)))
                    .isTrue();
            assertThat(python.readLine()).isEqualTo("java to the group");
            assertThat(seen.events.take()).isEqualTo("python to the group");
        }
    }

    private static final String PYTHON_FLOOD = """
            import socket, sys
            s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            s.connect(("127.0.0.1", int(sys.argv[1])))
            for i in range(2000):
                s.send(bytes([0xC0, i % 256]) * (i % 700))
                if i % 10 == 0:
                    s.send(b"good %d" % i)
            s.send(b"end")
            print("sent", flush=True)
            """;

    @Test
    void goodDatagramsAreHeardThroughAFloodOfGarbage() throws Exception {
        DatagramSeen seen = new DatagramSeen();
        try (var endpoint =
                        DatagramEndpoint.builder(Codecs.utf8()).listener(seen).bind(LOCAL);
                Program python = new Program("python3", "-c", PYTHON_FLOOD, String.valueOf(endpoint.port()))) {
            assertThat(python.readLine()).isEqualTo("sent");
            String last;
            int good = 0;
            int bad = 0;
            do {
                last = seen.events.take();
                good += last.startsWith("good") ? 1 : 0;
                bad += last.startsWith("error") ? 1 : 0;
            } while (!last.equals("end"));
            long dropped = endpoint.kernelDrops().orElse(0);
            // of 2,000 pieces of garbage three are empty, which is text
            assertThat(good + bad + dropped).isGreaterThanOrEqualTo(2_197);
            assertThat(endpoint.stats().undecodable()).isEqualTo(bad);
            assertThat(dropped == 0 ? good : 200).isEqualTo(200);
        }
    }
}

package io.github.packetboat.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ConsoleClientTest {
    private static final int BACKLOG = 10;

    private Terminal terminal;
    private ServerSocket listening;
    private Thread client;
    private Peer server;

    @BeforeEach
    void connect() throws Exception {
        terminal = new Terminal();
        listening = new ServerSocket(0, BACKLOG, InetAddress.getByName("127.0.0.1"));
        client = terminal.start(ConsoleClient::main, "127.0.0.1", String.valueOf(listening.getLocalPort()));
        server = Peer.of(listening.accept());
    }

    @AfterEach
    void close() throws Exception {
        server.close();
        listening.close();
        terminal.close();
    }

    @Test
    void sendsWhatIsTypedAndPrintsWhatComes() throws Exception {
        terminal.await("connected to 127.0.0.1:\\d+; .*");
        terminal.type("grüß dich");
        server.expect("grüß dich");
        server.send("no line end");
        terminal.await("no line end");
        server.send("two\r\nlines\u0007\n");
        terminal.await("two");
        terminal.await("lines\uFFFD");
    }

    @Test
    void endsOnExitWithoutSendingIt() throws Exception {
        terminal.type("last");
        terminal.type("exit");
        server.expect("last");
        server.expectEnd();
        server.close();
        terminal.await("bye");
        client.join();
    }

    @Test
    void endsAtTheEndOfInput() throws Exception {
        terminal.type("last");
        terminal.endInput();
        server.expect("last");
        server.expectEnd();
        server.close();
        client.join();
    }

    @Test
    void endsWhenTheServerLeavesThoughNothingIsTyped() throws Exception {
        terminal.await("connected to .*");
        server.close();
        terminal.await("the connection is closed: .*");
        client.join();
    }

    @Test
    void saysWhyItCannotConnect() throws Exception {
        int nobody = listening.getLocalPort();
        listening.close();
        assertThat(Examples.run("console-client", "127.0.0.1", String.valueOf(nobody)))
                .isEqualTo(1);
        terminal.await("console-client: cannot connect to 127.0.0.1:" + nobody + ".*");
    }
}

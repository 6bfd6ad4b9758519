package io.github.packetboat.examples;

import java.net.InetAddress;
import java.net.Socket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class GreetingServerTest {
    private Terminal terminal;
    private int port;

    @BeforeEach
    void start() throws Exception {
        terminal = new Terminal();
        terminal.start(GreetingServer::main, "0");
        port = terminal.awaitPort();
    }

    @AfterEach
    void stop() throws Exception {
        terminal.close();
    }

    @Test
    void greetsEachClientAndPrintsWhatItSendsAndThatItHasLeft() throws Exception {
        try (Peer one = Peer.connect(port);
                Peer two = Peer.connect(port)) {
            one.expect("Server Say Hello To U");
            two.expect("Server Say Hello To U");
            one.send("hello");
            terminal.await(one.address + ": hello");
            two.send("你好\r\n");
            terminal.await(two.address + ": 你好");
            one.leave();
            terminal.await(one.address + " has left: .*");
            two.send("still here\n");
            terminal.await(two.address + ": still here");
        }
    }

    @Test
    void isReachedAtAllAddressesOfTheMachine() throws Exception {
        for (InetAddress loopback : InetAddress.getAllByName("localhost")) {
            try (Peer peer = Peer.of(new Socket(loopback, port))) {
                peer.expect("Server Say Hello To U");
            }
        }
    }

    @Test
    void onePeerCannotForgeTheLinesOfAnother() throws Exception {
        try (Peer peer = Peer.connect(port)) {
            peer.send("a\n127.0.0.1:1: b\r127.0.0.1:1 has left\u001b[2K\u2028c");
            terminal.await(peer.address + ": a");
            terminal.await(peer.address + ": 127.0.0.1:1: b");
            terminal.await(peer.address + ": 127.0.0.1:1 has left\uFFFD\\[2K\uFFFDc");
        }
    }

    @Test
    void refusesWhatIsNotText() throws Exception {
        try (Peer peer = Peer.connect(port)) {
            peer.expect("Server Say Hello To U");
            peer.sendBytes((byte) 'a', (byte) 0xFF);
            peer.expectEnd();
            peer.leave();
            terminal.await(peer.address + " has left: .*invalid UTF-8 at offset 1 .*");
        }
    }

    @Test
    void talksWithNc() throws Exception {
        try (Peer nc = Peer.nc(port)) {
            nc.expect("Server Say Hello To U");
            nc.send("typed into nc\n");
            String address = terminal.await("(127.0.0.1:\\d+): typed into nc").group(1);
            nc.leave();
            terminal.await(address + " has left: .*");
        }
    }

    @Test
    void talksWithTheConsoleClient() throws Exception {
        terminal.start(ConsoleClient::main, "localhost", String.valueOf(port));
        terminal.await("connected to .*");
        terminal.await("Server Say Hello To U");
        terminal.type("typed into the console");
        String address = terminal.await("(.*): typed into the console").group(1);
        terminal.type("exit");
        terminal.await("bye");
        terminal.await("\\Q" + address + "\\E has left: .*");
    }
}

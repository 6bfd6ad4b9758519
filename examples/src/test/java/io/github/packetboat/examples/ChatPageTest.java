package io.github.packetboat.examples;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The chat's page in a real browser, in one room with sockets. */
@Timeout(120)
class ChatPageTest {
    private Chromium chromium;
    private Terminal terminal;
    private int port;
    private String url;

    @BeforeEach
    void start() throws Exception {
        chromium = Chromium.start();
        serve("0", "0");
    }

    private void serve(String ports, String webPort) throws Exception {
        terminal = new Terminal();
        terminal.start(ChatServer::main, ports, webPort);
        port = terminal.awaitPort();
        url = terminal.await("for browsers: (http://localhost:\\d+/)").group(1);
    }

    @AfterEach
    void stop() throws Exception {
        if (terminal != null) {
            terminal.close();
        }
        if (chromium != null) {
            chromium.close();
        }
    }

    /** With the keyboard alone: the field for the name has the focus. */
    private Chromium.Tab enter(String name) throws Exception {
        Chromium.Tab page = chromium.open(url);
        page.await("document.activeElement.id === 'name'");
        page.type(name);
        page.await("document.getElementById('status').textContent === 'connected'");
        page.await("document.activeElement.id === 'text'");
        return page;
    }

    private static String members(Chromium.Tab page) throws Exception {
        return page.evaluate("[...document.querySelectorAll('#members li')].map(each => each.textContent).join()");
    }

    private static void awaitMembers(Chromium.Tab page, String expected) throws Exception {
        page.await("[...document.querySelectorAll('#members li')].map(each => each.textContent).join() === "
                + Chromium.Tab.quoted(expected));
    }

    @Test
    void pagesAndSocketsTalkAndAPageThatIsClosedIsSeenToLeave() throws Exception {
        Chromium.Tab ann = enter("ann");
        Chromium.Tab ben = enter("ben");
        awaitMembers(ann, "ann (you),ben");
        try (Peer tcp = Peer.connect(port)) {
            tcp.await("\\* in lobby: .*");
            tcp.send("/name cho\n");
            tcp.await("\\* you are cho");
            awaitMembers(ben, "ann,ben (you),cho");

            ann.type("hello from a page");
            ben.awaitLine("ann: hello from a page");
            tcp.await("ann: hello from a page");
            assertThat(ann.evaluate("document.querySelector('#log .own').textContent"))
                    .isEqualTo("ann: hello from a page");
            tcp.send("hello from a socket\n");
            ann.awaitLine("cho: hello from a socket");
            ben.awaitLine("cho: hello from a socket");

            ben.close();
            ann.awaitLine("ben has left lobby");
            tcp.await("\\* ben has left lobby");
            awaitMembers(ann, "ann (you),cho");
        }
        ann.awaitLine("cho has left lobby");
        assertThat(members(ann)).isEqualTo("ann (you)");
    }

    @Test
    void markupIsShownAndNotRun() throws Exception {
        Chromium.Tab ann = enter("ann");
        String attack = "<img src=x onerror=\"document.title='run'\"><script>document.title='run'</script>";
        try (Peer tcp = Peer.connect(port)) {
            tcp.await("\\* in lobby: .*");
            tcp.send("/name cho\n" + attack + "\nafter\n");
            ann.awaitLine("cho: " + attack);
            ann.awaitLine("cho: after");
        }
        assertThat(ann.evaluate("document.title")).isEqualTo("Packetboat chat");
        assertThat(ann.evaluate("document.querySelectorAll('#log img, #log script').length"))
                .isEqualTo("0");
    }

    @Test
    void pagesComeBackByThemselvesAndSayWhatWasWrittenMeanwhile() throws Exception {
        Chromium.Tab ann = enter("ann");
        Chromium.Tab ben = enter("ben");
        ann.type("/join tea");
        ann.await("document.getElementById('room').textContent === 'Room: tea'");
        ben.type("/join tea");
        awaitMembers(ann, "ann (you),ben");
        String ports = String.valueOf(port);
        String webPort = url.replaceAll("\\D", "");

        terminal.close();
        for (Chromium.Tab page : new Chromium.Tab[] {ann, ben}) {
            page.await("document.getElementById('status').className === 'away'");
        }
        ann.type("first while away");
        ann.type("second while away");
        assertThat(ann.evaluate("document.querySelectorAll('#log .waiting').length"))
                .isEqualTo("2");
        serve(ports, webPort);
        ann.await("document.querySelectorAll('#log .waiting').length === 0");
        ben.await("document.getElementById('status').textContent === 'connected'");
        awaitMembers(ann, "ann (you),ben");
        ann.type("back again");
        ben.awaitLine("ann: back again");
        assertThat(ann.evaluate("document.getElementById('room').textContent")).isEqualTo("Room: tea");
        assertThat(ann.evaluate("[...document.querySelectorAll('#log .own')].map(each => each.textContent).join('|')"))
                .isEqualTo("ann: first while away|ann: second while away|ann: back again");
    }

    private static void awaitSaid(Chromium.Tab page, String... lines) throws Exception {
        page.await(
                "[...document.querySelectorAll('#log .said, #log .own')].map(each => each.textContent).join('|') === "
                        + Chromium.Tab.quoted(String.join("|", lines)));
    }

    @Test
    void aPageThatWasReloadedOrCutOffSeesWhatWasSaidSinceItJoined() throws Exception {
        try (Peer tcp = Peer.connect(port)) {
            tcp.await("\\* in lobby: .*");
            tcp.send("/name cho\nbefore ann\n");
            tcp.await("\\* you are cho");
            Chromium.Tab ann = enter("ann");
            tcp.await("\\* guest\\d+ is now ann");
            tcp.send("one\n");
            ann.awaitLine("cho: one");
            ann.type("two");
            tcp.send("/msg ann for you\nthree\n");
            awaitSaid(ann, "cho: one", "ann: two", "cho: three");

            ann.evaluate("window.old = true, location.reload()");
            ann.await("window.old === undefined");
            awaitSaid(ann, "cho: one", "ann: two", "cho: three");
            ann.await("document.activeElement.id === 'text'");
            assertThat(ann.evaluate("document.querySelectorAll('#log .own').length"))
                    .isEqualTo("1");

            ann.evaluate("location.href = 'about:blank'");
            tcp.await("\\* ann has left lobby");
            tcp.await("\\* ann has left lobby");
            tcp.send("while ann was away\n/msg ann lost\n");
            tcp.await("\\* there is no ann");
            ann.evaluate("history.back()");
            awaitSaid(ann, "cho: one", "ann: two", "cho: three", "cho: while ann was away");

            tcp.send("/msg ann for you again\n");
            ann.awaitLine("cho (to you alone): for you again");
            tcp.await("\\* guest\\d+ is now ann");
            ann.type("/quit"); // the server closes, and the page comes back
            tcp.await("\\* guest\\d+ is now ann");
            tcp.send("four\n");
            awaitSaid(ann, "cho: one", "ann: two", "cho: three", "cho: while ann was away", "cho: four");
            ann.awaitLine("cho (to you alone): for you again");
        }
    }

    @Test
    void aNameThatIsTakenIsSaidAtTheDoor() throws Exception {
        enter("ann");
        Chromium.Tab other = chromium.open(url);
        other.await("document.activeElement.id === 'name'");
        other.type("ANN");
        other.await("document.getElementById('problem').textContent === 'ANN is taken'");
        other.evaluate("document.getElementById('name').select()");
        other.type("ben");
        other.await("document.getElementById('status').textContent === 'connected'");
    }

    @Test
    void aForeignPageIsNotLetIn() throws Exception {
        Chromium.Tab page = chromium.open("data:text/html,<title>evil</title>");
        page.evaluate("window.got = 'nothing', window.socket = new WebSocket("
                + Chromium.Tab.quoted(url.replace("http", "ws") + "chat")
                + "), socket.onopen = () => { got = 'open' }, socket.onerror = () => { got = 'refused' }");
        page.await("got !== 'nothing'");
        assertThat(page.evaluate("got")).isEqualTo("refused");
    }

    @Test
    void thePageFitsAPhone() throws Exception {
        Chromium.Tab ann = enter("ann");
        ann.resize(360, 640);
        ann.await("innerWidth === 360");
        assertThat(ann.evaluate("document.documentElement.scrollWidth <= 360")).isEqualTo("true");
        assertThat(ann.evaluate("document.getElementById('text').getBoundingClientRect().bottom <= innerHeight"))
                .isEqualTo("true");
    }
}

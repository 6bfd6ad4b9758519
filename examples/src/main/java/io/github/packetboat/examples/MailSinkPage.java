package io.github.packetboat.examples;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.packetboat.mailbox.ReceivedMail;
import io.github.packetboat.message.Connection;
import io.github.packetboat.message.Group;
import io.github.packetboat.message.MessageListener;
import io.github.packetboat.message.MessageServer;
import io.github.packetboat.websocket.WebSockets;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/**
 * What a {@link MailSink} took, for browsers of this machine: a page that is told over its WebSocket of each mail as it comes,
 * and fetches what {@link MailViews} has of the one that is looked at. Thread-safe.
 */
final class MailSinkPage implements MessageListener<String>, AutoCloseable {
    private static final int MAX_MAILS = 500;
    private static final long MAX_BYTES = 64 << 20;
    private static final int MAX_SHOWN_CHARS = 200;
    private static final ObjectMapper JSON = new ObjectMapper();
    /** The page loads from, and talks to, its own server only, shows in frames only that, and no markup in a text could run. */
    private static final String POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:;"
            + " connect-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private final CaughtMails mails;
    private final Group<String> watchers = Group.named("watchers");
    private final MessageServer<String> server;

    /** At a port of this machine, 0 for any. */
    MailSinkPage(int port) throws IOException {
        this(port, new CaughtMails(MAX_MAILS, MAX_BYTES));
    }

    MailSinkPage(int port, CaughtMails mails) throws IOException {
        this.mails = mails;
        WebFiles files = new WebFiles(POLICY);
        MailViews views = new MailViews(mails);
        this.server = MessageServer.builder(WebSockets.text("/watch")
                        .hosts() // no page of the web may read these mails
                        .page("/", files.page("mail-sink.html", "text/html; charset=utf-8"))
                        .page("/mail-sink.css", files.page("mail-sink.css", "text/css; charset=utf-8"))
                        .page("/mail-sink.js", files.page("mail-sink.js", "text/javascript; charset=utf-8"))
                        .pagesBelow("/mails/", views::page))
                .listener(this)
                .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    }

    int port() {
        return server.port();
    }

    /** Keeps {@code mail}, and tells all who watch. */
    void add(MailSink.Taken mail) {
        synchronized (watchers) {
            watchers.broadcast(news(mails.add(mail)));
        }
    }

    /** Who comes learns of all that is kept, and then of each that comes: of none twice, and misses none. */
    @Override
    public void onOpen(Connection<String> connection) {
        synchronized (watchers) {
            watchers.add(connection);
            connection.send("{\"all\":true}");
            mails.all().forEach(each -> connection.send(news(each)));
        }
    }

    @Override
    public void onMessage(Connection<String> connection, String message) {
        connection.close(); // the page only listens
    }

    private String news(CaughtMails.Caught caught) {
        MailSink.Taken taken = caught.mail();
        ReceivedMail mail = ReceivedMail.parse(taken.bytes());
        String from =
                mail.from().isEmpty() ? taken.sender() : mail.from().get(0).toString();
        ObjectNode news = JSON.createObjectNode()
                .put("number", caught.number())
                .put("oldest", mails.oldest())
                .put("at", caught.at().toString())
                .put("from", shown(from))
                .put("to", shown(String.join(", ", taken.recipients())))
                .put("subject", shown(mail.subject()))
                .put("bytes", taken.bytes().length);
        return news.toString();
    }

    /** One line that cannot pose as another, and is no longer than a line. */
    static String shown(String text) {
        String line = Printable.line(text);
        return line.length() <= MAX_SHOWN_CHARS ? line : line.substring(0, MAX_SHOWN_CHARS) + "…";
    }

    @Override
    public void close() {
        server.close();
    }
}

package io.github.packetboat.examples;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/**
 * Runs an example by its name; without one, the tour.
 *
 * <pre>
 * mvn -q compile exec:java
 * mvn -q compile exec:java -Dexec.args="greeting-server 10050"
 * </pre>
 */
public final class Examples {
    private static final int FAILED = 1;
    private static final int NO_SUCH_EXAMPLE = 2;

    private static final List<Example> ALL = List.of(
            new Example("tour", "", "a server and three clients talk, part, and find each other again", Tour::main),
            new Example(
                    "greeting-server",
                    "[PORT]",
                    "greets each client and prints what it sends; 10050",
                    GreetingServer::main),
            new Example(
                    "console-client", "[HOST [PORT]]", "sends what you type, prints what comes", ConsoleClient::main),
            new Example(
                    "chat-server",
                    "[PORT [WEB_PORT]]",
                    "names, rooms, private messages, for console-client, nc and browsers; 10051 8080",
                    ChatServer::main),
            new Example("typed-messages", "", "records as JSON, by Jackson", TypedMessages::main),
            new Example(
                    "request-response",
                    "",
                    "a thousand requests in flight, and one that is too late",
                    RequestResponse::main),
            new Example("tls", "", "TLS, and a certificate for another host refused", Tls::main),
            new Example("mutual-tls", "", "clients that show who they are, and two that are refused", MutualTls::main),
            new Example("reconnect", "", "a client sends on while its server is restarted", Reconnect::main),
            new Example("udp-receiver", "[PORT]", "prints datagrams as address>>message; 10050", UdpReceiver::main),
            new Example("udp-sender", "[HOST [PORT]]", "sends what you type as datagrams", UdpSender::main),
            new Example("udp-chat", "[OWN_PORT [HOST PORT]]", "both in one program, for nc -u too", UdpChat::main),
            new Example(
                    "discovery",
                    "[server | client]",
                    "finds a server by broadcast and by multicast, then connects",
                    Discovery::main),
            new Example(
                    "mail-sink",
                    "[PORT [FOLDER [WEB_PORT]]]",
                    "takes every mail and shows it to browsers, for development; 10025 mails 8025",
                    MailSink::main),
            new Example("send-mail", "[HOST PORT]", "one mail, to an account or to a sink", SendMail::main),
            new Example("sign-up-mail", "", "HTML, a logo in it, and a template", SignUpMail::main),
            new Example(
                    "newsletter",
                    "[RECIPIENTS]",
                    "10,000 mails with rate, progress and unsubscribing",
                    Newsletter::main),
            new Example("spring-mail", "", "Spring's JavaMailSender on this library's engine", SpringMail::main),
            new Example("inbox", "[FOLDER]", "lists mail over IMAP, reads it, saves what is attached", Inbox::main),
            new Example("watch", "", "prints what arrives, also over a cut", WatchInbox::main),
            new Example(
                    "pop3-against-imap",
                    "",
                    "what is done to a mail in each, and what the server then says",
                    Pop3AgainstImap::main));

    private interface Main {
        void run(String[] args) throws Exception;
    }

    private record Example(String name, String arguments, String shows, Main main) {}

    private Examples() {}

    /** Runs the example named first in {@code args} with the other arguments; ends the JVM only where that failed. */
    public static void main(String[] args) {
        int status = run(args);
        if (status != 0) {
            // Not an exception: exec:java would bury its text in a stack trace of Maven's.
            System.exit(status);
        }
    }

    /** Returns the exit status: 0 if all went well. */
    static int run(String... args) {
        String name = args.length == 0 ? "tour" : args[0];
        for (Example example : ALL) {
            if (example.name.equals(name)) {
                return run(example, args.length == 0 ? args : Arrays.copyOfRange(args, 1, args.length));
            }
        }
        System.err.println(
                name.equals("help") ? "The examples:" : "There is no example \"" + Printable.line(name) + "\", but:");
        System.err.println();
        ALL.forEach(example ->
                System.err.printf("  %-30s %s%n", (example.name + " " + example.arguments).strip(), example.shows));
        System.err.println();
        System.err.println("To run one: mvn -q compile exec:java -Dexec.args=\"NAME ARGUMENTS\"");
        return name.equals("help") ? 0 : NO_SUCH_EXAMPLE;
    }

    private static int run(Example example, String[] args) {
        try {
            example.main.run(args);
            return 0;
        } catch (NumberFormatException e) {
            System.err.println(
                    "not a number: " + e.getMessage() + "; usage: " + example.name + " " + example.arguments);
        } catch (IOException | IllegalArgumentException e) {
            System.err.println(example.name + ": " + e.getMessage());
        } catch (Exception e) {
            e.printStackTrace();
        }
        return FAILED;
    }
}

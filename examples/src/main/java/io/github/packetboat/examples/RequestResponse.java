package io.github.packetboat.examples;

import io.github.packetboat.codec.CodecFactory;
import io.github.packetboat.codec.Codecs;
import io.github.packetboat.message.Connection;
import io.github.packetboat.message.MessageClient;
import io.github.packetboat.message.MessageListener;
import io.github.packetboat.message.MessageServer;
import io.github.packetboat.message.Requests;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;

/**
 * Requests and their responses over one connection: a thousand in flight at once, each matched to its own by its number;
 * one whose deadline passes, and whose late response is counted and harms nobody.
 *
 * <pre>
 * mvn -q compile exec:java -Dexec.args=request-response
 * </pre>
 */
public final class RequestResponse {
    private static final int MANY = 1000;
    private static final Duration DEADLINE = Duration.ofSeconds(Expect.PATIENCE_SECONDS);
    private static final Duration TOO_SHORT = Duration.ofMillis(50);
    private static final String HESITATE = "hesitate";

    /** On the wire: {@code request 7 text} or {@code response 7 text}. */
    record Message(boolean response, int id, String text) {
        static Message parse(String line) {
            String[] parts = line.split(" ", 3);
            return new Message(parts[0].equals("response"), Integer.parseInt(parts[1]), parts[2]);
        }

        String line() {
            return (response ? "response " : "request ") + id + " " + text;
        }

        Message answer(String answer) {
            return new Message(true, id, answer);
        }
    }

    private static final CodecFactory<Message> CODEC = Codecs.lines().map(Message::parse, Message::line);

    private RequestResponse() {}

    /** Squares numbers. Keeps the response to {@code hesitate} until the next request comes. */
    private static final class Server implements MessageListener<Message> {
        private Message late; // there is one connection only, and its calls do not overlap

        @Override
        public void onMessage(Connection<Message> connection, Message request) {
            if (request.text.equals(HESITATE)) {
                late = request.answer("well…");
                return;
            }
            if (late != null) {
                connection.send(late);
                late = null;
            }
            int number = Integer.parseInt(request.text);
            connection.send(request.answer(String.valueOf(number * number)));
        }
    }

    /** Asks, and checks the answers. */
    public static void main(String[] args) throws Exception {
        Requests<Message, Integer> requests =
                Requests.correlatedBy(Message::id, message -> message.response ? message.id : null);
        try (MessageServer<Message> server = MessageServer.builder(CODEC)
                        .listener(new Server())
                        .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
                MessageClient<Message> client = MessageClient.builder(CODEC)
                        .listener(requests::accept)
                        .connect(server.addresses().get(0))) {
            Connection<Message> connection = client.connection();
            List<CompletableFuture<Message>> responses = new ArrayList<>();
            for (int i = 0; i < MANY; i++) {
                responses.add(requests.send(connection, new Message(false, i, String.valueOf(i)), DEADLINE));
            }
            for (int i = 0; i < MANY; i++) {
                Expect.same(String.valueOf(i * i), responses.get(i).get().text);
            }
            System.out.println(MANY + " requests sent at once; each has its own response. 999² = "
                    + responses.get(MANY - 1).get().text);

            CompletableFuture<Message> hesitant =
                    requests.send(connection, new Message(false, MANY, HESITATE), TOO_SHORT);
            try {
                throw new IllegalStateException("there was no timeout, but " + hesitant.get());
            } catch (ExecutionException e) {
                Expect.same(TimeoutException.class, e.getCause().getClass());
                System.out.println("too late: " + e.getCause().getMessage());
            }

            Message last = requests.send(connection, new Message(false, MANY + 1, "12"), DEADLINE)
                    .get();
            System.out.println("the connection goes on: 12² = " + last.text + "; the late response came before it");
            System.out.println(requests.stats());
            Expect.same(new Requests.Stats(0, MANY + 1, 1, 0, 1), requests.stats());
        }
    }
}

package io.github.packetboat.examples;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonSubTypes.Type;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.github.packetboat.codec.CodecFactory;
import io.github.packetboat.codec.Codecs;
import io.github.packetboat.message.CloseReason;
import io.github.packetboat.message.MessageClient;
import io.github.packetboat.message.MessageServer;
import java.math.BigDecimal;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * Messages of your own types: records of a sealed interface, as JSON lines by Jackson. On the wire a type has a name that
 * is listed here, never a class name, so that no peer can have a class loaded; what does not fit closes its connection.
 *
 * <pre>
 * mvn -q compile exec:java -Dexec.args=typed-messages
 * </pre>
 */
public final class TypedMessages {
    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
    @JsonSubTypes({
        @Type(value = Order.class, name = "order"),
        @Type(value = Filled.class, name = "filled"),
        @Type(value = Refused.class, name = "refused")
    })
    sealed interface Message permits Order, Filled, Refused {}

    record Order(long id, String ticker, int quantity, BigDecimal limit) implements Message {}

    record Filled(long id, int quantity, BigDecimal price) implements Message {}

    record Refused(long id, String why) implements Message {}

    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .build();
    private static final CodecFactory<Message> CODEC =
            Codecs.lines().map(json -> JSON.readValue(json, Message.class), JSON::writeValueAsString);
    static final BigDecimal PRICE = new BigDecimal("99.50");

    private TypedMessages() {}

    /** Sends two orders, then what is no message. */
    public static void main(String[] args) throws Exception {
        warmUp();
        Market market = new Market();
        try (MessageServer<Message> server = MessageServer.builder(CODEC)
                .listener(market)
                .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
            var address = (InetSocketAddress) server.addresses().get(0);
            trade(address);
            Expect.same(CloseReason.Kind.PEER_CLOSED, Expect.next(market.ends).kind());
            for (String wrong : new String[] {
                "{\"type\":\"java.lang.ProcessBuilder\",\"command\":[\"reboot\"]}",
                "{\"type\":\"order\",\"id\":3,\"ticker\":\"PKB\",\"quantity\":\"many\",\"limit\":1}",
                "{\"type\":\"order\",\"id\":4,\"ticker\":\"PKB\",\"quantity\":1,\"quantity\":1000000,\"limit\":1}",
            }) {
                intrude(address, wrong);
                CloseReason reason = Expect.next(market.ends);
                System.out.println("  is out  " + reason.detail());
                Expect.same(CloseReason.Kind.PROTOCOL_ERROR, reason.kind());
            }
        }
    }

    /** Jackson looks at a class when it first meets it, for a tenth of a second: better not on an event loop. */
    private static void warmUp() throws Exception {
        for (Message message :
                new Message[] {new Order(0, "", 1, PRICE), new Filled(0, 1, PRICE), new Refused(0, "warming up")}) {
            Expect.same(message, JSON.readValue(JSON.writeValueAsString(message), Message.class));
        }
    }

    private static void trade(InetSocketAddress address) throws Exception {
        BlockingQueue<Message> answers = new LinkedBlockingQueue<>();
        try (MessageClient<Message> client = MessageClient.builder(CODEC)
                .listener((connection, message) -> answers.add(message))
                .connect(address)) {
            send(client, new Order(1, "PKB", 10, new BigDecimal("100.00")));
            receive(answers, new Filled(1, 10, PRICE));
            send(client, new Order(2, "PKB", 10, new BigDecimal("98.00")));
            receive(answers, new Refused(2, "the price is 99.50"));
        }
    }

    private static void send(MessageClient<Message> client, Message message) throws Exception {
        System.out.println("client    " + message + "\n  sends   " + JSON.writeValueAsString(message));
        client.send(message);
    }

    private static void receive(BlockingQueue<Message> answers, Message expected) throws Exception {
        Message answer = Expect.next(answers);
        System.out.println("  gets    " + answer);
        Expect.same(expected, answer);
    }

    /** A peer that does not speak our language, but lines. */
    private static void intrude(InetSocketAddress address, String line) throws Exception {
        System.out.println("intruder\n  sends   " + line);
        try (MessageClient<String> client =
                MessageClient.builder(Codecs.lines()).connect(address)) {
            client.send(line);
            client.awaitClosed();
        }
    }
}

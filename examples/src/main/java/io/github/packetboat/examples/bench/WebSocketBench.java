package io.github.packetboat.examples.bench;

import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Compares WebSocket servers: those on the class path, in turns, each in a JVM of its own on one processor while this one
 * is on the other.
 *
 * <pre>
 * java -cp "examples/target/classes:examples/target/lib/*" io.github.packetboat.examples.bench.WebSocketBench [ROUNDS [SECONDS]]
 * </pre>
 */
public final class WebSocketBench {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private static final List<Contender> CONTENDERS = List.of(
            new Contender("packetboat", "WebBenchServer", "java.lang.Object", List.of()),
            new Contender("netty", "NettyWebServer", "io.netty.handler.codec.http.HttpServerCodec", List.of()),
            new Contender(
                    "netty-epoll",
                    "NettyWebServer",
                    "io.netty.handler.codec.http.HttpServerCodec",
                    List.of("-Dbench.transport=epoll")),
            new Contender("jetty", "JettyWebServer", "org.eclipse.jetty.server.Server", List.of()),
            new Contender(
                    "java-websocket", "JavaWebSocketServer", "org.java_websocket.server.WebSocketServer", List.of()));

    private WebSocketBench() {}

    public static void main(String[] args) throws Exception {
        int rounds = args.length > 0 ? Integer.parseInt(args[0]) : 3;
        double seconds = args.length > 1 ? Double.parseDouble(args[1]) : 4;
        ClassLoader classPath = WebSocketBench.class.getClassLoader();
        try (Children children = new Children()) {
            for (WebScenario scenario : WebScenario.values()) {
                Map<String, List<Double>> results = new LinkedHashMap<>();
                for (int round = 0; round < rounds; round++) {
                    for (Contender each : CONTENDERS) {
                        if (each.isOn(classPath)) {
                            results.computeIfAbsent(each.name(), name -> new ArrayList<>())
                                    .add(measure(children, each, scenario, seconds));
                        }
                    }
                }
                print(scenario, results);
            }
        }
    }

    private static double measure(Children children, Contender contender, WebScenario scenario, double seconds)
            throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        List<String> command = new ArrayList<>(List.of("taskset", "-c", "0", "java", "-Xms512m", "-Xmx512m"));
        command.addAll(contender.jvmOptions());
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), contender.mainClassName()));
        command.addAll(List.of(String.valueOf(port), scenario.name()));
        try (Children.Child server = children.start(new ProcessBuilder(command))) {
            server.await("READY"::equals, PATIENCE);
            try (WebLoad load = new WebLoad(scenario, port)) {
                return load.run(seconds, seconds);
            }
        }
    }

    private static void print(WebScenario scenario, Map<String, List<Double>> results) {
        double own = median(results.get("packetboat"));
        System.out.printf(
                "%n%s, messages received a second, median of %d%n",
                scenario, results.get("packetboat").size());
        results.forEach((name, all) -> System.out.printf(
                "  %-16s %,12.0f   packetboat is %.2f times as fast   (%s)%n",
                name,
                median(all),
                own / median(all),
                Arrays.toString(all.stream().mapToLong(Math::round).toArray())));
    }

    private static double median(List<Double> all) {
        double[] sorted = all.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        return sorted[sorted.length / 2];
    }
}

package io.github.packetboat.examples.bench;

import io.github.packetboat.examples.bench.Children.Child;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Compares servers on this machine: each in a process of its own, each under the same load, round after round of all of
 * them, every round beginning with another one. Ratios are taken within a round. Prints Markdown.
 */
public final class Comparison {
    private static final Duration START_LIMIT = Duration.ofSeconds(30);
    private static final Duration END_LIMIT = Duration.ofSeconds(180);

    private final ComparisonOptions options;
    private final Children children;
    private final BenchKeys keys;

    private Comparison(ComparisonOptions options, Children children, BenchKeys keys) {
        this.options = options;
        this.children = children;
        this.keys = keys;
    }

    public static void main(String[] args) throws IOException, InterruptedException {
        ComparisonOptions options = null;
        try {
            options = ComparisonOptions.parse(args);
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
            usage();
            System.exit(64);
        }
        boolean well = true;
        try (Children children = new Children()) {
            System.out.println(surroundings(args));
            Comparison comparison = new Comparison(options, children, new BenchKeys());
            for (Scenario scenario : options.scenarios()) {
                well &= comparison.compare(scenario);
            }
        }
        System.exit(well ? 0 : 1);
    }

    private boolean compare(Scenario scenario) throws InterruptedException {
        Pinning pinning = Pinning.of(scenario);
        List<Contender> contenders = options.contenders();
        Rounds rounds = new Rounds(contenders, options.rounds());
        for (int round = 0; round < options.rounds(); round++) {
            for (int i = 0; i < contenders.size(); i++) {
                Contender contender = contenders.get((round + i) % contenders.size());
                System.err.printf("%s, round %d, %s%n", scenario.word(), round + 1, contender.name());
                try {
                    rounds.put(contender, round, run(scenario, contender, pinning));
                } catch (IOException e) {
                    System.err.println("  failed: " + e.getMessage());
                    rounds.failed(contender, round, e.getMessage());
                }
            }
        }
        System.out.printf(
                "### %s: %s%n%n%d rounds, warm-up %.1f s, measured %.1f s, %s.%n%n%s%n",
                scenario,
                scenario.title,
                options.rounds(),
                options.warmup().toMillis() / 1e3,
                options.measure().toMillis() / 1e3,
                pinning,
                ResultTable.of(scenario, rounds));
        rounds.failures().forEach(failure -> System.out.println("- failed: " + failure));
        return rounds.failures().isEmpty();
    }

    private LoadResult run(Scenario scenario, Contender contender, Pinning pinning)
            throws IOException, InterruptedException {
        int port = freePort();
        try (Child server = children.start(serverCommand(scenario, contender, pinning, port))) {
            server.await("READY"::equals, START_LIMIT);
            Duration limit = END_LIMIT.plus(options.warmup()).plus(options.measure());
            try (Child generator = children.start(generatorCommand(scenario, pinning, port, server.pid()))) {
                return LoadResult.parse(generator.await(line -> LoadResult.parse(line) != null, limit));
            }
        }
    }

    private ProcessBuilder serverCommand(Scenario scenario, Contender contender, Pinning pinning, int port) {
        List<String> command = new ArrayList<>(List.of(java()));
        if (scenario == Scenario.S6) {
            // the heap is touched from the start: what the process grows by is memory outside of it
            command.addAll(List.of("-Xms1g", "-Xmx1g", "-XX:+AlwaysPreTouch", "-XX:+UseSerialGC"));
        } else {
            command.addAll(List.of("-Xms512m", "-Xmx512m"));
        }
        if (pinning.pins()) { // pinned or not, the JVM shall choose its collector and compilers as for the machine
            command.add("-XX:ActiveProcessorCount=" + Runtime.getRuntime().availableProcessors());
        }
        command.addAll(contender.jvmOptions());
        command.addAll(List.of("-cp", options.classPath(), contender.mainClassName()));
        command.addAll(List.of(Integer.toString(port), scenario.word()));
        ProcessBuilder builder = new ProcessBuilder(pinning.server(command));
        builder.environment().putAll(keys.environment());
        builder.environment().put("PEER_THREADS", "1");
        builder.environment().put("MALLOC_ARENA_MAX", "1");
        return builder;
    }

    private ProcessBuilder generatorCommand(Scenario scenario, Pinning pinning, int port, long serverPid) {
        List<String> command = List.of(
                java(),
                "-Xms256m",
                "-XX:+UseSerialGC",
                "-cp",
                options.classPath(),
                LoadGenerator.class.getName(),
                scenario.word(),
                Integer.toString(port),
                "--server-pid",
                Long.toString(serverPid),
                "--warmup",
                seconds(options.warmup()),
                "--measure",
                seconds(options.measure()));
        return new ProcessBuilder(pinning.generator(command));
    }

    private static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    private static String seconds(Duration duration) {
        return Double.toString(duration.toMillis() / 1e3);
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static String surroundings(String... args) {
        return """
                %s, %d CPUs (%s), %s %s, %s %s.
                Command: `java -cp … %s %s`.
                The generator is one thread in a process of its own and compares every byte. × nio and × best Netty: \
                median of the ratios within each round; best Netty is the variant with the best value in that round. \
                Flags: G the generator is the limit (compare CPU per message), N other processes took part of the \
                machine, V the rounds differ by more than a quarter.
                """.formatted(
                        LocalDate.now(),
                        Runtime.getRuntime().availableProcessors(),
                        processorModel(),
                        System.getProperty("os.name"),
                        System.getProperty("os.version"),
                        System.getProperty("java.vm.name"),
                        System.getProperty("java.runtime.version"),
                        Comparison.class.getName(),
                        String.join(" ", args));
    }

    private static String processorModel() {
        try (Stream<String> lines = Files.lines(Path.of("/proc/cpuinfo"))) {
            return lines.filter(line -> line.startsWith("model name"))
                    .map(line -> line.substring(line.indexOf(':') + 1).trim())
                    .findFirst()
                    .orElse(System.getProperty("os.arch"));
        } catch (IOException e) {
            return System.getProperty("os.arch");
        }
    }

    private static void usage() {
        System.err.println("""
                usage: java -cp … %s SCENARIO... [--NAME VALUE ...]
                  SCENARIO            s1 to s7, or all
                  --rounds N          5
                  --warmup SECONDS    3
                  --measure SECONDS   5
                  --servers A,B,...   of %s; otherwise all that are on the class path
                  --class-path PATH   of the servers and the generator; otherwise the own one
                """.formatted(
                        Comparison.class.getName(),
                        Contender.all().stream().map(Contender::name).toList()));
    }
}

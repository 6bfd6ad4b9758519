package io.github.packetboat.examples.bench;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * On which processors server and generator run: on the first and the last one, in s2 both on the first (waking another
 * virtual processor costs more than what is measured), in s6 anywhere. Without {@code taskset}, or with one processor
 * only, the system decides.
 */
record Pinning(int serverCpu, int generatorCpu) {
    private static final int ANYWHERE = -1;

    static Pinning of(Scenario scenario) {
        List<Integer> allowed = allowed();
        if (scenario == Scenario.S6 || allowed.size() < 2 || !hasTaskset()) {
            return new Pinning(ANYWHERE, ANYWHERE);
        }
        int first = allowed.get(0);
        return new Pinning(first, scenario == Scenario.S2 ? first : allowed.get(allowed.size() - 1));
    }

    boolean pins() {
        return serverCpu != ANYWHERE;
    }

    List<String> server(List<String> command) {
        return on(serverCpu, command);
    }

    List<String> generator(List<String> command) {
        return on(generatorCpu, command);
    }

    @Override
    public String toString() {
        return pins() ? "server on CPU " + serverCpu + ", generator on CPU " + generatorCpu : "not pinned";
    }

    private static List<String> on(int cpu, List<String> command) {
        return cpu == ANYWHERE
                ? command
                : Stream.concat(Stream.of("taskset", "-c", Integer.toString(cpu)), command.stream())
                        .toList();
    }

    private static boolean hasTaskset() {
        return Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
                .anyMatch(directory -> Files.isExecutable(Path.of(directory, "taskset")));
    }

    private static List<Integer> allowed() {
        try (Stream<String> lines = Files.lines(Path.of("/proc/self/status"))) {
            return lines.filter(line -> line.startsWith("Cpus_allowed_list:"))
                    .flatMap(line -> Stream.of(
                            line.substring(line.indexOf(':') + 1).trim().split(",")))
                    .flatMap(Pinning::range)
                    .toList();
        } catch (IOException e) {
            return List.of();
        }
    }

    private static Stream<Integer> range(String text) {
        String[] ends = text.split("-");
        return IntStream.rangeClosed(Integer.parseInt(ends[0]), Integer.parseInt(ends[ends.length - 1]))
                .boxed();
    }
}

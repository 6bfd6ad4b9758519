package io.github.packetboat.examples.bench;

import java.io.File;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** What is compared, and for how long. */
record ComparisonOptions(
        List<Scenario> scenarios,
        List<Contender> contenders,
        String classPath,
        int rounds,
        Duration warmup,
        Duration measure) {
    private static final Set<String> KNOWN = Set.of("rounds", "warmup", "measure", "servers", "class-path");

    static ComparisonOptions parse(String... args) {
        CommandLine line = new CommandLine(KNOWN, args);
        List<Scenario> scenarios = new ArrayList<>();
        for (String word : line.words()) {
            scenarios.addAll(word.equals("all") ? List.of(Scenario.values()) : List.of(Scenario.named(word)));
        }
        if (scenarios.isEmpty()) {
            throw new IllegalArgumentException("which scenario?");
        }
        int rounds = line.integer("rounds", 5);
        if (rounds < 1) {
            throw new IllegalArgumentException("--rounds must be at least 1");
        }
        String classPath = line.option("class-path", System.getProperty("java.class.path"));
        return new ComparisonOptions(
                scenarios,
                contenders(line.option("servers", null), loader(classPath)),
                classPath,
                rounds,
                line.seconds("warmup", 3),
                line.seconds("measure", 5));
    }

    /** All that are on the class path; or those that are named, which then must be. */
    private static List<Contender> contenders(String names, ClassLoader classPath) {
        List<Contender> present =
                Contender.all().stream().filter(one -> one.isOn(classPath)).toList();
        if (names == null) {
            return present;
        }
        List<Contender> chosen = new ArrayList<>();
        for (String name : names.split(",")) {
            chosen.add(present.stream()
                    .filter(one -> one.name().equals(name))
                    .findAny()
                    .orElseThrow(() -> new IllegalArgumentException("no server " + name + " on the class path, only "
                            + present.stream().map(Contender::name).toList())));
        }
        return chosen;
    }

    private static ClassLoader loader(String classPath) {
        URL[] urls = Stream.of(classPath.split(File.pathSeparator))
                .flatMap(ComparisonOptions::expand)
                .map(ComparisonOptions::url)
                .toArray(URL[]::new);
        return new URLClassLoader(urls, ClassLoader.getPlatformClassLoader());
    }

    private static Stream<File> expand(String entry) {
        if (!entry.endsWith("*")) {
            return Stream.of(new File(entry));
        }
        File[] jars = new File(entry.substring(0, entry.length() - 1)).listFiles((dir, name) -> name.endsWith(".jar"));
        return jars == null ? Stream.of() : Stream.of(jars);
    }

    private static URL url(File file) {
        try {
            return file.toURI().toURL();
        } catch (MalformedURLException e) {
            throw new IllegalArgumentException("not on a class path: " + file, e);
        }
    }
}

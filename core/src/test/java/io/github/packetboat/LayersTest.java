package io.github.packetboat;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.spi.ToolProvider;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Holds what the classes of core really refer to, as the JDK's own jdeps sees it, against the table of the layers. */
final class LayersTest {
    private static final String ROOT = "io.github.packetboat";
    private static final String MAIL_API = "jakarta.mail";
    private static final String ANGUS = "org.eclipse.angus.mail";
    private static final String JSPECIFY = "org.jspecify.annotations";

    /** Package (without the root's name) to all that it may refer to besides itself, the JDK and JSpecify. */
    private static final Map<String, Set<String>> ALLOWED = Map.ofEntries(
            row(""),
            row("internal"),
            row("codec"),
            row("internal.io", ""),
            row("message", "codec", "internal.io", "internal", ""),
            row("datagram", "codec", "internal.io", "internal", ""),
            row("websocket", "codec"),
            row("internal.smtp", "message", "codec", "internal.io", ""),
            row("internal.mime", ""),
            row("mail", "internal.smtp", "internal.mime", "message", "internal", "", MAIL_API),
            row("mailbox", "mail", "message", "internal", "", MAIL_API, ANGUS),
            row("mail.outbox", "mail", "java.sql"),
            row("cluster", "message", "codec", ""));

    /** Packages of the JDK that are not everybody's: only a row that names one may use it. */
    private static final Set<String> NAMED_ONLY = Set.of(MAIL_API, ANGUS, "java.sql");

    private static Set<Edge> classEdges;

    @BeforeAll
    static void readTheClasses(@TempDir Path copy) {
        classEdges = jdeps(copy);
    }

    @Test
    void packagesReferOnlyToWhatTheTableAllows() {
        assertThat(violations(packageEdges(classEdges))).isEmpty();
    }

    @Test
    void noPackageIsInACycle() {
        assertThat(cycle(packageEdges(classEdges))).isEmpty();
    }

    @Test
    void nothingRefersToJavaSerialization() {
        assertThat(serialization(classEdges)).isEmpty();
    }

    @Test
    void socketPackagesDoNotReferToMail() {
        assertThat(mailFromSockets(classEdges)).isEmpty();
    }

    @Test
    void jdepsSawThePackagesThatExist() throws IOException {
        Set<String> seen = packageEdges(classEdges).stream().map(Edge::from).collect(Collectors.toSet());

        assertThat(seen).containsAll(packagesOnDisk()).contains(ROOT, ROOT + ".codec");
    }

    @Test
    void anUpwardReferenceIsRefused() {
        assertThat(violations(Set.of(ours("codec", "message"))))
                .containsExactly("io.github.packetboat.codec may not refer to io.github.packetboat.message");
        assertThat(violations(Set.of(ours("codec", "")))).hasSize(1);
        assertThat(violations(Set.of(ours("internal.io", "codec")))).hasSize(1);
        assertThat(violations(Set.of(ours("message", "internal.io")))).isEmpty();
    }

    @Test
    void aPackageThatTheTableDoesNotKnowIsRefused() {
        assertThat(violations(Set.of(new Edge(ROOT + ".util", "java.lang"))))
                .containsExactly("io.github.packetboat.util is not in the table of the layers");
    }

    @Test
    void aForeignPackageIsRefused() {
        assertThat(violations(Set.of(new Edge(ROOT + ".message", "org.slf4j")))).hasSize(1);
        assertThat(violations(Set.of(new Edge(ROOT + ".message", "sun.nio.ch"))))
                .hasSize(1);
        assertThat(violations(Set.of(new Edge(ROOT + ".message", "java.sql")))).hasSize(1);
        assertThat(violations(Set.of(new Edge(ROOT + ".message", "javax.sql")))).hasSize(1);
        assertThat(violations(Set.of(new Edge(ROOT + ".message", "jakarta.mail.internet"))))
                .hasSize(1);
        assertThat(violations(Set.of(
                        new Edge(ROOT + ".mail.outbox", "javax.sql"),
                        new Edge(ROOT + ".mail", "jakarta.mail.internet"),
                        new Edge(ROOT + ".codec", JSPECIFY),
                        new Edge(ROOT + ".message", "javax.net.ssl"))))
                .isEmpty();
    }

    @Test
    void aCycleIsFoundAndNamed() {
        Set<Edge> edges =
                Set.of(ours("message", "codec"), ours("codec", "internal.io"), ours("internal.io", "message"));

        assertThat(cycle(edges)).hasSize(4).contains(ROOT + ".message", ROOT + ".codec", ROOT + ".internal.io");
        assertThat(cycle(edges).get(0)).isEqualTo(cycle(edges).get(3));
        assertThat(cycle(Set.of(ours("message", "codec"), ours("message", ""), ours("cluster", "message"))))
                .isEmpty();
    }

    @Test
    void aReferenceToSerializationOrMailIsFound() {
        Edge reads = new Edge(ROOT + ".codec.Evil", "java.io.ObjectInputStream");
        Edge mails = new Edge(ROOT + ".message.Evil", "jakarta.mail.Session");

        assertThat(serialization(Set.of(reads, mails))).containsExactly(reads);
        assertThat(mailFromSockets(Set.of(reads, mails))).containsExactly(mails);
    }

    @Test
    void theTableItselfHasNoCycle() {
        Set<Edge> all = new LinkedHashSet<>();
        ALLOWED.forEach(
                (from, tos) -> tos.stream().filter(ALLOWED::containsKey).forEach(to -> all.add(ours(from, to))));

        assertThat(cycle(all)).isEmpty();
    }

    /** One refers to the other: class to class, or package to package. */
    record Edge(String from, String to) {}

    private static Map.Entry<String, Set<String>> row(String name, String... mayReferTo) {
        return Map.entry(name, Set.of(mayReferTo));
    }

    private static Edge ours(String from, String to) {
        return new Edge(qualified(from), qualified(to));
    }

    private static String qualified(String name) {
        return name.isEmpty() ? ROOT : ROOT + "." + name;
    }

    static List<String> violations(Set<Edge> packages) {
        Set<String> found = new TreeSet<>();
        for (Edge edge : packages) {
            Set<String> allowed =
                    ALLOWED.get(edge.from().equals(ROOT) ? "" : edge.from().substring(ROOT.length() + 1));
            if (allowed == null) {
                found.add(edge.from() + " is not in the table of the layers");
            } else if (!isAllowed(edge.to(), allowed)) {
                found.add(edge.from() + " may not refer to " + edge.to());
            }
        }
        return List.copyOf(found);
    }

    private static boolean isAllowed(String to, Set<String> allowed) {
        if (isOurs(to)) {
            return allowed.stream().anyMatch(name -> to.equals(qualified(name)));
        }
        if (to.equals("javax.sql")) {
            return allowed.contains("java.sql");
        }
        for (String named : NAMED_ONLY) {
            if (to.equals(named) || to.startsWith(named + ".")) {
                return allowed.contains(named);
            }
        }
        return to.equals(JSPECIFY) || to.startsWith("java.") || to.startsWith("javax.") || to.equals("jdk.net");
    }

    private static boolean isOurs(String name) {
        return name.equals(ROOT) || name.startsWith(ROOT + ".");
    }

    /** The packages of a cycle, the first one again at the end; empty if there is none. */
    static List<String> cycle(Set<Edge> packages) {
        Map<String, Set<String>> graph = new TreeMap<>();
        packages.stream()
                .filter(edge -> isOurs(edge.to()))
                .forEach(edge -> graph.computeIfAbsent(edge.from(), from -> new TreeSet<>())
                        .add(edge.to()));
        Set<String> done = new TreeSet<>();
        for (String start : graph.keySet()) {
            List<String> cycle = cycleFrom(start, graph, new ArrayList<>(), done);
            if (!cycle.isEmpty()) {
                return cycle;
            }
        }
        return List.of();
    }

    private static List<String> cycleFrom(
            String at, Map<String, Set<String>> graph, List<String> path, Set<String> done) {
        if (path.contains(at)) {
            List<String> cycle = new ArrayList<>(path.subList(path.indexOf(at), path.size()));
            cycle.add(at);
            return cycle;
        }
        if (done.contains(at)) {
            return List.of();
        }
        path.add(at);
        for (String next : graph.getOrDefault(at, Set.of())) {
            List<String> cycle = cycleFrom(next, graph, path, done);
            if (!cycle.isEmpty()) {
                return cycle;
            }
        }
        path.remove(path.size() - 1);
        done.add(at);
        return List.of();
    }

    static List<Edge> serialization(Set<Edge> classes) {
        Set<String> refused = Set.of("java.io.ObjectInputStream", "java.io.ObjectOutputStream");
        return classes.stream().filter(edge -> refused.contains(edge.to())).toList();
    }

    static List<Edge> mailFromSockets(Set<Edge> classes) {
        Set<String> mailPackages = Set.of(qualified("mail"), qualified("mailbox"), qualified("mail.outbox"));
        return classes.stream()
                .filter(edge -> edge.to().startsWith("jakarta.") || mailPackages.contains(packageOf(edge.to())))
                .filter(edge -> !mailPackages.contains(packageOf(edge.from())))
                .toList();
    }

    private static Set<Edge> packageEdges(Set<Edge> classes) {
        return classes.stream()
                .map(edge -> new Edge(packageOf(edge.from()), packageOf(edge.to())))
                .filter(edge -> !edge.from().equals(edge.to()))
                .collect(Collectors.toSet());
    }

    private static String packageOf(String className) {
        return className.substring(0, className.lastIndexOf('.'));
    }

    /** Runs jdeps on the classes without their module-info, so that optional modules need not be there. */
    private static Set<Edge> jdeps(Path copy) {
        classFiles().forEach(file -> copyTo(copy, file));
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int exit = ToolProvider.findFirst("jdeps")
                .orElseThrow(() -> new AssertionError("this Java has no jdeps: run the tests on a JDK"))
                .run(
                        new PrintWriter(out, true),
                        new PrintWriter(err, true),
                        "--multi-release",
                        "base",
                        "-verbose:class",
                        "-filter:none",
                        "-cp",
                        System.getProperty("java.class.path"),
                        copy.toString());
        assertThat(exit).as("jdeps: %s%s", out, err).isZero();
        return edges(out.toString());
    }

    /** Reads the {@code "   from -> to   module"} lines. */
    private static Set<Edge> edges(String output) {
        Set<Edge> edges = new LinkedHashSet<>();
        for (String line : output.lines().filter(line -> line.startsWith(" ")).toList()) {
            String[] words = line.strip().split("\\s+");
            assertThat(words.length >= 3 && words[1].equals("->"))
                    .as("jdeps: %s", line)
                    .isTrue();
            edges.add(new Edge(words[0], words[2]));
        }
        return edges;
    }

    private static void copyTo(Path copy, Path file) {
        try {
            Path target = copy.resolve(Compiled.CLASSES.relativize(file));
            Files.createDirectories(target.getParent());
            Files.copy(file, target);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<Path> classFiles() {
        return Compiled.classFiles().stream()
                .filter(file -> !file.endsWith("module-info.class"))
                .toList();
    }

    /** Packages with a class of their own; a lone package-info refers to nothing that matters. */
    private static Set<String> packagesOnDisk() throws IOException {
        return classFiles().stream()
                .filter(file -> !file.endsWith("package-info.class"))
                .map(file -> Compiled.CLASSES
                        .relativize(file.getParent())
                        .toString()
                        .replace(file.getFileSystem().getSeparator(), "."))
                .collect(Collectors.toSet());
    }
}

package io.github.packetboat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.spi.ToolProvider;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * The public API as text, under review in every diff: what users can see may change, but never by accident. Members are
 * sorted, so moving a method is no change.
 */
final class ApiSnapshotTest {
    private static final Path SNAPSHOT =
            Compiled.CLASSES.resolve("../../src/test/resources/api.txt").normalize();
    private static final String UPDATE = "mvn -q test -pl core -Dtest=ApiSnapshotTest -Dapi.update=true";

    private static List<String> api;

    @BeforeAll
    static void readTheClasses() {
        api = api();
    }

    @Test
    void theApiIsWhatTheSnapshotSays() throws IOException {
        String now = String.join("\n", api) + "\n";
        if (Boolean.getBoolean("api.update")) {
            Files.writeString(SNAPSHOT, now);
        }
        String known = Files.exists(SNAPSHOT) ? Files.readString(SNAPSHOT) : "";
        if (!now.equals(known)) {
            fail(
                    "The public API is not what %s says.%nIf that is meant: %s, and review the diff.%n%s",
                    SNAPSHOT.getFileName(),
                    UPDATE,
                    String.join("\n", differences(known.lines().toList(), api)));
        }
    }

    @Test
    void theApiNamesNothingInternal() {
        assertThat(api).noneMatch(line -> line.contains("io.github.packetboat.internal"));
    }

    @Test
    void differencesNameTheClassOfEachLine() {
        List<String> known = List.of("public final class A {", "  public A();", "  public void old();", "}");
        List<String> now = List.of("public final class A {", "  public A();", "  public int fresh();", "}");

        assertThat(differences(known, now)).containsExactly("- A: public void old();", "+ A: public int fresh();");
        assertThat(differences(now, now)).isEmpty();
    }

    private static List<String> differences(List<String> known, List<String> now) {
        List<String> before = withClass(known);
        List<String> after = withClass(now);
        List<String> found = new ArrayList<>();
        before.stream().filter(line -> !after.contains(line)).forEach(line -> found.add("- " + line));
        after.stream().filter(line -> !before.contains(line)).forEach(line -> found.add("+ " + line));
        return found;
    }

    /** Each line with the class it stands in, so that equal members of two classes are not taken for each other. */
    private static List<String> withClass(List<String> lines) {
        List<String> result = new ArrayList<>();
        String type = "";
        for (String line : lines) {
            if (line.startsWith("  ")) {
                result.add(type + ": " + line.strip());
            } else if (line.endsWith("{")) {
                type = line.replaceFirst("^.*?\\b(class|interface) ([^ <]+).*$", "$2");
                result.add(line);
            }
        }
        return result;
    }

    /** javap of each visible class of the exported packages, by name, members sorted. */
    private static List<String> api() {
        TreeMap<String, List<String>> byClass = new TreeMap<>();
        for (Path file : Compiled.classFiles()) {
            Path relative = Compiled.CLASSES.relativize(file);
            String name = relative.toString()
                    .replaceFirst("\\.class$", "")
                    .replace(relative.getFileSystem().getSeparator(), ".");
            if (Compiled.exportedPackages().contains(name.substring(0, Math.max(0, name.lastIndexOf('.'))))
                    && isVisible(name)) {
                byClass.put(name, javap(file));
            }
        }
        List<String> lines = new ArrayList<>();
        byClass.values().forEach(lines::addAll);
        return lines;
    }

    private static boolean isVisible(String name) {
        if (name.endsWith("-info")) {
            return false;
        }
        try {
            Class<?> type = Class.forName(name, false, ApiSnapshotTest.class.getClassLoader());
            boolean visible = !type.isAnonymousClass() && !type.isLocalClass();
            for (Class<?> at = type; visible && at != null; at = at.getEnclosingClass()) {
                visible = (at.getModifiers() & (Modifier.PUBLIC | Modifier.PROTECTED)) != 0;
            }
            return visible;
        } catch (ClassNotFoundException e) {
            throw new AssertionError(e);
        }
    }

    private static List<String> javap(Path file) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int exit = ToolProvider.findFirst("javap")
                .orElseThrow(() -> new AssertionError("this Java has no javap: run the tests on a JDK"))
                .run(
                        new PrintWriter(out, true),
                        new PrintWriter(err, true),
                        "-protected",
                        "-constants",
                        file.toString());
        assertThat(exit).as("javap %s: %s%s", file, out, err).isZero();
        List<String> lines = out.toString()
                .lines()
                .filter(line -> !line.startsWith("Compiled from"))
                .toList();
        TreeSet<String> members = new TreeSet<>();
        lines.stream().filter(line -> line.startsWith("  ")).forEach(members::add);
        List<String> sorted = new ArrayList<>(List.of(lines.get(0)));
        sorted.addAll(members);
        sorted.add("}");
        return sorted;
    }
}

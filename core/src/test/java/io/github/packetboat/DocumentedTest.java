package io.github.packetboat;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.source.doctree.DocCommentTree;
import com.sun.source.doctree.ParamTree;
import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.Tree;
import com.sun.source.tree.VariableTree;
import com.sun.source.util.DocTrees;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreePath;
import com.sun.source.util.TreePathScanner;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.lang.model.element.Modifier;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Everything that users can see has a comment. javac's doclint looks for it; of what it calls missing we ask for the
 * comment itself, and for each component of a record (which doclint of 17 forgets), not for a {@code @param} and
 * {@code @return} that would only say the sentence above it again.
 */
final class DocumentedTest {
    private static final Path SOURCES =
            Compiled.CLASSES.resolve("../../src/main/java").normalize();

    @Test
    @Timeout(300) // it reads all of core, and waits for nothing
    void everyPublicOrProtectedMemberHasAComment(@TempDir Path out) throws IOException {
        List<JavaFileObject> sources = new ArrayList<>();
        for (String exported : Compiled.exportedPackages()) {
            try (Stream<Path> files = Files.list(SOURCES.resolve(exported.replace('.', '/')))) {
                files.filter(file -> file.toString().endsWith(".java")).forEach(file -> sources.add(source(file)));
            }
        }

        assertThat(sources).isNotEmpty();
        assertThat(missing(sources, out)).isEmpty();
    }

    @Test
    void whatHasNoCommentIsFound(@TempDir Path out) throws IOException {
        String code = """
                package sample;
                public class Sample {
                    /** Has one. */
                    public Sample(int unmentioned) {}
                    public void hasNone() {}
                    protected int noneEither;
                    void notVisible() {}
                    @Override
                    public String toString() { return ""; }
                    /** The components are not described. */
                    public record Pair(int left, int right) {}
                    /** Both are.
                     * @param left a number
                     * @param right another */
                    public record Good(int left, int right) { static int unrelated; }
                    record Private(int unmentioned) {}
                    /** A builder. */
                    public static final class Builder {
                        Builder() {}
                        public Builder option(int value) { return this; }
                    }
                }
                """;

        assertThat(missing(List.of(source("/sample/Sample.java", code)), out))
                .containsExactly(
                        "/sample/Sample.java:11: no @param for left",
                        "/sample/Sample.java:11: no @param for right",
                        "/sample/Sample.java:20: no comment",
                        "/sample/Sample.java:2: no comment",
                        "/sample/Sample.java:5: no comment",
                        "/sample/Sample.java:6: no comment");
    }

    private static List<String> missing(List<JavaFileObject> sources, Path out) throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        DiagnosticCollector<JavaFileObject> diagnostics = new DiagnosticCollector<>();
        TreeSet<String> found = new TreeSet<>();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(diagnostics, Locale.ENGLISH, null)) {
            List<String> options = List.of(
                    "-proc:none",
                    "-Xdoclint:missing/protected",
                    "-Xmaxwarns",
                    "100000",
                    "-d",
                    out.toString(),
                    "-cp",
                    System.getProperty("java.class.path"));
            JavacTask task = (JavacTask) compiler.getTask(null, files, diagnostics, options, null, sources);
            DocTrees docs = DocTrees.instance(task);
            for (CompilationUnitTree unit : task.parse()) {
                new RecordScanner(docs, unit, found).scan(unit, null);
            }
            task.generate();
        }
        for (Diagnostic<? extends JavaFileObject> diagnostic : diagnostics.getDiagnostics()) {
            String message = diagnostic.getMessage(Locale.ENGLISH);
            assertThat(diagnostic.getKind()).as(message).isNotEqualTo(Diagnostic.Kind.ERROR);
            if (message.equals("no comment") || message.startsWith("use of default constructor")) {
                found.add(place(diagnostic.getSource(), diagnostic.getLineNumber()) + message);
            }
        }
        return List.copyOf(found);
    }

    /** Collects the components of visible records that their record's comment does not describe. */
    private static final class RecordScanner extends TreePathScanner<Void, Void> {
        private final DocTrees docs;
        private final CompilationUnitTree unit;
        private final Set<String> found;

        RecordScanner(DocTrees docs, CompilationUnitTree unit, Set<String> found) {
            this.docs = docs;
            this.unit = unit;
            this.found = found;
        }

        @Override
        public Void visitClass(ClassTree type, Void none) {
            if (type.getKind() == Tree.Kind.RECORD && isVisible()) {
                Set<String> described = described();
                for (Tree member : type.getMembers()) {
                    if (member instanceof VariableTree component
                            && !component.getModifiers().getFlags().contains(Modifier.STATIC)
                            && !described.contains(component.getName().toString())) {
                        found.add(place(unit.getSourceFile(), line(type)) + "no @param for " + component.getName());
                    }
                }
            }
            return super.visitClass(type, none);
        }

        private long line(Tree tree) {
            return unit.getLineMap().getLineNumber(docs.getSourcePositions().getStartPosition(unit, tree));
        }

        private Set<String> described() {
            DocCommentTree comment = docs.getDocCommentTree(getCurrentPath());
            return comment == null
                    ? Set.of()
                    : comment.getBlockTags().stream()
                            .filter(ParamTree.class::isInstance)
                            .map(tag -> ((ParamTree) tag).getName().toString())
                            .collect(Collectors.toSet());
        }

        /** Whether this type and all around it are public or protected; members of an interface are public. */
        private boolean isVisible() {
            for (TreePath at = getCurrentPath(); at != null; at = at.getParentPath()) {
                if (at.getLeaf() instanceof ClassTree type
                        && at.getParentPath().getLeaf().getKind() != Tree.Kind.INTERFACE
                        && !type.getModifiers().getFlags().contains(Modifier.PUBLIC)
                        && !type.getModifiers().getFlags().contains(Modifier.PROTECTED)) {
                    return false;
                }
            }
            return true;
        }
    }

    private static String place(JavaFileObject source, long line) {
        return source.toUri().getPath().replaceFirst("^.*/src/main/java/", "") + ":" + line + ": ";
    }

    private static JavaFileObject source(Path file) {
        try {
            return source(file.toUri().getPath(), Files.readString(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static JavaFileObject source(String path, String code) {
        URI uri = URI.create("memory://" + path.replace(" ", "%20"));
        return new SimpleJavaFileObject(uri, JavaFileObject.Kind.SOURCE) {
            @Override
            public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                return code;
            }
        };
    }
}

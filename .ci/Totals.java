import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/** Reads the surefire reports under the folders given and prints what was skipped and why, what failed, and the totals. */
class Totals {
    private int passed;
    private final List<String> failed = new ArrayList<>();
    private final List<String> skipped = new ArrayList<>();

    public static void main(String[] folders) throws Exception {
        Totals totals = new Totals();
        for (String folder : folders) {
            for (Path report : reports(Path.of(folder))) {
                totals.read(report);
            }
        }
        totals.failed.forEach(line -> System.out.println("failed:  " + line));
        totals.skipped.forEach(line -> System.out.println("skipped: " + line));
        System.out.println(totals.passed + " passed, " + totals.failed.size() + " failed, " + totals.skipped.size()
                + " skipped");
        // Nothing passed means that nothing ran.
        System.exit(totals.failed.isEmpty() && totals.passed > 0 ? 0 : 1);
    }

    private static List<Path> reports(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> file.getFileName().toString().matches("TEST-.*\\.xml")).sorted().toList();
        }
    }

    private void read(Path report) throws Exception {
        NodeList tests = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(report.toFile())
                .getElementsByTagName("testcase");
        for (int i = 0; i < tests.getLength(); i++) {
            Element test = (Element) tests.item(i);
            String name = test.getAttribute("classname") + "." + test.getAttribute("name");
            if (has(test, "failure") || has(test, "error")) {
                failed.add(name);
            } else if (has(test, "skipped")) {
                skipped.add(name + ": " + reason((Element) test.getElementsByTagName("skipped").item(0)));
            } else {
                passed++;
            }
        }
    }

    /** What {@code @Disabled} says is in an attribute; what an assumption says is in the text, as a stack trace. */
    private static String reason(Element why) {
        String message = why.getAttribute("message").strip();
        if (message.isEmpty()) {
            String thrown = why.getTextContent().strip().lines().findFirst().orElse("");
            message = thrown.replaceFirst("^[\\w.$]+(: |$)", "").replaceFirst("^Assumption failed: ", "");
        }
        return message.isEmpty() ? "no reason given" : message;
    }

    private static boolean has(Element test, String child) {
        return test.getElementsByTagName(child).getLength() > 0;
    }
}

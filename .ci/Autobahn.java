import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Holds what the Autobahn test suite last found against what is expected of each case: {@code java .ci/Autobahn.java}. With
 * {@code write} as argument it adds what was found to the file of expectations instead.
 */
public final class Autobahn {
    private static final Path FOUND = Path.of("target/autobahntestsuite-reports/index.json");
    private static final Path EXPECTED = Path.of("core/src/test/resources/autobahn.txt");
    private static final Pattern CASE = Pattern.compile("\"(\\d+(?:\\.\\d+)+)\"\\s*:\\s*\\{([^}]*)}");
    private static final Pattern BEHAVIOR = Pattern.compile("\"(behavior|behaviorClose)\"\\s*:\\s*\"([^\"]+)\"");

    private Autobahn() {}

    public static void main(String[] args) throws Exception {
        Map<String, String> expected = new LinkedHashMap<>();
        if (Files.exists(EXPECTED)) {
            for (String line : Files.readAllLines(EXPECTED)) {
                expected.put(line.substring(0, line.indexOf(' ')), line.substring(line.indexOf(' ') + 1));
            }
        }
        Map<String, String> found = new LinkedHashMap<>();
        for (int i = args.length == 0 ? 0 : 1; i < Math.max(1, args.length); i++) {
            found.putAll(read(args.length > 1 ? Path.of(args[i]) : FOUND));
        }
        if (args.length > 0) {
            expected.putAll(found);
            List<String> ids = new ArrayList<>(expected.keySet());
            ids.sort((a, b) -> java.util.Arrays.compare(numbers(a), numbers(b)));
            Files.write(EXPECTED, ids.stream().map(id -> id + " " + expected.get(id)).toList());
            return;
        }
        List<String> wrong = new ArrayList<>();
        found.forEach((id, behavior) -> {
            if (!behavior.equals(expected.get(id))) {
                wrong.add("case " + id + ": " + behavior + " instead of " + expected.get(id));
            }
        });
        wrong.forEach(System.err::println);
        System.out.println(found.size() + " Autobahn cases, " + wrong.size() + " not as expected");
        System.exit(found.isEmpty() || !wrong.isEmpty() ? 1 : 0);
    }

    private static int[] numbers(String id) {
        return Pattern.compile("\\.").splitAsStream(id).mapToInt(Integer::parseInt).toArray();
    }

    /** Each case with what it showed, and how the connection was closed if that is another matter. */
    private static Map<String, String> read(Path index) throws Exception {
        Map<String, String> found = new LinkedHashMap<>();
        Matcher cases = CASE.matcher(Files.readString(index));
        while (cases.find()) {
            Map<String, String> both = new LinkedHashMap<>();
            Matcher behavior = BEHAVIOR.matcher(cases.group(2));
            while (behavior.find()) {
                both.put(behavior.group(1), behavior.group(2));
            }
            String main = both.get("behavior");
            String close = both.get("behaviorClose");
            found.put(cases.group(1), main.equals(close) ? main : main + ", close " + close);
        }
        return found;
    }
}

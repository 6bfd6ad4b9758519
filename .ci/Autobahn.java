import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Holds what the Autobahn test suite last found against what is expected of each case: {@code java .ci/Autobahn.java}, for our
 * client {@code java .ci/Autobahn.java client}. With {@code write} behind that it adds what was found to the file of
 * expectations instead.
 */
public final class Autobahn {
    private static final Pattern CASE = Pattern.compile("\"(\\d+(?:\\.\\d+)+)\"\\s*:\\s*\\{([^}]*)}");
    private static final Pattern BEHAVIOR = Pattern.compile("\"(behavior|behaviorClose)\"\\s*:\\s*\"([^\"]+)\"");

    private Autobahn() {}

    public static void main(String[] args) throws Exception {
        List<String> words = List.of(args);
        boolean client = words.contains("client");
        Map<String, String> found = read(
                Path.of("target", client ? "autobahn-client-reports" : "autobahntestsuite-reports", "index.json"));
        Path file = Path.of("core/src/test/resources", client ? "autobahn-client.txt" : "autobahn.txt");
        Map<String, String> expected = new LinkedHashMap<>();
        for (String line : Files.exists(file) ? Files.readAllLines(file) : List.<String>of()) {
            expected.put(line.substring(0, line.indexOf(' ')), line.substring(line.indexOf(' ') + 1));
        }
        if (words.contains("write")) {
            expected.putAll(found);
            List<String> ids = new ArrayList<>(expected.keySet());
            ids.sort((a, b) -> Arrays.compare(numbers(a), numbers(b)));
            Files.write(file, ids.stream().map(id -> id + " " + expected.get(id)).toList());
            return;
        }
        List<String> wrong = new ArrayList<>();
        found.forEach((id, behavior) -> {
            if (!behavior.equals(expected.get(id))) {
                wrong.add("case " + id + ": " + behavior + " instead of " + expected.get(id));
            }
        });
        wrong.forEach(System.err::println);
        System.out.println(found.size() + " Autobahn cases of our " + (client ? "client, " : "server, ") + wrong.size()
                + " not as expected");
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

package io.github.packetboat.mail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Mails as the {@code email} package of Python reads them. */
final class PythonView {
    private PythonView() {}

    static void assumeInstalled() {
        assumeTrue(
                Programs.succeeds("python3", "-c", "import email.policy"),
                "no python3 is installed; this test asks its email package");
    }

    /** By file name, then by key. */
    static Map<String, Map<String, String>> read(Path folder, Path scratch) throws IOException {
        Path script = scratch.resolve("read-mail.py");
        try (InputStream in = PythonView.class.getResourceAsStream("read-mail.py")) {
            Files.copy(in, script);
        }
        String out = Programs.output(List.of("python3", script.toString(), folder.toString()), new byte[0]);
        Map<String, Map<String, String>> read = new TreeMap<>();
        for (String line : out.split("\n")) {
            String[] words = line.split("\t", -1);
            assertThat(words).as(out).hasSize(3);
            read.computeIfAbsent(words[0], name -> new TreeMap<>())
                    .put(words[1], new String(Base64.getDecoder().decode(words[2].strip()), StandardCharsets.UTF_8));
        }
        return read;
    }
}

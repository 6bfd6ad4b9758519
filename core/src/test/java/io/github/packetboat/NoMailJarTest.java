package io.github.packetboat;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Without the jars of jakarta.mail, Angus and activation everything works but what is about a MimeMessage. */
final class NoMailJarTest {
    @Test
    void socketsAndComposingNeedNoJarOfMail() throws Exception {
        String classPath = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> !entry.contains("mail-") && !entry.contains("activation"))
                .collect(Collectors.joining(File.pathSeparator));
        Process process = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        classPath,
                        WithoutMailJars.class.getName()))
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes());

        assertThat(process.waitFor()).as(output).isZero();
        assertThat(output).contains("echoed, composed").contains("needs jakarta.mail-api and angus-mail");
    }

    static final class WithoutMailJars {
        public static void main(String[] arguments) throws IOException, InterruptedException {
            try {
                Class.forName("jakarta.mail.Message");
                throw new AssertionError("jakarta.mail is on the class path");
            } catch (ClassNotFoundException expected) {
                // as it should be
            }
            var echoed = new java.util.concurrent.LinkedBlockingQueue<String>();
            var lines = io.github.packetboat.codec.Codecs.lines();
            try (var server = io.github.packetboat.message.MessageServer.builder(lines)
                            .listener((connection, line) -> connection.send(line))
                            .bind("127.0.0.1", 0);
                    var client = io.github.packetboat.message.MessageClient.builder(lines)
                            .listener((connection, line) -> echoed.add(line))
                            .connect("127.0.0.1", server.port())) {
                client.send("hello");
                System.out.print(echoed.take().replace("hello", "echoed"));
            }
            var mail = io.github.packetboat.mail.Mail.builder()
                    .from("me@x")
                    .to("a@x")
                    .text("t")
                    .build();
            var out = new java.io.ByteArrayOutputStream();
            mail.writeTo(out);
            System.out.println(out.toString().contains("From: me@x") ? ", composed" : ", not composed");
            try {
                io.github.packetboat.mail.Mail.parse(new java.io.ByteArrayInputStream(out.toByteArray()));
            } catch (IllegalStateException e) {
                System.out.println(e.getMessage());
            }
        }
    }
}

package io.github.packetboat.mail;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is sent is streamed: a small heap takes any number of large mails. Runs itself in a JVM with a heap that is small. */
final class ManyLargeMailsTest {
    @TempDir
    private Path folder;

    private static final int MAILS = 100;
    private static final long ATTACHMENT_BYTES = 25L << 20;

    @Test
    void aHundredLargeMailsAtOnceNeedLittleMemory() throws Exception {
        run(MAILS, ATTACHMENT_BYTES, MAILS, "128m");
    }

    @Test
    void aLargeAttachmentNeedsNoMoreMemoryThanASmallOne() throws Exception {
        run(1, 1L << 30, 1, "16m");
    }

    private void run(int mails, long bytes, int connections, String heap) throws Exception {
        Path errors = folder.resolve("errors"); // where the watchdog, too, says what a busy machine makes late
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx" + heap,
                        "-cp",
                        System.getProperty("java.class.path"),
                        ManyLargeMailsTest.class.getName(),
                        Integer.toString(mails),
                        Long.toString(bytes),
                        Integer.toString(connections))
                .redirectError(errors.toFile())
                .start();
        try {
            process.getOutputStream().close();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor(50, TimeUnit.SECONDS)).as(said).isTrue();
            assertThat(said.strip()).as(Files.readString(errors)).isEqualTo(mails + " accepted");
            assertThat(process.exitValue()).isZero();
        } finally {
            process.destroyForcibly();
        }
    }

    /** In the JVM with the small heap. */
    public static void main(String[] args) throws Exception {
        int mails = Integer.parseInt(args[0]);
        long attachmentBytes = Long.parseLong(args[1]);
        AtomicLong received = new AtomicLong();
        try (ServerSocket listener = new ServerSocket(0, 200, InetAddress.getLoopbackAddress())) {
            Thread acceptor = new Thread(() -> acceptAll(listener, received));
            acceptor.setDaemon(true);
            acceptor.start();
            MailServer server = MailServer.smtp("127.0.0.1")
                    .port(listener.getLocalPort())
                    .tls(MailServer.Tls.NONE)
                    .build();
            try (Mailer mailer = Mailer.builder(server)
                    .maxConnections(Integer.parseInt(args[2]))
                    .deadline(Duration.ofMinutes(1))
                    .build()) {
                Iterable<Mail> all = IntStream.range(0, mails).mapToObj(i -> mail(i, attachmentBytes))::iterator;
                SendProgress end = mailer.sendAll(all, report -> {});
                if (received.get() < mails * attachmentBytes * 4 / 3) {
                    throw new IllegalStateException("only " + received.get() + " bytes came");
                }
                System.out.println(end.accepted() + " accepted");
            }
        }
    }

    private static Mail mail(int number, long attachmentBytes) {
        return Mail.builder()
                .from("me@example.com")
                .to("you" + number + "@example.com")
                .subject("large")
                .text("see there")
                .attach(Attachment.of("large.bin", attachmentBytes, () -> zeros(attachmentBytes)))
                .build();
    }

    private static InputStream zeros(long bytes) {
        return new InputStream() {
            private long left = bytes;

            @Override
            public int read() {
                return left-- > 0 ? 0 : -1;
            }

            @Override
            public int read(byte[] into, int offset, int length) {
                if (left <= 0) {
                    return -1;
                }
                int n = (int) Math.min(left, length);
                left -= n;
                return n;
            }
        };
    }

    private static void acceptAll(ServerSocket listener, AtomicLong received) {
        try {
            while (true) {
                Socket client = listener.accept();
                Thread thread = new Thread(() -> take(client, received));
                thread.setDaemon(true);
                thread.start();
            }
        } catch (IOException e) {
            // the end
        }
    }

    /** Answers without looking: to the greeting, to EHLO, to MAIL, RCPT and DATA one by one, to the mail when it has ended. */
    private static void take(Socket client, AtomicLong received) {
        try (client) {
            InputStream in = client.getInputStream();
            byte[] buffer = new byte[64 * 1024];
            say(client, "220 x");
            for (String answer : new String[] {"250 x", "250 x", "250 x", "354 x"}) {
                in.read(buffer);
                say(client, answer);
            }
            String tail = "";
            while (!tail.endsWith("\r\n.\r\n")) {
                int n = in.read(buffer);
                if (n < 0) {
                    return;
                }
                received.addAndGet(n);
                String piece = new String(buffer, Math.max(0, n - 5), Math.min(5, n), StandardCharsets.ISO_8859_1);
                tail = n >= 5 ? piece : (tail + piece).substring(Math.max(0, tail.length() + n - 5));
            }
            say(client, "250 x");
            in.read(buffer);
            say(client, "221 x");
        } catch (IOException e) {
            // the client is gone
        }
    }

    private static void say(Socket client, String line) throws IOException {
        client.getOutputStream().write((line + "\r\n").getBytes(StandardCharsets.US_ASCII));
    }
}

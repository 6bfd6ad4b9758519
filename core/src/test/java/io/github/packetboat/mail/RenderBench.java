package io.github.packetboat.mail;

import com.sun.management.ThreadMXBean;
import io.github.packetboat.internal.mime.Form;
import jakarta.activation.DataHandler;
import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeBodyPart;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeMultipart;
import jakarta.mail.util.ByteArrayDataSource;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Properties;

/**
 * Building and writing a mail, beside Angus in the same run: time and garbage of each, and how many times less ours are. The
 * rounds alternate; the fastest of each counts. After {@code mvn test-compile} in core, with its test class path:
 *
 * <pre>java -cp … io.github.packetboat.mail.RenderBench</pre>
 */
final class RenderBench {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final Session SESSION = Session.getInstance(new Properties());
    private static final int ROUNDS = 6;
    private static final String TEXT = "The quick brown fox jumps over 飞翔的代码, größer als zuvor.\n".repeat(28);
    private static final String HTML = "<p>" + TEXT + "</p>";

    private RenderBench() {}

    @FunctionalInterface
    private interface Work {
        void run(OutputStream out) throws IOException, MessagingException;
    }

    private record Cost(double micros, double kilobytes) {
        Cost best(Cost other) {
            return new Cost(Math.min(micros, other.micros), Math.min(kilobytes, other.kilobytes));
        }
    }

    /** Counts what it is given, so that nobody can leave it out. */
    private static final class Counter extends OutputStream {
        long bytes;

        @Override
        public void write(int b) {
            bytes++;
        }

        @Override
        public void write(byte[] b, int offset, int count) {
            bytes += count;
        }
    }

    public static void main(String[] arguments) throws IOException, MessagingException {
        byte[] hundred = new OddText(1).bytes(0);
        hundred = java.util.Arrays.copyOf(hundred, 100 * 1024);
        byte[] million = new byte[1024 * 1024];
        new java.util.Random(1).nextBytes(hundred);
        new java.util.Random(1).nextBytes(million);
        byte[] small = hundred;
        System.out.println(
                "mail                              ours: µs      kB   Angus: µs      kB   time ÷   garbage ÷");
        compare("text, 2 KB of UTF-8", 2000, out -> ours(Form.SEVEN_BIT, null, out), out -> angus(null, out));
        compare("the same in its 8-bit form", 2000, out -> ours(Form.EIGHT_BIT, null, out), out -> angus(null, out));
        compare(
                "alternative + 100 KB attachment",
                300,
                out -> ours(Form.SEVEN_BIT, small, out),
                out -> angus(small, out));
        compare(
                "alternative + 1 MB attachment",
                40,
                out -> ours(Form.SEVEN_BIT, million, out),
                out -> angus(million, out));
    }

    private static void compare(String name, int times, Work ours, Work angus) throws IOException, MessagingException {
        Cost bestOurs = new Cost(Double.MAX_VALUE, Double.MAX_VALUE);
        Cost bestAngus = bestOurs;
        for (int round = 0; round < ROUNDS; round++) {
            bestOurs = bestOurs.best(measure(times, ours));
            bestAngus = bestAngus.best(measure(times, angus));
        }
        System.out.printf(
                "%-33s %8.1f %7.1f %11.1f %7.1f %8.1f %11.1f%n",
                name,
                bestOurs.micros,
                bestOurs.kilobytes,
                bestAngus.micros,
                bestAngus.kilobytes,
                bestAngus.micros / bestOurs.micros,
                bestAngus.kilobytes / bestOurs.kilobytes);
    }

    private static Cost measure(int times, Work work) throws IOException, MessagingException {
        Counter out = new Counter();
        long garbage = THREADS.getCurrentThreadAllocatedBytes();
        long start = System.nanoTime();
        for (int i = 0; i < times; i++) {
            work.run(out);
        }
        double micros = (System.nanoTime() - start) / 1000.0 / times;
        double kilobytes = (THREADS.getCurrentThreadAllocatedBytes() - garbage) / 1024.0 / times;
        if (out.bytes < 2000L * times) {
            throw new AssertionError("wrote only " + out.bytes);
        }
        return new Cost(micros, kilobytes);
    }

    private static void ours(Form form, byte[] attachment, OutputStream out) throws IOException {
        MailBuilder builder = Mail.builder()
                .from("me@126.com", "飞翔的代码")
                .to("a@example.com", "b@example.com")
                .subject("测试邮件")
                .text(TEXT);
        if (attachment != null) {
            builder.html(HTML).attach(Attachment.of("报告.pdf", attachment));
        }
        builder.build().render(form, List.of()).writeTo(out);
    }

    private static void angus(byte[] attachment, OutputStream out) throws IOException, MessagingException {
        MimeMessage message = new MimeMessage(SESSION);
        message.setFrom(new InternetAddress("me@126.com", "飞翔的代码", "UTF-8"));
        message.addRecipient(Message.RecipientType.TO, new InternetAddress("a@example.com"));
        message.addRecipient(Message.RecipientType.TO, new InternetAddress("b@example.com"));
        message.setSubject("测试邮件", "UTF-8");
        message.setSentDate(new java.util.Date());
        if (attachment == null) {
            message.setText(TEXT, "UTF-8");
        } else {
            MimeBodyPart text = new MimeBodyPart();
            text.setText(TEXT, "UTF-8");
            MimeBodyPart html = new MimeBodyPart();
            html.setText(HTML, "UTF-8", "html");
            MimeBodyPart alternative = new MimeBodyPart();
            alternative.setContent(new MimeMultipart("alternative", text, html));
            MimeBodyPart file = new MimeBodyPart();
            file.setDataHandler(new DataHandler(new ByteArrayDataSource(attachment, "application/pdf")));
            file.setFileName("报告.pdf");
            message.setContent(new MimeMultipart("mixed", alternative, file));
        }
        message.saveChanges();
        message.writeTo(out);
    }
}

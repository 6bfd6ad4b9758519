package io.github.packetboat.mail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.packetboat.internal.mime.Form;
import io.github.packetboat.internal.mime.Rendering;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** How the bytes of a mail are handed out: at once or as a stream, always the same, never more than there should be. */
final class RenderingTest {
    private static final int MIB = 1024 * 1024;

    private static Mail with(Attachment... attachments) {
        return Mail.builder()
                .from("me@x")
                .to("a@x")
                .text("see below")
                .attach(attachments)
                .build();
    }

    private static Rendering render(Mail mail) throws IOException {
        return mail.render(Form.SEVEN_BIT, List.of());
    }

    @Test
    void sizesAreExactAndBytesTheSameHoweverTheyAreRead() throws IOException {
        byte[] data = new OddText(1).bytes(5 * MIB);
        for (int length : new int[] {0, 1, 56, 57, 58, 8207, 8208, 8209, 190_000, 200_000, 3_000_000}) {
            byte[] some = java.util.Arrays.copyOf(data, length);
            Mail mail =
                    with(Attachment.of("a", some), Attachment.of("b", length, () -> new ByteArrayInputStream(some)));
            Rendering rendering = render(mail);
            ByteArrayOutputStream written = new ByteArrayOutputStream();
            rendering.writeTo(written);

            assertThat(rendering.size()).as("%d", length).isEqualTo(written.size());
            assertThat(rendering.bytes() == null).as("%d", length).isEqualTo(length > 100_000);
            for (int chunk : new int[] {1, 7, 8192}) {
                if (chunk > 1 || length < 10_000) {
                    assertThat(read(rendering, chunk))
                            .as("%d by %d", length, chunk)
                            .isEqualTo(written.toByteArray());
                }
            }
            Wire.checkLines(written.toByteArray());
            AngusView view = AngusView.of(written.toByteArray());
            assertThat((byte[]) view.leaves.get(1).content()).isEqualTo(some);
            assertThat((byte[]) view.leaves.get(2).content()).isEqualTo(some);
        }
    }

    private static byte[] read(Rendering rendering, int chunk) throws IOException {
        ByteArrayOutputStream read = new ByteArrayOutputStream();
        try (InputStream in = rendering.open()) {
            byte[] buffer = new byte[chunk];
            for (int n = chunk == 1 ? one(in, buffer) : in.read(buffer);
                    n >= 0;
                    n = chunk == 1 ? one(in, buffer) : in.read(buffer)) {
                read.write(buffer, 0, n);
            }
        }
        return read.toByteArray();
    }

    private static int one(InputStream in, byte[] buffer) throws IOException {
        int b = in.read();
        buffer[0] = (byte) b;
        return b < 0 ? -1 : 1;
    }

    @Test
    void anUnknownLengthIsSaidToBeUnknown() throws IOException {
        Rendering rendering = render(with(Attachment.of("a", () -> new ByteArrayInputStream(new byte[100]))));

        assertThat(rendering.size()).isEqualTo(-1);
        assertThat(AngusView.of(read(rendering, 100)).leaves.get(1).content()).isEqualTo(new byte[100]);
    }

    /** T34, P43: whoever sends must see the failure before the end. */
    @Test
    void aStreamThatFailsOrLiesIsAnErrorNotAShorterMail() throws IOException {
        Attachment.Source failing = () -> new InputStream() {
            private int left = 2 * MIB;

            @Override
            public int read() throws IOException {
                if (--left < 0) {
                    throw new IOException("disk on fire");
                }
                return 'x';
            }
        };
        for (Attachment bad : List.of(
                Attachment.of("a", 3 * MIB, failing),
                Attachment.of("a", failing),
                Attachment.of("a", 3 * MIB, () -> new ByteArrayInputStream(new byte[3 * MIB - 1])),
                Attachment.of("a", 3 * MIB, () -> new ByteArrayInputStream(new byte[3 * MIB + 1])),
                Attachment.of("a", 3 * MIB, () -> {
                    throw new IOException("gone");
                }))) {
            Rendering rendering = render(with(bad));
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            assertThatThrownBy(() -> rendering.writeTo(out)).isInstanceOf(IOException.class);
            assertThat(out.toString()).doesNotEndWith("--\r\n");
        }
        assertThatThrownBy(() -> render(with(Attachment.of("a", 10, () -> new ByteArrayInputStream(new byte[9])))))
                .isInstanceOf(IOException.class)
                .hasMessage("attachment a has only 9 bytes, not the 10 it was said to have");
        assertThatThrownBy(() -> render(with(Attachment.of("a", 10, () -> new ByteArrayInputStream(new byte[11])))))
                .hasMessage("attachment a has more than 10 bytes, not the 10 it was said to have");
    }

    @Test
    void everyStreamThatIsOpenedIsClosed() throws IOException {
        AtomicInteger open = new AtomicInteger();
        Attachment counted = Attachment.of("a", MIB, () -> {
            open.incrementAndGet();
            return new ByteArrayInputStream(new byte[MIB]) {
                @Override
                public void close() {
                    open.decrementAndGet();
                }
            };
        });
        Rendering rendering = render(with(counted, counted));
        rendering.writeTo(new ByteArrayOutputStream());
        assertThat(open).hasValue(0);

        InputStream half = rendering.open();
        half.readNBytes(MIB);
        assertThat(open).hasValue(1);
        half.close();
        assertThat(open).hasValue(0);
        assertThatThrownBy(half::read).isInstanceOf(IOException.class);
    }

    /** P51, the part of the one who renders: a hundred mails of 25 MiB at once in a heap of 32 MiB. */
    @Test
    void largeMailsTakeNoHeap() {
        String out = Programs.output(
                List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx32m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        LargeMails.class.getName()),
                new byte[0]);

        assertThat(out).matches("100 open, 358\\d{5} bytes each\\s+");
    }

    /** Opens a hundred mails, reads all of them in turn for a while, and one to its end. */
    static final class LargeMails {
        public static void main(String[] arguments) throws IOException {
            byte[] block = new byte[MIB];
            Attachment.Source source = () -> new InputStream() {
                private long left = 25L * MIB;

                @Override
                public int read() {
                    throw new UnsupportedOperationException("only in blocks");
                }

                @Override
                public int read(byte[] target, int offset, int count) {
                    int n = (int) Math.min(Math.min(count, block.length), left);
                    System.arraycopy(block, 0, target, offset, n);
                    left -= n;
                    return n == 0 && count > 0 ? -1 : n;
                }
            };
            InputStream[] streams = new InputStream[100];
            long size = 0;
            for (int i = 0; i < streams.length; i++) {
                Rendering rendering = render(Mail.builder()
                        .from("me@x")
                        .to("a@x")
                        .messageId("1@x")
                        .attach(Attachment.of("large.bin", 25L * MIB, source))
                        .build());
                size = rendering.size();
                streams[i] = rendering.open();
            }
            byte[] buffer = new byte[16 * 1024];
            for (int round = 0; round < 20; round++) {
                for (InputStream stream : streams) {
                    stream.readNBytes(buffer, 0, buffer.length);
                }
            }
            long read = 20L * buffer.length;
            for (int n = streams[0].read(buffer); n >= 0; n = streams[0].read(buffer)) {
                read += n;
            }
            if (read != size) {
                throw new AssertionError(read + " bytes read of " + size);
            }
            System.out.println("100 open, " + size + " bytes each");
        }
    }
}

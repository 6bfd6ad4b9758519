package io.github.packetboat.mailbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Broken mail is read, what is wrong is said, and nothing takes long or throws. */
final class MalformedMailTest {
    static List<MalformedMails.Case> cases() {
        return MalformedMails.all();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void isReadAndReported(MalformedMails.Case each) {
        ReceivedMail mail = ReceivedMail.parse(each.raw());

        assertThat(each.read().apply(mail)).isEqualTo(each.expected());
        assertThat(mail.defects().stream().map(Defect::kind).collect(Collectors.toSet()))
                .isEqualTo(each.defects());
        assertThat(mail.defects()).allSatisfy(defect -> {
            assertThat(defect.detail()).doesNotContain("\r", "\n", "\0").hasSizeLessThanOrEqualTo(201);
        });
        assertThat(mail.raw()).isEqualTo(each.raw());
    }

    @Test
    void thereAreEnough() {
        assertThat(cases()).hasSizeGreaterThanOrEqualTo(60);
        assertThat(cases().stream().map(MalformedMails.Case::name)).doesNotHaveDuplicates();
        assertThat(cases().stream().flatMap(each -> each.defects().stream()).collect(Collectors.toSet()))
                .containsExactlyInAnyOrder(Defect.Kind.values());
    }

    @Test
    void everyCutOfEveryMailIsReadToo() {
        for (MalformedMails.Case each : cases()) {
            int step = Math.max(1, each.raw().length / 50);
            for (int length = 0; length < each.raw().length; length += step) {
                readAll(ReceivedMail.parse(java.util.Arrays.copyOf(each.raw(), length)));
            }
        }
    }

    @Test
    void mailsWithChangedBytesAreReadToo() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (MalformedMails.Case each : cases()) {
            for (int round = 0; round < 20 && each.raw().length > 0 && each.raw().length < 100_000; round++) {
                byte[] raw = each.raw().clone();
                for (int i = 0; i < 5; i++) {
                    raw[random.nextInt(raw.length)] = (byte) random.nextInt(256);
                }
                try {
                    readAll(ReceivedMail.parse(raw));
                } catch (RuntimeException e) {
                    throw new AssertionError("seed " + seed + ": " + new String(raw, StandardCharsets.ISO_8859_1), e);
                }
            }
        }
    }

    @Test
    void workGrowsWithSizeAlone() {
        String hyphens =
                "Content-Type: multipart/mixed; boundary=" + "-".repeat(70) + "\r\n\r\n" + "-".repeat(8_000_000);
        String almost = "Subject: " + "=?utf-8?Q?".repeat(20_000) + "\r\n\r\nx";
        String quoted = "Content-Transfer-Encoding: quoted-printable\r\n\r\n" + "=          ".repeat(500_000);
        Assertions.assertTimeoutPreemptively(Duration.ofSeconds(30), () -> {
            for (String each : List.of(hyphens, almost, quoted)) {
                readAll(ReceivedMail.parse(each.getBytes(StandardCharsets.ISO_8859_1)));
            }
        });
    }

    private static void readAll(ReceivedMail mail) {
        mail.subject();
        mail.from();
        mail.replyTo();
        mail.sentAt();
        mail.text();
        mail.html();
        mail.headers();
        mail.defects();
        mail.attachments().forEach(part -> assertThat(part.fileName()).isNotEmpty());
        mail.inlines().forEach(ReceivedPart::bytes);
        assertThat(mail.toString()).doesNotContain("\n");
    }

    @Test
    void aFileNameAsLongAsAHeaderCostsLittle() {
        String name = "x".repeat(4_000_000);
        assertThat(SafeName.of(name + ".pdf", "?")).isEqualTo("x".repeat(196) + ".pdf");
        assertThat(SafeName.of("𝄞".repeat(1_000_000), "?")).isEqualTo("𝄞".repeat(50));
    }

    @Test
    void anAddressAsLongAsAHeaderCostsLittle() {
        String local = "x".repeat(4_000_000);
        List<ReceivedAddress> found = AddressField.parse(
                "\"a > b\" <" + local + "@b.example> c, <\">\"@d>", StandardCharsets.UTF_8, new Defects());
        assertThat(found).first().satisfies(address -> {
            assertThat(address.address()).isEqualTo(local + "@b.example");
            assertThat(address.name()).isEqualTo("a > b  c");
        });
    }
}

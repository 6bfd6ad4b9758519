package io.github.packetboat.mail;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import io.github.packetboat.internal.mime.Form;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;

/**
 * Whatever is typed or arrives, what is taken can be written, holds to the rules of the wire, and is read again the same.
 * Run and fuzzed as {@code CodecsFuzzTest} says: {@code JAZZER_FUZZ=1 mvn -pl core test -Dtest=MailFuzzTest#parse}.
 */
@Tag("fuzz")
@Timeout(value = 1, unit = TimeUnit.DAYS, threadMode = Timeout.ThreadMode.SAME_THREAD) // fuzzing outlasts the default
class MailFuzzTest {

    @FuzzTest(maxDuration = "2m")
    void address(FuzzedDataProvider data) {
        String text = data.consumeRemainingAsString();
        Address address;
        try {
            address = Address.of(text);
        } catch (IllegalArgumentException refused) {
            return;
        }
        assertThat(address.address()).isEqualTo(text);
        assertThat(text.chars()).noneMatch(c -> c < ' ' || c == 0x7F);
        assertThat(address.asciiDomain()).matches("[\\[\\]A-Za-z0-9.:-]{1,255}");
        assertThat(Address.of(address.asciiDomainAddress())).isEqualTo(address);
    }

    @FuzzTest(maxDuration = "2m")
    void addressList(FuzzedDataProvider data) {
        List<Address> addresses;
        try {
            addresses = Address.parse(data.consumeRemainingAsString());
        } catch (IllegalArgumentException refused) {
            return;
        }
        Mail mail = Mail.builder()
                .from("me@x")
                .to(addresses.toArray(Address[]::new))
                .build();
        Wire.bytes(mail, Form.UTF8);
    }

    /** Angus reads back each header that was written. */
    @FuzzTest(maxDuration = "2m")
    void headers(FuzzedDataProvider data) {
        Mail mail;
        try {
            mail = Mail.builder()
                    .from("me@x", data.consumeString(40).strip())
                    .to("a@x")
                    .attach(Attachment.of("f" + data.consumeString(40).replace("=?", ""), new byte[1]))
                    .subject(data.consumeRemainingAsString())
                    .build();
        } catch (IllegalArgumentException refused) {
            return;
        }
        AngusView view = AngusView.of(Wire.bytes(mail));
        assertThat(view.subject()).isEqualTo(mail.subject());
        assertThat(view.leaves.get(0).fileName())
                .isEqualTo(mail.attachments().get(0).name());
    }

    /** Parsing throws nothing but IOException, and what it gives can be sent on. */
    @FuzzTest(maxDuration = "2m")
    void parse(FuzzedDataProvider data) throws IOException {
        Mail mail;
        try {
            mail = Mail.parse(new ByteArrayInputStream(data.consumeRemainingAsBytes()));
        } catch (IOException refused) {
            return;
        }
        byte[] wire = Wire.bytes(mail);
        Mail again = Mail.parse(new ByteArrayInputStream(wire));
        assertThat(again.subject()).isEqualTo(mail.subject());
        assertThat(again.to()).hasSameSizeAs(mail.to());
        assertThat(again.attachments()).hasSameSizeAs(mail.attachments());
    }
}

package io.github.packetboat.mail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

final class AddressTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "bob@example.org",
                "a.b+c@x",
                "o'neil@example.org",
                "bob@localhost",
                "!#$%&'*+-/=?^_`{|}~@example.org",
                "\"odd one\"@example.org",
                "\"a@b, c\"@example.org",
                "\"quote \\\" and \\\\\"@example.org",
                "\"\"@example.org",
                "bob@[192.0.2.1]",
                "bob@[IPv6:2001:db8::1]",
                "bob@[IPv6:::ffff:192.0.2.1]",
                "bob@[ipv6:1:2:3:4:5:6:7:8]",
                "bob@bücher.example",
                "bob@例子.测试",
                "飞@example.org",
                "飞.翔@例子.测试",
                "\"飞 翔\"@example.org",
                "bob@1.example",
                "bob@xn--bcher-kva.example"
            })
    void whatIsAnAddressIsTakenAsItIs(String text) {
        assertThat(Address.of(text).address()).isEqualTo(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "@",
                "bob",
                "bob@",
                "@example.org",
                "a@b@c",
                "a b@example.org",
                "a..b@example.org",
                ".a@example.org",
                "a.@example.org",
                "<bob@example.org>",
                "Bob <bob@example.org>",
                "<>",
                "bob@example.org.",
                "bob@.example.org",
                "bob@example..org",
                "bob@-x.org",
                "bob@x-.org",
                "bob@a_b.org",
                "bob@exa mple.org",
                "bob@example.org ",
                " bob@example.org",
                "a@b> SIZE=1",
                "a@b SIZE=1",
                "@relay.example:bob@example.org",
                "bob%x@[300.0.0.1]",
                "bob@[1.2.3]",
                "bob@[1.2.3.4",
                "bob@1.2.3.4]",
                "bob@[]",
                "bob@[IPv6:1:2:3]",
                "bob@[IPv6:1::2::3]",
                "bob@[IPv6:12345::]",
                "bob@[IPv6:1:2:3:4:5:6:7:8:9]",
                "bob@[IPv6:1:2:3:4:5:6:7::8]",
                "\"open@example.org",
                "\"a\"b@example.org",
                "\"a\"@",
                "\"a",
                "a\"b@example.org",
                "a,b@example.org",
                "a;b@example.org",
                "(c)a@example.org",
                "a@example.org,b@example.org",
                "bob@straße.example",
                "bob@faς.example",
                "bob@ex\u200Dample.org",
                "bob@ex\u00A0ample.org",
                "b\u200Eob@example.org",
                "b\u202Eob@example.org",
                "bob\u0085@example.org",
                "\"\\é\"@example.org",
                "bob@exam\uD800ple.org",
                "b\uDC00@example.org",
                "bob@example.org\0",
                "\"a\r\nRCPT TO:<x@y>\"@d",
                "a\r\n@d",
                "a@d\r\nDATA",
                "a\n@d",
                "a@\nd",
                "\"a\0\"@d",
                "a\t@d",
                "\"a\tb\"@d"
            })
    void whatIsNoneIsRefusedByNameAndNotShown(String text) {
        assertThatThrownBy(() -> Address.of(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("address ")
                .hasMessageNotContainingAny("\r", "\n", "\0");
    }

    /** P39: the low bytes of these are LF and CR. */
    @ParameterizedTest
    @ValueSource(strings = {"\u760A", "\u760D", "\u010A"})
    void aCharacterWithTheLowByteOfALineBreakStaysThatCharacter(String c) {
        Address address = Address.of("a" + c + "b@example.org");

        assertThat(address.needsSmtpUtf8()).isTrue();
        Mail mail = Mail.builder().from("me@example.org").to(address).build();
        assertThat(new String(Wire.bytes(mail), java.nio.charset.StandardCharsets.UTF_8))
                .contains("\r\nTo: a" + c + "b@example.org\r\n");
    }

    @Test
    void lengthsAreLimited() {
        String label = "d".repeat(63);
        String domain = label + '.' + label + '.' + label + '.' + "d".repeat(61);

        assertThat(Address.of("l".repeat(64) + "@" + domain + ".x").domain()).hasSize(255);
        assertThatThrownBy(() -> Address.of("l".repeat(65) + "@x"))
                .hasMessage("address has a local part of 65 bytes, above 64");
        assertThatThrownBy(() -> Address.of("飞".repeat(22) + "@x"))
                .hasMessage("address has a local part of 66 bytes, above 64");
        assertThatThrownBy(() -> Address.of("a@" + domain + ".xx"))
                .hasMessage("address has a domain of 256 bytes, above 255");
        assertThatThrownBy(() -> Address.of("a@" + "d".repeat(64)))
                .hasMessage("address has a label of 64 bytes in its domain, above 63");
    }

    @Test
    void anInternationalDomainHasALabels() {
        Address address = Address.of("bob@Bücher.example");

        assertThat(address.asciiDomain()).isEqualTo("xn--bcher-kva.example");
        assertThat(address.asciiDomainAddress()).isEqualTo("bob@xn--bcher-kva.example");
        assertThat(address.needsSmtpUtf8()).isFalse();
        assertThat(address)
                .isEqualTo(Address.of("bob@xn--bcher-kva.example"))
                .hasSameHashCodeAs(Address.of("bob@XN--bcher-kva.EXAMPLE"));
    }

    @Test
    void localPartsDifferByCaseAndNamesCount() {
        assertThat(Address.of("bob@x")).isNotEqualTo(Address.of("Bob@x")).isNotEqualTo(Address.of("bob@x", "Bob"));
        assertThat(Address.of("bob@x").named("Bob")).isEqualTo(Address.of("bob@X", "Bob"));
        assertThat(Address.of("me@126.com", "飞翔的代码")).hasToString("飞翔的代码 <me@126.com>");
    }

    static Stream<Arguments> lists() {
        return Stream.of(
                Arguments.of("a@b", List.of(Address.of("a@b"))),
                Arguments.of(" <a@b> ", List.of(Address.of("a@b"))),
                Arguments.of("Bob <bob@x>, c@d", List.of(Address.of("bob@x", "Bob"), Address.of("c@d"))),
                Arguments.of("\"Smith, Jo\" <jo@x>", List.of(Address.of("jo@x", "Smith, Jo"))),
                Arguments.of("\"a \\\"b\\\" \\\\\"  J. \t<jo@x>", List.of(Address.of("jo@x", "a \"b\" \\ J."))),
                Arguments.of("飞翔的代码 <me@126.com>", List.of(Address.of("me@126.com", "飞翔的代码"))),
                Arguments.of("\"x<y\" <\"a,b>\"@c>", List.of(Address.of("\"a,b>\"@c", "x<y"))));
    }

    @ParameterizedTest
    @MethodSource("lists")
    void listsAreReadAsPeopleWriteThem(String text, List<Address> expected) {
        assertThat(Address.parse(text)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ",",
                "a@b,",
                "Bob",
                "Bob bob@x",
                "Bob <>",
                "Bob <bob@x",
                "bob@x>",
                "Bob <bob@x> c",
                "group: a@b;",
                "\"open <a@b>",
                "Bob (comment) <bob@x>",
                "<@relay:bob@x>",
                "a@b\r\nBcc: c@d",
                "<<a@b>>",
                "\"\\",
                "a@b;c@d"
            })
    void whatIsNoListIsRefused(String text) {
        assertThatThrownBy(() -> Address.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("addresses ");
    }
}

package io.github.packetboat.mail;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;

/**
 * A mail address, with or without the name of whom it belongs to: {@code me@126.com}, {@code 飞翔的代码 <me@126.com>}.
 * Checked strictly when it is made (RFC 5321 §4.1.2, RFC 6531 §3.3), so that whatever holds an {@code Address} may put it
 * into a command or header as it is. Immutable and thread-safe. Two are equal if they lead to the same mailbox and have
 * the same name: domains are compared without case and as A-labels, local parts exactly.
 *
 * <table>
 * <caption>What is taken</caption>
 * <tr><th>input</th><th></th></tr>
 * <tr><td>{@code bob@example.org}, {@code a.b+c@x}, {@code o'neil@example.org}, {@code bob@localhost}</td><td>taken</td></tr>
 * <tr><td>{@code "odd one"@example.org}</td><td>taken: a quoted local part may hold spaces, commas and the like</td></tr>
 * <tr><td>{@code bob@[192.0.2.1]}, {@code bob@[IPv6:2001:db8::1]}</td><td>taken: address literals</td></tr>
 * <tr><td>{@code bob@bücher.example}</td><td>taken; sent as {@code bob@xn--bcher-kva.example} unless SMTPUTF8 is needed</td></tr>
 * <tr><td>{@code 飞@example.org}</td><td>taken; goes only through servers with SMTPUTF8</td></tr>
 * <tr><td>{@code bob}, {@code a@b@c}, {@code @x}, {@code bob@}, {@code a..b@x}, {@code .a@x}</td><td>refused</td></tr>
 * <tr><td>{@code <bob@example.org>}, {@code Bob <bob@example.org>}, {@code @relay:bob@x}</td><td>refused by {@link
 * #of(String)}; see {@link #parse}</td></tr>
 * <tr><td>a local part over 64 bytes, a domain over 255, a label over 63</td><td>refused</td></tr>
 * <tr><td>{@code bob@example.org.}, {@code bob@-x.org}, {@code bob@a_b.org}</td><td>refused: no such domains</td></tr>
 * <tr><td>{@code bob@straße.example}</td><td>refused: two standards disagree where it leads, so write the A-label</td></tr>
 * <tr><td>spaces outside quotes, CR, LF, NUL and other controls</td><td>refused, everywhere</td></tr>
 * </table>
 */
public final class Address {
    private final String local;
    private final String domain;
    private final String asciiDomain;
    private final String name;

    Address(String local, String domain, String asciiDomain, String name) {
        this.local = local;
        this.domain = domain;
        this.asciiDomain = asciiDomain;
        this.name = name;
    }

    /**
     * An address without a name.
     *
     * @throws IllegalArgumentException if it is null or not in the form {@code local@domain}; the message says why
     */
    public static Address of(String address) {
        return of(address, "");
    }

    /**
     * An address and the name to show for it, in any script; empty for none.
     *
     * @throws IllegalArgumentException if the address is as {@link #of(String)} refuses it, or the name is null or holds a
     *     control character
     */
    public static Address of(String address, String name) {
        return AddressSyntax.address("address", address, FieldText.line("name", name));
    }

    /**
     * Reads addresses as people write them: {@code Bob <bob@example.org>, "Smith, Jo" <jo@example.org>, a@b}. Comments, groups
     * and source routes (RFC 5322 §3.4, §4.4) are not taken.
     *
     * @return at least one
     * @throws IllegalArgumentException if it is null, empty, or any of it is not an address
     */
    public static List<Address> parse(String addresses) {
        return AddressSyntax.list(addresses);
    }

    /** This address with another name; empty for none. */
    public Address named(String newName) {
        return new Address(local, domain, asciiDomain, FieldText.line("name", newName));
    }

    /** {@code local@domain} as it was given. */
    public String address() {
        return local + '@' + domain;
    }

    /** {@code local@domain} with the domain in A-labels (RFC 5890), as it is sent where UTF-8 may not be. */
    public String asciiDomainAddress() {
        return local + '@' + asciiDomain;
    }

    /** What stands before the {@code @}, with its quotes if it has any. */
    public String local() {
        return local;
    }

    /** What stands behind the {@code @}, as it was given. */
    public String domain() {
        return domain;
    }

    /** The domain in A-labels; as it was given if it is ASCII. */
    public String asciiDomain() {
        return asciiDomain;
    }

    /** The name to show, or an empty string. */
    public String name() {
        return name;
    }

    /** Whether the local part is beyond ASCII, so that only servers with SMTPUTF8 can take it. */
    public boolean needsSmtpUtf8() {
        return !isAscii(local);
    }

    static boolean isAscii(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) > 0x7F) {
                return false;
            }
        }
        return true;
    }

    static int utf8Length(String text) {
        return isAscii(text) ? text.length() : text.getBytes(StandardCharsets.UTF_8).length;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Address that
                && local.equals(that.local)
                && asciiDomain.equalsIgnoreCase(that.asciiDomain)
                && name.equals(that.name);
    }

    @Override
    public int hashCode() {
        return 31
                        * (31 * local.hashCode()
                                + asciiDomain.toLowerCase(Locale.ROOT).hashCode())
                + name.hashCode();
    }

    /** {@code name <local@domain>} for people to read; headers are written otherwise. */
    @Override
    public String toString() {
        return name.isEmpty() ? address() : name + " <" + address() + '>';
    }
}

package io.github.packetboat.mail;

import io.github.packetboat.internal.Check;
import java.net.IDN;
import java.util.List;

/** The grammar of addresses: RFC 5321 §4.1.2 and §4.1.3, with RFC 6531 §3.3. Stateless, thread-safe. */
final class AddressSyntax {
    private static final int MAX_LOCAL_BYTES = 64; // RFC 5321 §4.5.3.1.1
    private static final int MAX_DOMAIN_BYTES = 255; // RFC 5321 §4.5.3.1.2
    private static final int MAX_LABEL_BYTES = 63; // RFC 1035 §2.3.4
    private static final String ATOM_SPECIALS = "!#$%&'*+-/=?^_`{|}~";
    /** IDNA 2003, which the JDK has, maps these away; IDNA 2008, which registries follow, does not (RFC 5894 §7.2). */
    private static final String DEVIATIONS = "\u00DF\u03C2\u200C\u200D";

    private AddressSyntax() {}

    /** @throws IllegalArgumentException that names {@code field} and says what is wrong, at which index */
    static Address address(String field, String text, String name) {
        Check.notNull(field, text);
        int at = text.startsWith("\"") ? quotedEnd(field, text) : atomsEnd(field, text);
        if (at == 0 || at == text.length() || text.charAt(at) != '@') {
            throw refused(
                    field, "no local@domain: " + (at == 0 ? "it has nothing" : "it has no @") + " at index " + at);
        }
        String local = text.substring(0, at);
        if (Address.utf8Length(local) > MAX_LOCAL_BYTES) {
            throw refused(field, "a local part of " + Address.utf8Length(local) + " bytes, above " + MAX_LOCAL_BYTES);
        }
        String domain = text.substring(at + 1);
        return new Address(local, domain, asciiDomain(field, domain, at + 1), name);
    }

    static List<Address> list(String header) {
        return new AddressList(FieldText.line("addresses", header)).all();
    }

    /** Behind the closing quote. */
    private static int quotedEnd(String field, String text) {
        for (int i = 1; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"') {
                return i + 1;
            }
            if (c == '\\' && i + 1 < text.length()) {
                c = text.charAt(++i);
                if (c > 0x7F) {
                    throw refused(
                            field, "a backslash before what is not ASCII, at index " + i); // RFC 5321 quoted-pairSMTP
                }
            }
            checkCharacter(field, text, i);
        }
        throw refused(field, "a quoted local part without a closing quote");
    }

    /** Behind the last atom of {@code a.b.c}. */
    private static int atomsEnd(String field, String text) {
        int i = 0;
        for (; i < text.length() && text.charAt(i) != '@'; i++) {
            char c = text.charAt(i);
            checkCharacter(field, text, i);
            boolean dot = c == '.'
                    && i > 0
                    && text.charAt(i - 1) != '.'
                    && i + 1 < text.length()
                    && text.charAt(i + 1) != '@';
            if (!dot && !isAtomText(c)) {
                throw refused(field, "'" + c + "' where it may not be, at index " + i);
            }
        }
        return i;
    }

    /** {@code atext} of RFC 5322 §3.2.3, and what RFC 6532 §3.2 adds. */
    static boolean isAtomText(char c) {
        return isLetterOrDigit(c) || c > 0x7F || ATOM_SPECIALS.indexOf(c) >= 0;
    }

    private static boolean isLetterOrDigit(char c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9';
    }

    private static void checkCharacter(String field, String text, int i) {
        char c = text.charAt(i);
        boolean loneSurrogate = Character.isHighSurrogate(c)
                ? i + 1 == text.length() || !Character.isLowSurrogate(text.charAt(i + 1))
                : Character.isLowSurrogate(c) && (i == 0 || !Character.isHighSurrogate(text.charAt(i - 1)));
        boolean invisible = c > 0x7F && (Character.isISOControl(c) || Character.isSpaceChar(c) || isFormat(c));
        if (FieldText.isControl(c) || loneSurrogate || invisible) {
            throw FieldText.refused(field, c, i);
        }
    }

    /** Joiners are part of how some scripts are written; marks that turn the reading direction only deceive. */
    private static boolean isFormat(char c) {
        return Character.getType(c) == Character.FORMAT && c != '\u200C' && c != '\u200D';
    }

    /** A domain that is no address literal, in A-labels. */
    static String domain(String field, String text) {
        String ascii = asciiDomain(field, Check.notNull(field, text), 0);
        if (ascii.startsWith("[")) {
            throw refused(field, "an address literal, where only a name may be");
        }
        return ascii;
    }

    private static String asciiDomain(String field, String domain, int offset) {
        if (domain.startsWith("[")) {
            if (!AddressLiteral.isValid(domain)) {
                throw refused(field, "no address literal such as [192.0.2.1] or [IPv6:2001:db8::1] behind the @");
            }
            return domain;
        }
        for (int i = 0; i < domain.length(); i++) {
            checkCharacter(field, domain, i);
            if (DEVIATIONS.indexOf(domain.charAt(i)) >= 0) {
                throw refused(
                        field,
                        "a domain that IDNA 2003 and 2008 take differently (U+%04X at index %d): write its A-label, xn--…"
                                .formatted((int) domain.charAt(i), offset + i));
            }
        }
        String ascii = Address.isAscii(domain) ? domain : aLabels(field, domain);
        checkLabels(field, ascii);
        return ascii;
    }

    private static String aLabels(String field, String domain) {
        try {
            return IDN.toASCII(domain, IDN.ALLOW_UNASSIGNED);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(field + " has a domain that has no A-labels: " + e.getMessage(), e);
        }
    }

    /** Letters, digits and inner hyphens (RFC 5321 §4.1.2 sub-domain). */
    private static void checkLabels(String field, String domain) {
        if (domain.length() > MAX_DOMAIN_BYTES) {
            throw refused(field, "a domain of " + domain.length() + " bytes, above " + MAX_DOMAIN_BYTES);
        }
        int start = 0;
        for (int i = 0; i <= domain.length(); i++) {
            if (i < domain.length() && domain.charAt(i) != '.') {
                char c = domain.charAt(i);
                if (!isLetterOrDigit(c) && c != '-') {
                    throw refused(field, "'" + c + "' in its domain");
                }
                continue;
            }
            if (i == start || domain.charAt(start) == '-' || domain.charAt(i - 1) == '-') {
                throw refused(field, "an empty label in its domain, or one with a hyphen at its edge");
            }
            if (i - start > MAX_LABEL_BYTES) {
                throw refused(field, "a label of " + (i - start) + " bytes in its domain, above " + MAX_LABEL_BYTES);
            }
            start = i + 1;
        }
    }

    private static IllegalArgumentException refused(String field, String what) {
        return new IllegalArgumentException(field + " has " + what);
    }
}

package io.github.packetboat.internal.mime;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Makes the DKIM-Signature of a message (RFC 6376, RFC 8463). Signed are the headers that readers see or that say what the
 * message is, as far as it has them; those that may be there only once are named once more, so that nobody can add a second
 * without breaking the signature (RFC 6376 §8.15). Immutable and thread-safe.
 *
 * @param domain in A-labels
 * @param relaxedHeader whether the header is signed in the relaxed form; else the simple one
 * @param relaxedBody the same for the body
 */
public record DkimSigner(String domain, String selector, PrivateKey key, boolean relaxedHeader, boolean relaxedBody) {
    private static final List<String> SIGNED = List.of(
            "From",
            "Sender",
            "Reply-To",
            "To",
            "Cc",
            "Subject",
            "Date",
            "Message-ID",
            "In-Reply-To",
            "References",
            "List-Id",
            "List-Unsubscribe",
            "List-Unsubscribe-Post",
            "MIME-Version",
            "Content-Type",
            "Content-Transfer-Encoding");
    private static final Set<String> ONCE =
            Set.of("From", "Sender", "Reply-To", "To", "Cc", "Subject", "Date", "Message-ID");
    private static final int LINE = 72;

    /**
     * The field, with its CRLF, to be put before the first of the message.
     *
     * @param epochSeconds when it is signed
     * @throws IOException if an attachment cannot be read
     */
    public byte[] sign(Rendering message, long epochSeconds) throws IOException {
        byte[] head = headOf(message);
        HeaderBlock header = new HeaderBlock(head);
        List<String> names = new ArrayList<>();
        List<String> fields = new ArrayList<>();
        for (String name : SIGNED) {
            for (String field : header.fromBottom(name)) {
                names.add(name.toLowerCase(Locale.ROOT));
                fields.add(field);
            }
        }
        for (String name : SIGNED) {
            if (ONCE.contains(name) && names.contains(name.toLowerCase(Locale.ROOT))) {
                names.add(name.toLowerCase(Locale.ROOT));
            }
        }
        String unsigned = field(names, bodyHash(message, head, header.length()), epochSeconds);
        String signature = Base64.getEncoder().encodeToString(signature(fields, unsigned));
        StringBuilder signed = new StringBuilder(unsigned);
        for (int i = 0; i < signature.length(); i += LINE) {
            signed.append(i == 0 ? "" : "\r\n ").append(signature, i, Math.min(i + LINE, signature.length()));
        }
        return signed.append("\r\n").toString().getBytes(StandardCharsets.US_ASCII);
    }

    /** The field without its signature: it ends with {@code b=}. */
    private String field(List<String> names, byte[] bodyHash, long epochSeconds) {
        StringBuilder out = new StringBuilder("DKIM-Signature: v=1; a=");
        out.append(isRsa() ? "rsa-sha256" : "ed25519-sha256");
        out.append("; c=").append(relaxedHeader ? "relaxed/" : "simple/").append(relaxedBody ? "relaxed" : "simple");
        out.append(";\r\n d=")
                .append(domain)
                .append(";\r\n s=")
                .append(selector)
                .append("; t=")
                .append(epochSeconds);
        out.append(";\r\n h=");
        int column = " h=".length();
        for (int i = 0; i < names.size(); i++) {
            String name = names.get(i);
            if (column + name.length() > LINE) {
                out.append("\r\n ");
                column = 1;
            }
            out.append(name).append(i + 1 < names.size() ? ":" : "");
            column += name.length() + 1;
        }
        out.append(";\r\n bh=")
                .append(Base64.getEncoder().encodeToString(bodyHash))
                .append(";\r\n b=");
        return out.toString();
    }

    /**
     * RFC 6376 §3.7: over the signed fields and this one with an empty {@code b=} and no CRLF.
     *
     * @param fields as they stand in the message, each with its CRLF
     */
    byte[] signature(List<String> fields, String unsigned) {
        StringBuilder data = new StringBuilder();
        for (String field : fields) {
            data.append(relaxedHeader ? HeaderBlock.relaxed(field) : field);
        }
        data.append(relaxedHeader ? HeaderBlock.relaxed(unsigned) : unsigned);
        byte[] bytes = data.toString().getBytes(StandardCharsets.ISO_8859_1);
        try {
            Signature signature = Signature.getInstance(isRsa() ? "SHA256withRSA" : "Ed25519");
            signature.initSign(key);
            // RFC 8463 §3: Ed25519 signs the hash, not the data.
            signature.update(isRsa() ? bytes : Sha256.digest().digest(bytes));
            return signature.sign();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(
                    "cannot sign with the DKIM key of " + selector + "._domainkey." + domain + ": " + e.getMessage(),
                    e);
        }
    }

    private byte[] bodyHash(Rendering message, byte[] head, int bodyStart) throws IOException {
        BodyHash hash = new BodyHash(relaxedBody);
        hash.update(head, bodyStart, head.length);
        for (Content piece : message.pieces().subList(1, message.pieces().size())) {
            try (InputStream in = piece.open()) {
                hash.update(in);
            }
        }
        return hash.finish();
    }

    /** The first piece, which holds all of the header. */
    private static byte[] headOf(Rendering message) {
        return ((Rendering.Bytes) message.pieces().get(0)).bytes();
    }

    private boolean isRsa() {
        return key.getAlgorithm().equals("RSA");
    }

    /** Without the key. */
    @Override
    public String toString() {
        return selector + "._domainkey." + domain + ", " + (isRsa() ? "rsa" : "ed25519") + ", "
                + (relaxedHeader ? "relaxed/" : "simple/") + (relaxedBody ? "relaxed" : "simple");
    }
}

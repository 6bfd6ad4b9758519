package io.github.packetboat.mail;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.security.PublicKey;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.james.jdkim.DKIMVerifier;
import org.apache.james.jdkim.exceptions.FailException;

/** Signatures as Apache's jDKIM judges them. */
final class Jdkim {
    private static final int ED25519_BYTES = 32;

    private Jdkim() {}

    /** What the DNS would say of the key, by selector. */
    static Map<String, String> record(String selector, PublicKey key) {
        byte[] der = key.getEncoded();
        boolean rsa = key.getAlgorithm().equals("RSA");
        byte[] told = rsa ? der : Arrays.copyOfRange(der, der.length - ED25519_BYTES, der.length); // RFC 8463 §4
        return Map.of(
                selector,
                "v=DKIM1; k=" + (rsa ? "rsa" : "ed25519") + "; p="
                        + Base64.getEncoder().encodeToString(told));
    }

    /** {@code pass: } and the selectors whose signatures are good, or {@code fail: } and why. */
    static String verify(byte[] mail, Map<String, String> records) throws IOException {
        DKIMVerifier verifier = new DKIMVerifier((method, selector, domain) -> {
            String record = records.get(selector.toString());
            return record == null ? List.of() : List.of(record);
        });
        try {
            return "pass: "
                    + verifier.verify(new ByteArrayInputStream(mail)).stream()
                            .map(signature -> signature.getSelector().toString())
                            .sorted()
                            .collect(Collectors.joining(" "));
        } catch (FailException e) {
            return "fail: " + e.getMessage();
        }
    }
}

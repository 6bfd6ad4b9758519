package io.github.packetboat.internal.smtp;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.text.Normalizer;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * SCRAM-SHA-256 without channel binding (RFC 5802, RFC 7677): the password does not travel, and the server has to prove that
 * it knows it. One exchange; one thread at a time.
 */
final class Scram {
    private static final String HEADER = "n,,";
    private static final String HMAC = "HmacSHA256";
    private static final int NONCE_BYTES = 18;
    /** RFC 7677 §4; a server that asks for less wants to guess the password. */
    private static final int MIN_ITERATIONS = 4096;
    /** A server that asks for more wants our processor. */
    private static final int MAX_ITERATIONS = 1_000_000;

    private enum Step {
        CHALLENGE,
        PROOF,
        DONE
    }

    private final byte[] password;
    private final String nonce;
    private final String clientFirstBare;
    private byte[] serverSignature = new byte[0];
    private Step step = Step.CHALLENGE;

    Scram(String user, byte[] password) {
        this(user, password, freshNonce());
    }

    /** For tests: with a nonce that is known. */
    Scram(String user, byte[] password, String nonce) {
        this.password = prepared(password);
        this.nonce = nonce;
        this.clientFirstBare = "n=" + prepared(user).replace("=", "=3D").replace(",", "=2C") + ",r=" + nonce;
    }

    private static String freshNonce() {
        byte[] random = new byte[NONCE_BYTES];
        new SecureRandom().nextBytes(random);
        return Base64.getEncoder().encodeToString(random);
    }

    /** What SASLprep (RFC 4013) does to texts that are no trick: compatibility forms become what they look like. */
    private static String prepared(String text) {
        return Normalizer.normalize(text, Normalizer.Form.NFKC);
    }

    private static byte[] prepared(byte[] utf8) {
        for (byte b : utf8) {
            if (b < 0) {
                return prepared(new String(utf8, StandardCharsets.UTF_8)).getBytes(StandardCharsets.UTF_8);
            }
        }
        return utf8.clone();
    }

    byte[] clientFirst() {
        return (HEADER + clientFirstBare).getBytes(StandardCharsets.UTF_8);
    }

    /**
     * Answers the server's next message.
     *
     * @throws GeneralSecurityException if the server breaks the rules, or does not know the password
     */
    byte[] answer(byte[] message) throws GeneralSecurityException {
        String text = new String(message, StandardCharsets.UTF_8);
        switch (step) {
            case CHALLENGE -> {
                step = Step.PROOF;
                return proof(text);
            }
            case PROOF -> {
                verify(text);
                step = Step.DONE;
                return new byte[0];
            }
            default -> throw new GeneralSecurityException("the server goes on after the end of the exchange");
        }
    }

    /** Whether the server has proven that it knows the password. */
    boolean isVerified() {
        return step == Step.DONE;
    }

    private byte[] proof(String serverFirst) throws GeneralSecurityException {
        Map<Character, String> fields = fields(serverFirst);
        String serverNonce = fields.getOrDefault('r', "");
        if (!serverNonce.startsWith(nonce) || serverNonce.length() == nonce.length()) {
            throw new GeneralSecurityException("the server's nonce does not begin with ours");
        }
        byte[] salt = decode(fields.getOrDefault('s', ""), "salt");
        int iterations = iterations(fields.getOrDefault('i', ""));
        byte[] salted = saltedPassword(salt, iterations);
        byte[] clientKey = hmac(salted, "Client Key");
        byte[] storedKey = MessageDigest.getInstance("SHA-256").digest(clientKey);
        String withoutProof = "c=" + base64(HEADER.getBytes(StandardCharsets.US_ASCII)) + ",r=" + serverNonce;
        String exchange = clientFirstBare + "," + serverFirst + "," + withoutProof;
        byte[] proof = hmac(storedKey, exchange);
        for (int i = 0; i < proof.length; i++) {
            proof[i] ^= clientKey[i];
        }
        serverSignature = hmac(hmac(salted, "Server Key"), exchange);
        java.util.Arrays.fill(password, (byte) 0);
        return (withoutProof + ",p=" + base64(proof)).getBytes(StandardCharsets.UTF_8);
    }

    private static int iterations(String text) throws GeneralSecurityException {
        int iterations;
        try {
            iterations = Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw new GeneralSecurityException("the server's iteration count is no number", e);
        }
        if (iterations < MIN_ITERATIONS || iterations > MAX_ITERATIONS) {
            throw new GeneralSecurityException("the server's iteration count " + iterations + " is not within "
                    + MIN_ITERATIONS + " and " + MAX_ITERATIONS);
        }
        return iterations;
    }

    private void verify(String serverFinal) throws GeneralSecurityException {
        Map<Character, String> fields = fields(serverFinal);
        if (fields.containsKey('e')) {
            throw new GeneralSecurityException(
                    "the server says " + fields.get('e').replaceAll("[^ -~]", "?"));
        }
        if (!MessageDigest.isEqual(decode(fields.getOrDefault('v', ""), "signature"), serverSignature)) {
            throw new GeneralSecurityException("the server does not know the password: it is not who it says it is");
        }
    }

    /** PBKDF2 with one block (RFC 5802 §2.2, "Hi"). */
    private byte[] saltedPassword(byte[] salt, int iterations) throws GeneralSecurityException {
        Mac mac = Mac.getInstance(HMAC);
        mac.init(new SecretKeySpec(password.length == 0 ? new byte[1] : password, HMAC));
        mac.update(salt);
        byte[] round = mac.doFinal(new byte[] {0, 0, 0, 1});
        byte[] result = round.clone();
        for (int i = 1; i < iterations; i++) {
            round = mac.doFinal(round);
            for (int j = 0; j < result.length; j++) {
                result[j] ^= round[j];
            }
        }
        return result;
    }

    private static byte[] hmac(byte[] key, String text) throws GeneralSecurityException {
        Mac mac = Mac.getInstance(HMAC);
        mac.init(new SecretKeySpec(key, HMAC));
        return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
    }

    private static Map<Character, String> fields(String message) throws GeneralSecurityException {
        Map<Character, String> fields = new HashMap<>();
        for (String field : message.split(",", -1)) {
            if (field.length() < 2 || field.charAt(1) != '=' || field.charAt(0) == 'm') {
                throw new GeneralSecurityException("the server's message is no SCRAM that we know");
            }
            fields.put(field.charAt(0), field.substring(2));
        }
        return fields;
    }

    private static byte[] decode(String base64, String what) throws GeneralSecurityException {
        try {
            byte[] bytes = Base64.getDecoder().decode(base64);
            if (bytes.length > 0) {
                return bytes;
            }
        } catch (IllegalArgumentException e) {
            // said below
        }
        throw new GeneralSecurityException("the server's " + what + " is missing or not base64");
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }
}

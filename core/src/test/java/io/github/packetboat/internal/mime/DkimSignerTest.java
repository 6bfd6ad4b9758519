package io.github.packetboat.internal.mime;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.pkcs.RSAPrivateKey;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The examples of the RFCs, signature for signature. */
final class DkimSignerTest {
    private static final String BODY_HASH = "2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=";
    private static final String FROM = "From: Joe SixPack <joe@football.example.com>\r\n";
    private static final String TO = "To: Suzie Q <suzie@shopping.example.net>\r\n";
    private static final String SUBJECT = "Subject: Is dinner ready?\r\n";
    private static final String DATE = "Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)\r\n";
    private static final String MESSAGE_ID = "Message-ID: <20030712040037.46341.5F8J@football.example.com>\r\n";

    /** RFC 6376 appendix C: the key of {@code brisbane._domainkey.example.com}. */
    private static final String RSA_KEY = """
            MIICXwIBAAKBgQDwIRP/UC3SBsEmGqZ9ZJW3/DkMoGeLnQg1fWn7/zYtIxN2SnFC
            jxOCKG9v3b4jYfcTNh5ijSsq631uBItLa7od+v/RtdC2UzJ1lWT947qR+Rcac2gb
            to/NMqJ0fzfVjH4OuKhitdY9tf6mcwGjaNBcWToIMmPSPDdQPNUYckcQ2QIDAQAB
            AoGBALmn+XwWk7akvkUlqb+dOxyLB9i5VBVfje89Teolwc9YJT36BGN/l4e0l6QX
            /1//6DWUTB3KI6wFcm7TWJcxbS0tcKZX7FsJvUz1SbQnkS54DJck1EZO/BLa5ckJ
            gAYIaqlA9C0ZwM6i58lLlPadX/rtHb7pWzeNcZHjKrjM461ZAkEA+itss2nRlmyO
            n1/5yDyCluST4dQfO8kAB3toSEVc7DeFeDhnC1mZdjASZNvdHS4gbLIA1hUGEF9m
            3hKsGUMMPwJBAPW5v/U+AWTADFCS22t72NUurgzeAbzb1HWMqO4y4+9Hpjk5wvL/
            eVYizyuce3/fGke7aRYw/ADKygMJdW8H/OcCQQDz5OQb4j2QDpPZc0Nc4QlbvMsj
            7p7otWRO5xRa6SzXqqV3+F0VpqvDmshEBkoCydaYwc2o6WQ5EBmExeV8124XAkEA
            qZzGsIxVP+sEVRWZmW6KNFSdVUpk3qzK0Tz/WjQMe5z0UunY9Ax9/4PVhp/j61bf
            eAYXunajbBSOLlx4D+TunwJBANkPI5S9iylsbLs6NkaMHV6k5ioHBBmgCak95JGX
            GMot/L2x0IYyMLAz6oLWh2hm7zwtb0CgOrPo1ke44hFYnfc=
            """;

    private static PrivateKey rsa() throws Exception {
        PrivateKeyInfo info = new PrivateKeyInfo(
                new AlgorithmIdentifier(PKCSObjectIdentifiers.rsaEncryption),
                RSAPrivateKey.getInstance(Base64.getMimeDecoder().decode(RSA_KEY)));
        return KeyFactory.getInstance("RSA").generatePrivate(new PKCS8EncodedKeySpec(info.getEncoded()));
    }

    /** The seed of RFC 8463 §A.2 behind what RFC 8410 puts before one. */
    private static PrivateKey ed25519() throws Exception {
        byte[] seed = Base64.getDecoder().decode("nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=");
        String der = "302e020100300506032b657004220420" + HexFormat.of().formatHex(seed);
        return KeyFactory.getInstance("Ed25519")
                .generatePrivate(new PKCS8EncodedKeySpec(HexFormat.of().parseHex(der)));
    }

    private static String bodyHash(String body, boolean relaxed) {
        BodyHash hash = new BodyHash(relaxed);
        byte[] bytes = body.getBytes(StandardCharsets.ISO_8859_1);
        for (int i = 0; i < bytes.length; i++) {
            hash.update(bytes, i, i + 1);
        }
        return Base64.getEncoder().encodeToString(hash.finish());
    }

    @Test
    void theExampleOfRfc6376() throws Exception {
        String received = "Received: from client1.football.example.com  [192.0.2.1]\r\n"
                + "      by submitserver.example.com with SUBMISSION;\r\n"
                + "      Fri, 11 Jul 2003 21:01:54 -0700 (PDT)\r\n";
        String unsigned = "DKIM-Signature: v=1; a=rsa-sha256; s=brisbane; d=example.com;\r\n"
                + "      c=simple/simple; q=dns/txt; i=joe@football.example.com;\r\n"
                + "      h=Received : From : To : Subject : Date : Message-ID;\r\n"
                + "      bh=" + BODY_HASH + ";\r\n"
                + "      b=;";
        DkimSigner signer = new DkimSigner("example.com", "brisbane", rsa(), false, false);

        assertThat(bodyHash("Hi.\r\n\r\nWe lost the game. Are you hungry yet?\r\n\r\nJoe.\r\n", false))
                .isEqualTo(BODY_HASH);
        assertThat(Base64.getEncoder()
                        .encodeToString(
                                signer.signature(List.of(received, FROM, TO, SUBJECT, DATE, MESSAGE_ID), unsigned)))
                .isEqualTo("AuUoFEfDxTDkHlLXSZEpZj79LICEps6eda7W3deTVFOk4yAUoqOB4nujc7YopdG5dWLSdNg6xNAZpOPr+kHxt1Ir"
                        + "E+NahM6L/LbvaHutKVdkLLkpVaVVQPzeRDI009SO2Il5Lu7rDNH6mZckBdrIx0orEtZV4bmp/YzhwvcubU4=");
    }

    @Test
    void theExampleOfRfc8463() throws Exception {
        String unsigned = "DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed;\r\n"
                + " d=football.example.com; i=@football.example.com;\r\n"
                + " q=dns/txt; s=brisbane; t=1528637909; h=from : to :\r\n"
                + " subject : date : message-id : from : subject : date;\r\n"
                + " bh=" + BODY_HASH + ";\r\n"
                + " b=";
        DkimSigner signer = new DkimSigner("football.example.com", "brisbane", ed25519(), true, true);

        assertThat(bodyHash("Hi.\r\n\r\nWe lost the game.  Are you hungry yet?\r\n\r\nJoe.\r\n", true))
                .isEqualTo(BODY_HASH);
        assertThat(Base64.getEncoder()
                        .encodeToString(signer.signature(List.of(FROM, TO, SUBJECT, DATE, MESSAGE_ID), unsigned)))
                .isEqualTo("/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11BusFa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw==");
    }

    /** RFC 6376 §3.4.5, and the hashes of empty bodies in §3.4.3 and §3.4.4. */
    @Test
    void canonicalForms() {
        assertThat(HeaderBlock.relaxed("A: X\r\n")).isEqualTo("a:X\r\n");
        assertThat(HeaderBlock.relaxed("B : Y\t\r\n\tZ  \r\n")).isEqualTo("b:Y Z\r\n");
        assertThat(bodyHash("", true)).isEqualTo("47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
        assertThat(bodyHash("\r\n\r\n", true)).isEqualTo("47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
        assertThat(bodyHash("", false)).isEqualTo("frcCV1k9oG9oKj3dpUqdJg1PxRT2RSN/XKdLCPjaYaY=");
        assertThat(bodyHash("\r\n\r\n", false)).isEqualTo("frcCV1k9oG9oKj3dpUqdJg1PxRT2RSN/XKdLCPjaYaY=");
    }

    @ParameterizedTest
    @CsvSource({
        "' C \\r\\nD \\t E\\r\\n\\r\\n\\r\\n', ' C\\r\\nD E\\r\\n'",
        "'a', 'a\\r\\n'",
        "'\\r\\n\\r\\na  \\r\\n', '\\r\\n\\r\\na\\r\\n'"
    })
    void relaxedBodies(String body, String canonical) throws Exception {
        byte[] expected = java.security.MessageDigest.getInstance("SHA-256")
                .digest(plain(canonical).getBytes(StandardCharsets.US_ASCII));

        assertThat(bodyHash(plain(body), true)).isEqualTo(Base64.getEncoder().encodeToString(expected));
    }

    private static String plain(String escaped) {
        return escaped.translateEscapes();
    }
}

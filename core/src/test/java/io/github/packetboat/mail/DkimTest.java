package io.github.packetboat.mail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.packetboat.mail.Dkim.Canonicalization;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Signatures that jDKIM verifies, and Perl's Mail::DKIM and Python's dkimpy, where they are installed. */
final class DkimTest {
    private static KeyPair rsa;
    private static KeyPair ed25519;

    @TempDir
    Path folder;

    @BeforeAll
    static void makeKeys() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        rsa = generator.generateKeyPair();
        ed25519 = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    }

    private static MailBuilder mail() {
        return Mail.builder()
                .from("me@example.com", "飞翔的代码")
                .to("a@example.org", "b@example.org")
                .subject("测试  a  long subject " + "word ".repeat(30))
                .text("Hi  there \n\n.\n\n\n")
                .html("<p>größer</p>")
                .listUnsubscribe(URI.create("https://example.com/u"))
                .attach(Attachment.of("报告.pdf", new OddText(7).bytes(400_000)));
    }

    @Test
    void aKeyOfAnotherCurveIsRefusedAtOnce() throws Exception {
        PrivateKey ed448 =
                KeyPairGenerator.getInstance("Ed448").generateKeyPair().getPrivate();

        assertThatIllegalArgumentException()
                .isThrownBy(() -> Dkim.of("example.com", "mail", ed448))
                .withMessageContaining("key is Ed448");
    }

    @ParameterizedTest
    @CsvSource({"RELAXED,RELAXED", "SIMPLE,SIMPLE", "RELAXED,SIMPLE", "SIMPLE,RELAXED"})
    void perlVerifiesRsa(Canonicalization header, Canonicalization body) throws IOException {
        assumeTrue(
                Programs.succeeds("perl", "-MMail::DKIM::Verifier", "-e", "1"),
                "no Mail::DKIM (libmail-dkim-perl) is installed");
        byte[] signed = Wire.bytes(
                mail().dkim(Dkim.of("example.com", "mail", rsa.getPrivate()).canonicalization(header, body))
                        .build());

        assertThat(verify("perl", "dkim-verify.pl", rsa.getPublic().getEncoded(), signed))
                .isEqualTo("0 pass");
        assertThat(verify(
                        "perl", "dkim-verify.pl", rsa.getPublic().getEncoded(), changed(signed, "a=  long", "a= long")))
                .isEqualTo("0 pass");
        assertThat(verify(
                        "perl",
                        "dkim-verify.pl",
                        rsa.getPublic().getEncoded(),
                        changed(signed, "Hi  there", "Hi, there")))
                .startsWith("1 fail (");
        assertThat(verify("perl", "dkim-verify.pl", rsa.getPublic().getEncoded(), changed(signed, "To: a@", "To: c@")))
                .startsWith("1 fail (");
        assertThat(verify(
                        "perl",
                        "dkim-verify.pl",
                        rsa.getPublic().getEncoded(),
                        changed(signed, "To: a@", "From: x@y\r\nTo: a@")))
                .startsWith("1 fail (");
    }

    @ParameterizedTest
    @CsvSource({"RELAXED,RELAXED", "SIMPLE,SIMPLE", "RELAXED,SIMPLE", "SIMPLE,RELAXED"})
    void pythonVerifiesBothAtOnce(Canonicalization header, Canonicalization body) throws IOException {
        assumeTrue(
                Programs.succeeds("/usr/bin/python3", "-c", "import dkim, nacl"),
                "no dkimpy (python3-dkim, python3-nacl) is installed");
        byte[] signed = Wire.bytes(mail().dkim(
                        Dkim.of("example.com", "mail", rsa.getPrivate()).canonicalization(header, body),
                        Dkim.of("example.com", "mail2", ed25519.getPrivate()).canonicalization(header, body))
                .build());
        byte[] der = ed25519.getPublic().getEncoded();
        byte[] raw = Arrays.copyOfRange(der, der.length - 32, der.length);
        Path script = script("dkim-verify.py");
        List<String> command = List.of(
                "/usr/bin/python3",
                script.toString(),
                "mail=v=DKIM1; k=rsa; p=" + base64(rsa.getPublic().getEncoded()),
                "mail2=v=DKIM1; k=ed25519; p=" + base64(raw));

        assertThat(Programs.output(command, signed).strip()).isEqualTo("True True");
        assertThat(Programs.output(command, changed(signed, "Hi  there", "Hi, there"))
                        .strip())
                .isEqualTo("False False");
    }

    @ParameterizedTest
    @CsvSource({"RELAXED,RELAXED", "SIMPLE,SIMPLE", "RELAXED,SIMPLE", "SIMPLE,RELAXED"})
    void jdkimVerifiesRsa(Canonicalization header, Canonicalization body) throws IOException {
        byte[] signed = Wire.bytes(
                mail().dkim(Dkim.of("example.com", "mail", rsa.getPrivate()).canonicalization(header, body))
                        .build());
        Map<String, String> dns = Jdkim.record("mail", rsa.getPublic());

        assertThat(Jdkim.verify(signed, dns)).isEqualTo("pass: mail");
        assertThat(Jdkim.verify(changed(signed, "Hi  there", "Hi, there"), dns)).startsWith("fail: ");
        assertThat(Jdkim.verify(changed(signed, "To: a@", "To: c@"), dns)).startsWith("fail: ");
        assertThat(Jdkim.verify(changed(signed, "To: a@", "From: x@y\r\nTo: a@"), dns))
                .startsWith("fail: ");
        assertThat(Jdkim.verify(signed, Jdkim.record("other", rsa.getPublic()))).startsWith("fail: ");
    }

    @Test
    void theSignatureNamesWhatItCovers() {
        String field = Wire.field(
                        mail().dkim(Dkim.of("Example.com", "mail", ed25519.getPrivate()))
                                .build(),
                        "DKIM-Signature")
                .replaceAll("\\s+", "");

        assertThat(field).startsWith("v=1;a=ed25519-sha256;c=relaxed/relaxed;d=example.com;s=mail;t=");
        assertThat(field)
                .contains(
                        ";h=from:to:subject:date:message-id:list-unsubscribe:list-unsubscribe-post:mime-version:content-type"
                                + ":from:to:subject:date:message-id;bh=");
    }

    @Test
    void signedTwiceItIsTheSame() {
        Mail mail =
                mail().dkim(Dkim.of("example.com", "mail", rsa.getPrivate())).build();

        assertThat(Wire.bytes(mail)).isEqualTo(Wire.bytes(mail));
        assertThat(Wire.text(mail)).startsWith("DKIM-Signature: ");
    }

    @Test
    void whatIsSignedWantsNoEightBits() {
        Dkim dkim = Dkim.of("example.com", "mail", rsa.getPrivate());

        assertThat(Outgoing.of(mail().build()).wantsEightBit(List.of())).isTrue();
        assertThat(Outgoing.of(mail().build()).wantsEightBit(List.of(dkim))).isFalse();
        assertThat(Outgoing.of(mail().dkim(dkim).build()).wantsEightBit(List.of()))
                .isFalse();
    }

    @Test
    void keysAreReadFromPem() throws Exception {
        Path pkcs8 = pem("PRIVATE KEY", rsa.getPrivate().getEncoded());
        Path pkcs1 = pem(
                "RSA PRIVATE KEY",
                PrivateKeyInfo.getInstance(rsa.getPrivate().getEncoded())
                        .parsePrivateKey()
                        .toASN1Primitive()
                        .getEncoded());
        Path ed = pem("PRIVATE KEY", ed25519.getPrivate().getEncoded());

        assertThat(Dkim.of("example.com", "s", pkcs8).signer().key()).isEqualTo(rsa.getPrivate());
        assertThat(Dkim.of("example.com", "s", pkcs1).signer().key()).isEqualTo(rsa.getPrivate());
        assertThat(Dkim.of("example.com", "s", ed))
                .hasToString("Dkim[s._domainkey.example.com, ed25519, relaxed/relaxed]");
    }

    @Test
    void whatCannotSignIsRefusedWithoutShowingIt() throws Exception {
        String secret = base64(rsa.getPrivate().getEncoded());
        KeyPairGenerator small = KeyPairGenerator.getInstance("RSA");
        small.initialize(512);
        KeyPair ec = KeyPairGenerator.getInstance("EC").generateKeyPair();

        assertThatThrownBy(() ->
                        Dkim.of("example.com", "s", small.generateKeyPair().getPrivate()))
                .hasMessageStartingWith("key has 512 bits");
        assertThatThrownBy(() -> Dkim.of("example.com", "s", ec.getPrivate())).hasMessageStartingWith("key is EC");
        assertThatThrownBy(() -> Dkim.of(
                        "example.com", "s", pem("PRIVATE KEY", ec.getPrivate().getEncoded())))
                .hasMessageContaining("neither RSA nor Ed25519");
        assertThatThrownBy(() -> Dkim.of(
                        "example.com",
                        "s",
                        pem("ENCRYPTED PRIVATE KEY", rsa.getPrivate().getEncoded())))
                .hasMessageContaining("openssl pkcs8")
                .hasMessageNotContaining(secret.substring(40, 80));
        assertThatThrownBy(() -> Dkim.of("example.com", "s", pem("CERTIFICATE", new byte[8])))
                .hasMessageStartingWith("no private key in ");
        assertThatThrownBy(() -> Dkim.of("example.com", "s", folder.resolve("none")))
                .isInstanceOf(java.io.UncheckedIOException.class);
        assertThatThrownBy(() -> Dkim.of("example.com;x=1", "s", rsa.getPrivate()))
                .hasMessageStartingWith("domain has ");
        assertThatThrownBy(() -> Dkim.of("[127.0.0.1]", "s", rsa.getPrivate())).hasMessageStartingWith("domain has ");
        assertThat(Dkim.of("bücher.example", "s", rsa.getPrivate()).domain()).isEqualTo("xn--bcher-kva.example");
    }

    private Path pem(String label, byte[] der) throws IOException {
        String text = "-----BEGIN " + label + "-----\n"
                + Base64.getMimeEncoder().encodeToString(der) + "\n-----END " + label + "-----\n";
        return Files.writeString(Files.createTempFile(folder, "key", ".pem"), text);
    }

    private String verify(String program, String name, byte[] publicKey, byte[] mail) throws IOException {
        Path key = Files.writeString(Files.createTempFile(folder, "public", ".txt"), base64(publicKey) + "\n");
        Programs.Result result = Programs.run(List.of(program, script(name).toString(), key.toString()), mail);
        return result.exit() + " " + result.output().strip();
    }

    private Path script(String name) throws IOException {
        Path script = Files.createTempFile(folder, "verify", name);
        try (InputStream in = DkimTest.class.getResourceAsStream(name)) {
            Files.write(script, in.readAllBytes());
        }
        return script;
    }

    private static byte[] changed(byte[] mail, String from, String to) {
        return new String(mail, StandardCharsets.ISO_8859_1).replace(from, to).getBytes(StandardCharsets.ISO_8859_1);
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }
}

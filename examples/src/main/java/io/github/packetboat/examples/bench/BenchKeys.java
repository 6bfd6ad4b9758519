package io.github.packetboat.examples.bench;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;
import java.util.Map;

/** A throw-away key and certificate for s7, made by the JDK's keytool. The files go when this process ends. */
final class BenchKeys {
    private static final String PASSWORD = "changeit";
    private static final String ALIAS = "bench";

    private final Path directory;
    private final Path store;
    private final Path certificate;
    private final Path key;

    BenchKeys() throws IOException, InterruptedException {
        directory = Files.createTempDirectory("packetboat-bench");
        store = directory.resolve("server.p12");
        certificate = directory.resolve("cert.pem");
        key = directory.resolve("key.pem");
        for (Path file : new Path[] {directory, store, certificate, key}) { // deleted in reverse order
            file.toFile().deleteOnExit();
        }
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        ALIAS,
                        "-keyalg",
                        "EC",
                        "-groupname",
                        "secp256r1",
                        "-dname",
                        "CN=localhost",
                        "-ext",
                        "san=dns:localhost,ip:127.0.0.1",
                        "-validity",
                        "30",
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        store.toString(),
                        "-storepass",
                        PASSWORD)
                .redirectErrorStream(true)
                .start();
        String said = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (keytool.waitFor() != 0) {
            throw new IOException("keytool failed: " + said);
        }
        writePem();
    }

    private void writePem() throws IOException {
        try (InputStream in = Files.newInputStream(store)) {
            KeyStore keys = KeyStore.getInstance("PKCS12");
            keys.load(in, PASSWORD.toCharArray());
            Files.writeString(
                    certificate, pem("CERTIFICATE", keys.getCertificate(ALIAS).getEncoded()));
            byte[] encodedKey = keys.getKey(ALIAS, PASSWORD.toCharArray()).getEncoded();
            Files.writeString(key, pem("PRIVATE KEY", encodedKey));
        } catch (GeneralSecurityException e) {
            throw new IOException("cannot read back " + store, e);
        }
    }

    private static String pem(String type, byte[] encoded) {
        String text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(encoded);
        return "-----BEGIN " + type + "-----\n" + text + "\n-----END " + type + "-----\n";
    }

    /** What the contract of a server promises it. */
    Map<String, String> environment() {
        return Map.of(
                "PEER_KEYSTORE", store.toString(),
                "PEER_KEYSTORE_PASSWORD", PASSWORD,
                "PEER_CERT_PEM", certificate.toString(),
                "PEER_KEY_PEM", key.toString());
    }
}

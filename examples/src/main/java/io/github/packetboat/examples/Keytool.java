package io.github.packetboat.examples;

import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.nio.charset.Charset;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;

/**
 * Makes keys with certificates that vouch for themselves, by the keytool that comes with every JDK, in a directory that
 * is deleted on {@link #close}. Good for examples and tests.
 */
final class Keytool implements AutoCloseable {
    private static final int PASSWORD_BITS = 128;

    /** A PKCS12 file with a key and its certificate. */
    record Identity(Path file, char[] password, X509Certificate certificate) {}

    private final Path directory;
    private final String password =
            new BigInteger(PASSWORD_BITS, new SecureRandom()).toString(Character.MAX_RADIX) + "secret";

    Keytool() throws IOException {
        directory = Files.createTempDirectory("packetboat-example");
    }

    /**
     * Makes one.
     *
     * @param names what it is good for: {@code dns:localhost}, {@code ip:127.0.0.1}
     */
    Identity identity(String commonName, String names)
            throws IOException, GeneralSecurityException, InterruptedException {
        Path file = directory.resolve(commonName + ".p12");
        var builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                commonName,
                "-keyalg",
                "EC",
                "-groupname",
                "secp256r1",
                "-validity",
                "1",
                "-dname",
                "CN=" + commonName,
                "-ext",
                "san=" + names,
                "-keystore",
                file.toString(),
                "-storetype",
                "PKCS12",
                "-storepass:env",
                "STOREPASS");
        builder.environment().put("STOREPASS", password); // an argument could be seen by everybody on this machine
        Process process = builder.redirectErrorStream(true).start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), Charset.defaultCharset());
        if (process.waitFor() != 0) {
            throw new IOException("keytool failed: " + output.strip());
        }
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(file)) {
            store.load(in, password.toCharArray());
        }
        return new Identity(file, password.toCharArray(), (X509Certificate) store.getCertificate(commonName));
    }

    @Override
    public void close() throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
            for (Path file : files) {
                Files.delete(file);
            }
        }
        Files.delete(directory);
    }
}

package io.github.packetboat.internal.smtp;

import java.util.function.Supplier;

/**
 * Who logs in. Immutable and thread-safe; its text shows no secret.
 *
 * @param token whether the secret is an OAuth 2 access token rather than a password
 * @param secret asked at every login, on a thread that may block; what it returns is overwritten after use
 */
public record Login(String user, boolean token, Supplier<char[]> secret) {
    @Override
    public String toString() {
        return "Login[" + user + ", " + (token ? "token" : "password") + "=***]";
    }
}

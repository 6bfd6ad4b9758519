package io.github.packetboat.mail;

import io.github.packetboat.internal.Check;
import java.util.Arrays;
import java.util.function.Supplier;

/**
 * Who logs in to a mail server, and with what. Immutable and thread-safe; the secret is in no text that this class makes.
 *
 * <pre>{@code
 * Credentials.password("me@126.com", authorisationCode);
 * Credentials.password("me@example.com", () -> vault.read("smtp"));    // asked at every login
 * Credentials.token("me@gmail.com", () -> oauth.freshAccessToken());   // XOAUTH2 or OAUTHBEARER; asked at every login
 * }</pre>
 *
 * <p>Suppliers are asked anew whenever a connection logs in, also when it is made again, on a thread that may block. What
 * they throw fails that login.
 */
public final class Credentials {
    /** What kind of secret it is, which decides how the login is done. */
    public enum Kind {
        /** A password, an app password or an authorisation code: SCRAM-SHA-256, PLAIN or LOGIN. */
        PASSWORD,
        /** An OAuth 2 access token: OAUTHBEARER or XOAUTH2. */
        TOKEN
    }

    private final Kind kind;
    private final String user;
    private final Supplier<char[]> secret;

    private Credentials(Kind kind, String user, Supplier<char[]> secret) {
        this.kind = kind;
        this.user = Check.text("user", user);
        if (user.isEmpty()) {
            throw new IllegalArgumentException("user must not be empty");
        }
        this.secret = secret;
    }

    /**
     * A password that does not change.
     *
     * @throws IllegalArgumentException if either is null or holds CR, LF or NUL, or {@code user} is empty
     */
    public static Credentials password(String user, String password) {
        char[] copy = Check.text("password", password).toCharArray();
        return new Credentials(Kind.PASSWORD, user, copy::clone);
    }

    /**
     * A password that is asked for at every login.
     *
     * @param password returns an array that is overwritten after use
     */
    public static Credentials password(String user, Supplier<char[]> password) {
        return new Credentials(Kind.PASSWORD, user, Check.notNull("password", password));
    }

    /**
     * An access token that is asked for at every login, so that one that has expired is followed by a fresh one.
     *
     * @param token blocks for as long as getting a token takes
     */
    public static Credentials token(String user, Supplier<String> token) {
        Supplier<String> source = Check.notNull("token", token);
        return new Credentials(Kind.TOKEN, user, () -> {
            String fresh = source.get();
            return fresh == null ? null : fresh.toCharArray();
        });
    }

    /** What kind of secret it is. */
    public Kind kind() {
        return kind;
    }

    /** The name that logs in, mostly the mail address. */
    public String user() {
        return user;
    }

    /**
     * Asks for the password or token. May block, where a supplier does.
     *
     * @return a fresh array, which the caller overwrites after use
     * @throws IllegalStateException if the supplier returns null, or a secret with CR, LF or NUL
     */
    public char[] secret() {
        char[] fresh = secret.get();
        if (fresh == null) {
            throw new IllegalStateException("the supplier of the " + what() + " of " + user + " returned null");
        }
        for (char c : fresh) {
            if (c == '\r' || c == '\n' || c == 0) {
                Arrays.fill(fresh, '\0');
                throw new IllegalStateException("the " + what() + " of " + user + " holds CR, LF or NUL");
            }
        }
        return fresh;
    }

    private String what() {
        return kind == Kind.TOKEN ? "token" : "password";
    }

    /** The user and the kind, and {@code ***} for the secret. */
    @Override
    public String toString() {
        return "Credentials[" + user + ", " + what() + "=***]";
    }
}

package io.github.packetboat.internal.smtp;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Logs in (RFC 4954), over TLS only. The best way that both sides know is taken; another one is tried only if the server
 * does not know the first after all, never because it refused the secret. Loop thread only, but for the supplier of the
 * secret and the arithmetic, which run on a worker.
 */
final class Authentication {
    /** Whose secret never goes over the wire comes first. */
    private static final List<String> FOR_PASSWORDS = List.of("SCRAM-SHA-256", "PLAIN", "LOGIN");

    private static final List<String> FOR_TOKENS = List.of("OAUTHBEARER", "XOAUTH2");
    private static final int MAX_CHALLENGE_SHOWN_CHARS = 256;
    /** No mechanism here has more than two; SCRAM's last and a complaint about a token make three. */
    private static final int MAX_CHALLENGES = 4;

    private final Session session;
    private final Dialogue dialogue;
    private final Login login;
    private final SmtpOptions.Server server;
    private final Executor workers;
    private final Runnable success;
    private final List<String> usable;
    private final Set<String> offered;
    private byte[] secret = new byte[0];
    private @Nullable Scram scram;
    private @Nullable String complaint;
    private int challenges;

    Authentication(
            Session session,
            Dialogue dialogue,
            SmtpOptions.Server server,
            Capabilities capabilities,
            Executor workers,
            Runnable success) {
        this.session = session;
        this.dialogue = dialogue;
        this.server = server;
        this.login = Objects.requireNonNull(server.login());
        this.workers = workers;
        this.success = success;
        this.offered = capabilities.mechanisms();
        this.usable = (login.token() ? FOR_TOKENS : FOR_PASSWORDS)
                .stream().filter(offered::contains).toList();
    }

    void begin() {
        if (usable.isEmpty()) {
            session.fail(new SmtpException(
                    SmtpException.Kind.LOGIN,
                    "cannot log in to " + server + ": of " + (login.token() ? FOR_TOKENS : FOR_PASSWORDS)
                            + " it offers none, but " + offered,
                    null));
            return;
        }
        elsewhere(this::fetchSecret);
    }

    private void elsewhere(Runnable task) {
        try {
            workers.execute(task);
        } catch (RejectedExecutionException e) {
            session.fail(new SmtpException(SmtpException.Kind.CLOSED, "no login: the mailer is closed", e));
        }
    }

    /** On a worker. */
    private void fetchSecret() {
        try {
            char[] chars = login.secret().get();
            byte[] bytes = utf8(chars);
            Arrays.fill(chars, '\0');
            session.run(() -> {
                secret = bytes;
                attempt(0);
            });
        } catch (RuntimeException | Error e) {
            session.run(() -> session.fail(new SmtpException(
                    SmtpException.Kind.SECRET,
                    "no " + (login.token() ? "token" : "password") + " for " + login.user() + ": " + e,
                    e)));
        }
    }

    private static byte[] utf8(char[] chars) {
        ByteBuffer encoded = StandardCharsets.UTF_8.encode(CharBuffer.wrap(chars));
        byte[] bytes = new byte[encoded.remaining()];
        encoded.get(bytes);
        Arrays.fill(encoded.array(), (byte) 0);
        return bytes;
    }

    private void attempt(int index) {
        String mechanism = usable.get(index);
        Dialogue.Then then = reply -> answered(index, reply);
        switch (mechanism) {
            case "SCRAM-SHA-256" -> {
                Scram fresh = new Scram(login.user(), secret);
                scram = fresh;
                sayAuth(mechanism, fresh.clientFirst(), then);
            }
            case "PLAIN" -> sayAuth(mechanism, join("\0", login.user(), "\0"), secret, "", then);
            case "LOGIN" -> dialogue.say("AUTH LOGIN", then);
            case "OAUTHBEARER" -> sayAuth(mechanism, oauthBearerHead(), secret, "\1\1", then);
            default -> sayAuth(mechanism, join("user=", login.user(), "\1auth=Bearer "), secret, "\1\1", then);
        }
    }

    /** RFC 7628 §3.1; a comma or equals sign in the name is written as RFC 5801 §4 wants it. */
    private String oauthBearerHead() {
        String name = login.user().replace("=", "=3D").replace(",", "=2C");
        return join(
                "n,a=", name, ",\1host=", server.host(), "\1port=", Integer.toString(server.port()), "\1auth=Bearer ");
    }

    private static String join(String... parts) {
        return String.join("", parts);
    }

    private void sayAuth(String mechanism, String head, byte[] middle, String tail, Dialogue.Then then) {
        byte[] before = head.getBytes(StandardCharsets.UTF_8);
        byte[] after = tail.getBytes(StandardCharsets.UTF_8);
        byte[] all = ByteBuffer.allocate(before.length + middle.length + after.length)
                .put(before)
                .put(middle)
                .put(after)
                .array();
        sayAuth(mechanism, all, then);
        Arrays.fill(all, (byte) 0);
    }

    private void sayAuth(String mechanism, byte[] first, Dialogue.Then then) {
        dialogue.say("AUTH " + mechanism + " " + base64(first), "AUTH " + mechanism + " ***", then);
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }

    private void respond(byte[] response, Dialogue.Then then) {
        dialogue.say(base64(response), "***", then);
    }

    private void answered(int index, Reply reply) {
        if (reply.code() == 334 && ++challenges > MAX_CHALLENGES) {
            end();
            session.fail(SmtpException.of(
                    SmtpException.Kind.PROTOCOL,
                    "the login at " + server + " has no end after " + MAX_CHALLENGES + " challenges",
                    reply));
        } else if (reply.code() == 334) {
            challenged(index, reply);
        } else if (reply.code() == 235) {
            loggedIn();
        } else if (isUnknown(reply) && index + 1 < usable.size()) {
            challenges = 0;
            attempt(index + 1);
        } else if (!session.isClosing(reply)) {
            end();
            session.fail(SmtpException.of(
                    reply.isTransient() ? SmtpException.Kind.UNAVAILABLE : SmtpException.Kind.LOGIN,
                    server + " refuses the login of " + login.user()
                            + (complaint == null ? "" : " (" + complaint + ")"),
                    reply));
        }
    }

    /** RFC 4954 §4: the mechanism is not known (504), or the command is not (500 to 502). */
    private static boolean isUnknown(Reply reply) {
        return reply.code() == 504 || reply.code() >= 500 && reply.code() <= 502;
    }

    private void loggedIn() {
        boolean proven = scram == null || scram.isVerified();
        end();
        if (proven) {
            success.run();
        } else {
            session.fail(new SmtpException(
                    SmtpException.Kind.LOGIN, server + " did not prove that it knows the password (RFC 5802)", null));
        }
    }

    private void end() {
        Arrays.fill(secret, (byte) 0);
    }

    private void challenged(int index, Reply reply) {
        Dialogue.Then then = next -> answered(index, next);
        switch (usable.get(index)) {
            case "SCRAM-SHA-256" -> elsewhere(() -> answerScram(reply, then));
            case "LOGIN" ->
                respond(login.user().getBytes(StandardCharsets.UTF_8), second -> {
                    if (second.code() == 334) {
                        respond(secret, then);
                    } else {
                        answered(index, second);
                    }
                });
            case "OAUTHBEARER" -> {
                complaint = decoded(reply);
                respond(new byte[] {1}, then); // RFC 7628 §3.2.3
            }
            default -> {
                complaint = decoded(reply);
                dialogue.say("", then);
            }
        }
    }

    /** On a worker, while nothing else touches the exchange. */
    private void answerScram(Reply reply, Dialogue.Then then) {
        try {
            Scram exchange = Objects.requireNonNull(scram);
            byte[] response =
                    exchange.answer(Base64.getDecoder().decode(reply.text().strip()));
            session.run(() -> respond(response, then));
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            session.run(() -> {
                end();
                session.fail(new SmtpException(
                        SmtpException.Kind.LOGIN, "the login at " + server + " failed: " + e.getMessage(), e));
            });
        }
    }

    /** What a server says of a token that it does not like, made fit for a log. */
    private static String decoded(Reply reply) {
        String text;
        try {
            text = new String(Base64.getDecoder().decode(reply.text().strip()), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            text = reply.text();
        }
        String clean = text.codePoints()
                .filter(c -> !Character.isISOControl(c))
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
        return clean.substring(0, Math.min(clean.length(), MAX_CHALLENGE_SHOWN_CHARS));
    }
}

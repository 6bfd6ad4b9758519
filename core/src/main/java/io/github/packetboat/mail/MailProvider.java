package io.github.packetboat.mail;

import io.github.packetboat.internal.Check;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Where a well-known mail provider is to be reached, and what its users have to know. Immutable and thread-safe.
 *
 * <pre>{@code
 * MailProvider provider = MailProvider.of("126");
 * provider.notes();                                                   // "log in with an authorisation code, …"
 * MailServer out = provider.smtp(Credentials.password("me@126.com", authorisationCode));
 * MailServer in = provider.imap(Credentials.password("me@126.com", authorisationCode)).orElseThrow();
 * }</pre>
 *
 * <p>The entries say what the providers publish. Providers change their minds: what they publish today counts, and
 * {@link MailServer#smtp(String)} takes any host.
 */
public final class MailProvider {

    /** One server of a provider. */
    record Endpoint(String host, int port, MailServer.Tls tls) {
        MailServer.Builder configure(MailServer.Builder builder, Credentials credentials) {
            return builder.port(port).tls(tls).credentials(credentials);
        }
    }

    private final String name;
    private final List<String> aliases;
    private final List<String> domains;
    private final Endpoint smtp;
    private final @Nullable Endpoint imap;
    private final @Nullable Endpoint pop3;
    private final int maxMailsPerConnection;
    private final String notes;

    MailProvider(
            String name,
            List<String> aliases,
            List<String> domains,
            Endpoint smtp,
            @Nullable Endpoint imap,
            @Nullable Endpoint pop3,
            int maxMailsPerConnection,
            String notes) {
        this.name = name;
        this.aliases = aliases;
        this.domains = domains;
        this.smtp = smtp;
        this.imap = imap;
        this.pop3 = pop3;
        this.maxMailsPerConnection = maxMailsPerConnection;
        this.notes = notes;
    }

    /**
     * The provider of that name, whatever its case.
     *
     * @throws IllegalArgumentException if there is none; names all
     */
    public static MailProvider of(String name) {
        String wanted = Check.text("provider", name).strip().toLowerCase(Locale.ROOT);
        for (MailProvider provider : Providers.ALL) {
            if (provider.name.equals(wanted) || provider.aliases.contains(wanted)) {
                return provider;
            }
        }
        throw new IllegalArgumentException("no such provider: " + name + "; there are "
                + all().stream().map(MailProvider::name).collect(Collectors.joining(", ")));
    }

    /** The provider of an address such as {@code me@126.com}, by its domain. */
    public static Optional<MailProvider> ofAddress(String address) {
        String domain = address.substring(address.lastIndexOf('@') + 1).toLowerCase(Locale.ROOT);
        return Providers.ALL.stream()
                .filter(provider -> provider.domains.contains(domain))
                .findFirst();
    }

    /** All that are known. */
    public static List<MailProvider> all() {
        return Providers.ALL;
    }

    /** The name, in lower case. */
    public String name() {
        return name;
    }

    /** The domains of its users' addresses; empty for services that send for domains of one's own. */
    public List<String> domains() {
        return domains;
    }

    /** What its users have to know, in a sentence or two; empty if there is nothing. */
    public String notes() {
        return notes;
    }

    /** Its server for sending. */
    public MailServer smtp(Credentials credentials) {
        return smtp.configure(MailServer.smtp(smtp.host()), credentials).build();
    }

    /** Its server for reading over IMAP, if it has one. */
    public Optional<MailServer> imap(Credentials credentials) {
        return Optional.ofNullable(imap)
                .map(at -> at.configure(MailServer.imap(at.host()), credentials).build());
    }

    /** Its server for reading over POP3, if it has one. */
    public Optional<MailServer> pop3(Credentials credentials) {
        return Optional.ofNullable(pop3)
                .map(at -> at.configure(MailServer.pop3(at.host()), credentials).build());
    }

    /** How many mails it takes over one connection, or 0 if it does not say. */
    public int maxMailsPerConnection() {
        return maxMailsPerConnection;
    }

    @Override
    public String toString() {
        return "MailProvider[" + name + "]";
    }
}

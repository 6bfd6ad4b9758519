package io.github.packetboat.mail;

import java.security.PrivateKey;

/**
 * Signs mail for a domain (DKIM, RFC 6376; with Ed25519 keys RFC 8463). Immutable and thread-safe. Never shows its key.
 */
public final class Dkim {
    private final String domain;
    private final String selector;
    private final PrivateKey key;

    private Dkim(String domain, String selector, PrivateKey key) {
        this.domain = domain;
        this.selector = selector;
        this.key = key;
    }

    /** Signs for {@code domain} with the key whose public half stands at {@code selector._domainkey.domain} in the DNS. */
    public static Dkim of(String domain, String selector, PrivateKey key) {
        return new Dkim(FieldText.token("domain", domain), FieldText.token("selector", selector), key);
    }

    /** The domain that signs. */
    public String domain() {
        return domain;
    }

    /** Which of the domain's keys. */
    public String selector() {
        return selector;
    }

    /** Domain, selector and algorithm. */
    @Override
    public String toString() {
        return "Dkim[" + selector + "._domainkey." + domain + ", " + key.getAlgorithm() + "]";
    }
}

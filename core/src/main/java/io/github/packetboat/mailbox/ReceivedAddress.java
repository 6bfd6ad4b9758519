package io.github.packetboat.mailbox;

import io.github.packetboat.mail.Address;
import java.util.Optional;

/**
 * An address as it stands in a mail that has come: decoded, but not checked. Whoever wrote the mail could put anything here,
 * the name of somebody else included. Immutable and thread-safe.
 *
 * @param name the name to show, or an empty text
 * @param address what should be {@code local@domain}; an empty text if there is none
 */
public record ReceivedAddress(String name, String address) {
    /** The same as an address that mail can be sent to; empty if it is none. */
    public Optional<Address> toAddress() {
        try {
            return Optional.of(Address.of(address, name));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** {@code name <address>}, or the one of the two that there is. */
    @Override
    public String toString() {
        return name.isEmpty() ? address : address.isEmpty() ? name : name + " <" + address + '>';
    }
}

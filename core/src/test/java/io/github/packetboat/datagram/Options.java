package io.github.packetboat.datagram;

import io.github.packetboat.codec.Codecs;

/** Settings for tests of single parts, which look at two of them. */
final class Options {
    private Options() {}

    static Settings<String> of(DatagramOverflow overflow, int maxQueuedBytes) {
        return new Settings<>(
                Codecs.utf8(),
                (sender, message) -> {},
                null,
                SessionLimits.defaults(),
                null,
                1,
                1_400,
                maxQueuedBytes,
                overflow,
                1,
                1,
                1,
                false,
                null,
                1,
                true,
                1);
    }
}

package io.github.packetboat.datagram;

import java.io.IOException;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/** Where what a shard receives goes: to its listener, straight or by way of sessions. Loop thread only. */
interface Inbox<M> {

    /** Takes a message that came as a datagram of {@code bytes} bytes. */
    void message(InetSocketAddress sender, M message, int bytes);

    void error(@Nullable InetSocketAddress peer, IOException failure);

    /** Nothing more will come. */
    void closed();
}

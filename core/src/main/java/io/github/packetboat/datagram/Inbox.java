package io.github.packetboat.datagram;

import java.io.IOException;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/** Where what a shard receives goes: to its listener, straight or by way of sessions. Loop thread only. */
interface Inbox<M> {

    /** Takes a message that came as a datagram of {@code bytes} bytes. */
    void message(InetSocketAddress sender, M message, int bytes);

    /** Something of {@code bytes} bytes came that is not for the listener, or that the listener has no room for. */
    void heard(InetSocketAddress sender, int bytes);

    /** Tells the listener, if it has room. */
    void error(@Nullable InetSocketAddress peer, IOException failure);

    /** Nothing more will come. */
    void closed();
}

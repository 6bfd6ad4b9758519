/**
 * Event loops and the bytes that go through them. Names no feature: what happens on a ready channel is called back.
 *
 * <p>One {@link io.github.packetboat.internal.io.EventLoop} is one selector, one thread, one set of timers, one buffer that
 * all its channels are read into ({@link io.github.packetboat.internal.io.EventLoop#readBuffer()}) and one that what they
 * send is collected in ({@link io.github.packetboat.internal.io.Outbox}). Nothing here is exported.
 */
@NullMarked
package io.github.packetboat.internal.io;

import org.jspecify.annotations.NullMarked;

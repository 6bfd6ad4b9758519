/**
 * Messages as UDP datagrams: unicast, broadcast, multicast.
 *
 * <pre>{@code
 * var endpoint = DatagramEndpoint.builder(Codecs.utf8())                             // one datagram is one message
 *         .listener((sender, text) -> System.out.println(sender + ">> " + text))
 *         .bind(10050);
 *
 * endpoint.send("to one", new InetSocketAddress("192.0.2.7", 10050));                // handed to the kernel: no more is promised
 * endpoint.broadcast("to all in this network", 10050);
 * endpoint.join(InetAddress.getByName("239.255.42.99"));                            // hears what is sent to the group
 * endpoint.send("to the group", new InetSocketAddress("239.255.42.99", 10050));
 *
 * var hot = DatagramEndpoint.builder(Codecs.bytes()).connect("192.0.2.7", 10050);    // one peer: fastest, hears of closed ports
 * hot.send(position);
 * }</pre>
 *
 * <p>Start with {@link io.github.packetboat.datagram.DatagramEndpoint} and {@link
 * io.github.packetboat.datagram.DatagramListener}. {@link io.github.packetboat.datagram.DatagramSessionListener} is for
 * protocols that have to know their peers again, {@link io.github.packetboat.datagram.DatagramStats} for what was lost and
 * why.
 */
@NullMarked
package io.github.packetboat.datagram;

import org.jspecify.annotations.NullMarked;

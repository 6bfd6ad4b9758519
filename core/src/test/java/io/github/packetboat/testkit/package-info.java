/**
 * What tests stand on: raw peers that drive a socket byte by byte, a proxy that breaks connections on purpose,
 * certificates of every fault, and waiting without sleeping.
 *
 * <pre>{@code
 * try (RawServer server = RawServer.serving(peer -> peer.send(peer.readLine() + "\n"));
 *         FaultProxy proxy = FaultProxy.to(server.address());
 *         RawPeer peer = RawPeer.connect(proxy.address())) {
 *     proxy.serverToClient().latency(Duration.ofMillis(50)).slice(1);
 *     peer.send("hello\n");
 *     assertThat(peer.readLine()).isEqualTo("hello");
 *     proxy.halfOpen();
 *     peer.send("lost\n").expectNothing(Duration.ofMillis(20));
 * }
 * }</pre>
 */
package io.github.packetboat.testkit;

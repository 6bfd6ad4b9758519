/**
 * Messages over TCP and unix-domain sockets, plain or through TLS.
 *
 * <pre>{@code
 * var server = MessageServer.builder(Codecs.lines())                                 // a codec frames the stream
 *         .listener((connection, line) -> connection.send("you said " + line))       // called in order, per connection
 *         .bind(10050);
 *
 * var client = MessageClient.builder(Codecs.lines())
 *         .listener((connection, line) -> System.out.println(line))
 *         .reconnect(Backoff.exponential(Duration.ofMillis(200), Duration.ofSeconds(30)))
 *         .connect("127.0.0.1", 10050);
 * client.send("hello");                                                              // false: not accepted
 *
 * client.close();                                                                    // what was sent arrives first
 * server.close();
 * }</pre>
 *
 * <p>Start with {@link io.github.packetboat.message.MessageServer}, {@link io.github.packetboat.message.MessageClient} and
 * {@link io.github.packetboat.message.MessageListener}. {@link io.github.packetboat.message.Group} is for telling many the
 * same, {@link io.github.packetboat.message.Requests} for questions that have answers,
 * {@link io.github.packetboat.message.TlsOptions} for certificates, {@link io.github.packetboat.message.Limits} for what a
 * peer may cost.
 */
@NullMarked
package io.github.packetboat.message;

import org.jspecify.annotations.NullMarked;

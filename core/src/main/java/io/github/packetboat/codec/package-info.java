/**
 * Bytes to messages and back.
 *
 * <pre>{@code
 * CodecFactory<String> lines = Codecs.lines().maxLineBytes(4096);                    // text, one message a line
 * CodecFactory<byte[]> frames = Codecs.lengthPrefixed().maxFrameBytes(1 << 20);      // bytes, their length in front
 * CodecFactory<Chat> chat = lines.map(Chat::parse, Chat::toString);                  // your own type
 * CodecFactory<Chat> alive = chat.heartbeat(Chat.PING);                              // and something to say when silent
 *
 * Codec<String> codec = lines.create();                                              // one instance per connection
 * FrameBuffer out = FrameBuffer.allocate(64);
 * codec.encode("hello", out);
 * ByteBuffer in = ByteBuffer.wrap(out.toByteArray());
 * String hello = codec.decode(in);                                                   // null would mean: needs more bytes
 * }</pre>
 */
@NullMarked
package io.github.packetboat.codec;

import org.jspecify.annotations.NullMarked;

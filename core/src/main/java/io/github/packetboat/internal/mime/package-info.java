/**
 * Writes MIME and signs it. Not exported; knows no SMTP.
 *
 * <pre>{@code
 * Rendering rendering = Rendering.of(bytes);                    // or what MessageWriter makes of headers and a tree of parts
 * long size = rendering.size();                                 // exact, before anything is sent
 * try (InputStream in = rendering.open()) {                     // as often as needed, the same bytes each time
 *     in.transferTo(socket);
 * }
 * }</pre>
 */
@NullMarked
package io.github.packetboat.internal.mime;

import org.jspecify.annotations.NullMarked;

/**
 * What every package may need and no user sees: {@link io.github.packetboat.internal.Check the words in which a bad
 * argument is refused}, so that they are the same everywhere. Knows the JDK only; nothing here is exported.
 */
@NullMarked
package io.github.packetboat.internal;

import org.jspecify.annotations.NullMarked;

/** The few values that every part of Packetboat shares. */
@NullMarked
package io.github.packetboat;

import org.jspecify.annotations.NullMarked;

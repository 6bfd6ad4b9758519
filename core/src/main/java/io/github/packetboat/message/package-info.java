/** Messages over TCP: servers, clients and what they share. */
@NullMarked
package io.github.packetboat.message;

import org.jspecify.annotations.NullMarked;

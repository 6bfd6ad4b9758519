@NullMarked
package io.github.packetboat.codec;

import org.jspecify.annotations.NullMarked;

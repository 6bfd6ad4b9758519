package io.github.packetboat.testkit;

/** How the bytes of a connection can come to an end, as the receiving socket sees it. */
public enum Ending {
    /** In order: end of stream. */
    FIN,
    /** Torn down: reading fails with "connection reset". */
    RST
}

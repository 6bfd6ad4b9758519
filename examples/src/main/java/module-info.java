/** Programs to run and to copy from. */
module io.github.packetboat.examples {
    requires com.fasterxml.jackson.databind;
    requires io.github.packetboat;

    exports io.github.packetboat.examples;
}

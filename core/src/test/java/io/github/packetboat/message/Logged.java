package io.github.packetboat.message;

import io.github.packetboat.testkit.Recorder;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** What the library logs between the opening and the closing of this, instead of where it went before. */
final class Logged extends Handler implements AutoCloseable {
    private static final Logger LOGGER = Logger.getLogger("io.github.packetboat");

    final Recorder<String> lines = new Recorder<>();
    private final Level before = LOGGER.getLevel();

    private Logged() {}

    /** Records lines of {@code level} and above. */
    static Logged from(Level level) {
        Logged logged = new Logged();
        LOGGER.setLevel(level);
        LOGGER.setUseParentHandlers(false);
        LOGGER.addHandler(logged);
        return logged;
    }

    /** Waits for the first line that contains {@code text}, from those not taken yet. */
    String await(String text) {
        while (true) {
            String line = lines.take();
            if (line.contains(text)) {
                return line;
            }
        }
    }

    @Override
    public void publish(LogRecord line) {
        String thrown = line.getThrown() == null ? "" : " / " + line.getThrown();
        lines.accept(line.getLevel() + " " + line.getMessage() + thrown);
    }

    @Override
    public void flush() {}

    @Override
    public void close() {
        LOGGER.removeHandler(this);
        LOGGER.setUseParentHandlers(true);
        LOGGER.setLevel(before);
    }
}

package io.github.packetboat.testkit;

import java.util.List;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** What the library reports to its log while this is open; nothing of it reaches the console. Thread-safe. */
public final class Reports extends Handler implements AutoCloseable {
    private static final Logger LOGGER = Logger.getLogger("io.github.packetboat");

    private final Recorder<LogRecord> records = new Recorder<>();

    public Reports() {
        LOGGER.setUseParentHandlers(false);
        LOGGER.addHandler(this);
    }

    /** Waits for so many warnings and errors in all, and returns those there are. */
    public List<LogRecord> await(int count) {
        return records.await(count);
    }

    /** Every warning and error so far. */
    public List<LogRecord> all() {
        return records.all();
    }

    @Override
    public void publish(LogRecord line) {
        if (line.getLevel().intValue() >= Level.WARNING.intValue()) {
            records.accept(line);
        }
    }

    @Override
    public void flush() {}

    @Override
    public void close() {
        LOGGER.removeHandler(this);
        LOGGER.setUseParentHandlers(true);
    }
}

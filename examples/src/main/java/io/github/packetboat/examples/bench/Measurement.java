package io.github.packetboat.examples.bench;

import io.github.packetboat.examples.bench.LoadResult.Figure;

/**
 * The course of one run: warm up, measure, then drain, when nothing new is sent and everything in flight must come
 * back. Fails when nothing comes back for the stall time. For one thread.
 */
final class Measurement {
    private enum Phase {
        WARM_UP,
        MEASURE,
        DRAIN
    }

    private final LoadOptions options;
    private final LatencyHistogram latencies = new LatencyHistogram();
    private Phase phase = Phase.WARM_UP;
    private final long measureAtNanos;
    private long drainAtNanos;
    private long progressAtNanos;
    private long progress;
    private long messages;
    private long reads;

    private Processor processor;
    private long beganAtNanos;
    private long messagesBefore;
    private long readsBefore;
    private LoadResult result;

    Measurement(LoadOptions options) {
        this.options = options;
        long now = System.nanoTime();
        measureAtNanos = now + options.warmup().toNanos();
        progressAtNanos = now;
    }

    /** Counts one read that brought {@code arrived} messages. */
    void arrived(long arrived) {
        messages += arrived;
        reads++;
    }

    void latency(long nanos, long times) {
        if (phase == Phase.MEASURE) {
            latencies.add(nanos, times);
        }
    }

    /** True as long as new messages are wanted. */
    boolean sends() {
        return phase != Phase.DRAIN;
    }

    /** Moves on to the next phase when it is time. To be called now and then. */
    void tick() throws LoadFailedException {
        long now = System.nanoTime();
        if (messages != progress) {
            progress = messages;
            progressAtNanos = now;
        } else if (now - progressAtNanos > options.stall().toNanos()) {
            throw new LoadFailedException("no message came back for %.1f s, after %d messages"
                    .formatted(options.stall().toMillis() / 1e3, messages));
        }
        if (phase == Phase.WARM_UP && now - measureAtNanos >= 0) {
            begin();
        } else if (phase == Phase.MEASURE && now - drainAtNanos >= 0) {
            end();
        }
    }

    private void begin() {
        phase = Phase.MEASURE;
        messagesBefore = messages;
        readsBefore = reads;
        processor = Processor.now(options.serverPid());
        beganAtNanos = System.nanoTime();
        drainAtNanos = beganAtNanos + options.measure().toNanos();
    }

    private void end() {
        phase = Phase.DRAIN;
        double seconds = (System.nanoTime() - beganAtNanos) / 1e9;
        Processor used = Processor.now(options.serverPid()).minus(processor);
        long measured = messages - messagesBefore;
        result = new LoadResult()
                .set(Figure.MESSAGES_PER_SECOND, measured / seconds)
                .set(Figure.MEGABYTES_PER_SECOND, measured / seconds * options.payloadBytes() / 1e6)
                .set(Figure.P50_MICROS, latencies.quantileMicros(0.5))
                .set(Figure.P99_MICROS, latencies.quantileMicros(0.99))
                .set(Figure.P999_MICROS, latencies.quantileMicros(0.999))
                .set(Figure.SERVER_MICROS_PER_MESSAGE, used.server() * 1e6 / measured)
                .set(Figure.SERVER_CORES, used.server() / seconds)
                .set(Figure.GENERATOR_CORES, used.generator() / seconds)
                .set(Figure.OTHER_CORES, used.others() / seconds)
                .set(Figure.MESSAGES_PER_READ, (double) measured / Math.max(1, reads - readsBefore));
    }

    LoadResult result() {
        return result;
    }
}

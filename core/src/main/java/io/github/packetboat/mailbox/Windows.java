package io.github.packetboat.mailbox;

import java.util.List;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** A stream that fetches its elements window by window, each when it is needed. One thread at a time. */
final class Windows<T> extends Spliterators.AbstractSpliterator<T> {
    private final int windows;
    private final IntFunction<List<T>> fetch;
    private List<T> current = List.of();
    private int next;
    private int nextWindow;

    private Windows(int windows, IntFunction<List<T>> fetch) {
        super(Long.MAX_VALUE, Spliterator.ORDERED | Spliterator.NONNULL);
        this.windows = windows;
        this.fetch = fetch;
    }

    static <T> Stream<T> stream(int windows, IntFunction<List<T>> fetch) {
        return StreamSupport.stream(new Windows<>(windows, fetch), false);
    }

    @Override
    public boolean tryAdvance(Consumer<? super T> action) {
        while (next == current.size()) {
            if (nextWindow == windows) {
                return false;
            }
            current = fetch.apply(nextWindow++);
            next = 0;
        }
        action.accept(current.get(next++));
        return true;
    }
}

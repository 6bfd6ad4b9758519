package io.github.packetboat.internal.io;

import java.io.IOException;

/** Steps one event loop until it is stopped. */
final class LoopThread extends Thread {
    private final EventLoop loop;

    LoopThread(EventLoop loop, String name) {
        super(name);
        this.loop = loop;
        setDaemon(true);
    }

    EventLoop loop() {
        return loop;
    }

    @Override
    public void run() {
        while (!loop.isStopped()) {
            try {
                loop.runOnce(Long.MAX_VALUE);
            } catch (IOException | RuntimeException | Error failure) {
                loop.report(failure);
            }
        }
        try {
            loop.close();
        } catch (IOException | RuntimeException failure) {
            loop.report(failure);
        }
    }
}

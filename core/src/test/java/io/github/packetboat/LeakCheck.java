package io.github.packetboat;

import java.util.List;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Fails every test class that leaves a thread, a socket or another file descriptor behind. Registered for all of them in
 * META-INF/services. What ends within two seconds after the class is no leak.
 */
public final class LeakCheck implements BeforeAllCallback, AfterAllCallback {
    private static final String PATIENCE = "packetboat.leaks.patience.millis";

    @Override
    public void beforeAll(ExtensionContext context) {
        store(context).put(context.getUniqueId(), Leaks.now());
    }

    @Override
    public void afterAll(ExtensionContext context) {
        Leaks before = store(context).remove(context.getUniqueId(), Leaks.class);
        long patienceMillis =
                context.getConfigurationParameter(PATIENCE, Long::valueOf).orElse(2000L);
        List<String> left = before.leftAfter(patienceMillis);
        if (!left.isEmpty()) {
            throw new AssertionError(context.getDisplayName() + " left behind: " + String.join("; ", left));
        }
    }

    private static ExtensionContext.Store store(ExtensionContext context) {
        return context.getStore(ExtensionContext.Namespace.create(LeakCheck.class));
    }
}

package io.github.packetboat.mail;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.packetboat.testkit.ManualClock;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** One mail a second to each domain, and more domains than are told apart. */
final class RateLimitsTest {
    private static final int MANY_DOMAINS = 10_000;
    private static final long SECOND = 1_000_000_000;

    private final ManualClock clock = new ManualClock();
    private final RateLimits rates = new RateLimits(0, 1, clock.getAsLong());

    private long take(String domain) {
        return rates.take(Set.of(domain), clock.getAsLong());
    }

    @BeforeEach
    void writeToMany() {
        for (int i = 0; i < MANY_DOMAINS; i++) {
            assertThat(take("d" + i + ".example")).isZero();
        }
    }

    @Test
    void domainsBeyondTheBoundShareOneRate() {
        assertThat(take("one-more.example")).isZero();
        assertThat(take("another.example")).isEqualTo(SECOND);
        assertThat(take("a-third.example")).isEqualTo(2 * SECOND);
    }

    @Test
    void thoseThatAreToldApartKeepTheirOwn() {
        take("one-more.example");
        take("one-more.example");

        assertThat(take("d0.example")).isEqualTo(SECOND);
        assertThat(take("d9999.example")).isEqualTo(SECOND);
    }

    @Test
    void quietDomainsMakeRoom() {
        clock.advance(Duration.ofSeconds(1));

        assertThat(take("one-more.example")).isZero();
        assertThat(take("another.example")).isZero();
        assertThat(take("another.example")).isEqualTo(SECOND);
        assertThat(take("d0.example")).isZero();
    }

    @Test
    void domainsThatAreNotQuietAreNotForgotten() {
        take("d0.example"); // a mail of the next second
        clock.advance(Duration.ofSeconds(1));
        take("one-more.example"); // makes room

        assertThat(take("d0.example")).isEqualTo(SECOND);
    }
}

package io.github.packetboat.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.packetboat.codec.Codecs;
import io.github.packetboat.testkit.RawPeer;
import java.util.List;
import org.junit.jupiter.api.Test;

class AttributeTest {
    private static final Attribute<Integer> AGE = Attribute.named("age");
    private static final Attribute<List<String>> TAGS = Attribute.named("tags");

    @Test
    void eachConnectionHasItsOwnValues() throws Exception {
        Probe<String> probe = new Probe<>();
        try (var server = MessageServer.builder(Codecs.lines()).listener(probe).bind(0);
                RawPeer one = RawPeer.connect(server.port());
                RawPeer two = RawPeer.connect(server.port())) {
            one.send("here\n");
            two.send("here\n");
            Connection<String> first = probe.opened.await(2).get(0);
            Connection<String> second = probe.opened.await(2).get(1);
            assertThat(AGE.get(first)).isNull();
            AGE.set(first, 41);
            TAGS.set(first, List.of("a"));
            AGE.set(second, 7);
            int age = AGE.get(first);
            List<String> tags = TAGS.get(first);
            assertThat(age).isEqualTo(41);
            assertThat(tags).containsExactly("a");
            assertThat(AGE.get(second)).isEqualTo(7);
            assertThat(TAGS.get(second)).isNull();
            assertThat(Attribute.<Integer>named("age").get(first))
                    .as("another of the same name")
                    .isNull();
            AGE.set(first, null);
            assertThat(AGE.get(first)).isNull();
            assertThat(first.attributes()).containsOnlyKeys(TAGS);
        }
    }

    @Test
    void itIsCalledByItsName() {
        assertThat(AGE).hasToString("age");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Attribute.named(null))
                .withMessageContaining("name");
    }
}

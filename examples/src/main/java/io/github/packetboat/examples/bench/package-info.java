/**
 * A benchmark that anybody can repeat: the same work done by Packetboat, by hand-written {@code java.nio} and by Netty,
 * each in a process of its own on the loopback interface, with one load generator that compares every byte.
 *
 * <pre>
 * mvn -q -DskipTests -Pbench-peers package
 * java -cp "examples/target/classes:examples/target/lib/*" io.github.packetboat.examples.bench.Comparison s1 s5
 * </pre>
 *
 * A server under test is a main class that takes {@code PORT SCENARIO}, listens on 127.0.0.1, prints {@code READY} and
 * serves frames of a 4-byte big-endian length and that many bytes until it is killed; see {@link
 * io.github.packetboat.examples.bench.ServerContract}.
 */
package io.github.packetboat.examples.bench;

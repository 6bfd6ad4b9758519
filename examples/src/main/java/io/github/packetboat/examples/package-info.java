/**
 * Programs to run and to copy from, each in a file of its own:
 *
 * <pre>
 * mvn -q compile exec:java                                       # the tour
 * mvn -q compile exec:java -Dexec.args="greeting-server 10050"   # any other
 * mvn -q compile exec:java -Dexec.args=help                      # what there is
 * </pre>
 */
package io.github.packetboat.examples;

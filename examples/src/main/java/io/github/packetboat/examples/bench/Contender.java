package io.github.packetboat.examples.bench;

import java.util.List;
import java.util.stream.Stream;

/**
 * A server that can be compared.
 *
 * @param name its row in the table
 * @param mainClass simple name of its main class in this package
 * @param needs a class that must be on the class path too
 * @param jvmOptions which make the variant
 */
record Contender(String name, String mainClass, String needs, List<String> jvmOptions) {
    static final String BASELINE = "nio";
    static final String NETTY_PREFIX = "netty";

    private static final String NETTY = "io.netty.bootstrap.ServerBootstrap";
    private static final String EPOLL = "-Dbench.transport=epoll";
    private static final List<String> TUNED = List.of(
            "-Dbench.batch=true",
            "-Dio.netty.leakDetection.level=disabled",
            "-Dio.netty.buffer.checkBounds=false",
            "-Dio.netty.buffer.checkAccessible=false");

    static List<Contender> all() {
        return List.of(
                new Contender(BASELINE, "NioServer", "java.lang.Object", List.of()),
                new Contender("packetboat", "BenchServer", "java.lang.Object", List.of()),
                new Contender("packetboat-copy", "BenchServer", "java.lang.Object", List.of("-Dbench.copy=true")),
                new Contender("netty-nio", "NettyServer", NETTY, List.of()),
                new Contender("netty-nio-tuned", "NettyServer", NETTY, TUNED),
                new Contender("netty-epoll", "NettyServer", NETTY, List.of(EPOLL)),
                new Contender("netty-epoll-tuned", "NettyServer", NETTY, plus(TUNED, EPOLL)));
    }

    private static List<String> plus(List<String> options, String one) {
        return Stream.concat(options.stream(), Stream.of(one)).toList();
    }

    boolean isNetty() {
        return name.startsWith(NETTY_PREFIX);
    }

    String mainClassName() {
        return Contender.class.getPackageName() + "." + mainClass;
    }

    /** Whether its classes can be loaded from {@code classPath}. */
    boolean isOn(ClassLoader classPath) {
        return hasClass(classPath, mainClassName()) && hasClass(classPath, needs);
    }

    private static boolean hasClass(ClassLoader classPath, String name) {
        return classPath.getResource(name.replace('.', '/') + ".class") != null;
    }
}

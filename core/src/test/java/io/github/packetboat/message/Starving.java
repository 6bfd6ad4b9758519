package io.github.packetboat.message;

import io.github.packetboat.codec.Codecs;
import java.io.BufferedReader;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.OperatingSystemMXBean;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;

/**
 * An echo server in a process of its own, which has little of something. It obeys lines on standard input: {@code take}
 * opens files until there is no descriptor left, {@code give} closes them, {@code cpu} tells the processor time used, in
 * milliseconds, {@code memory} the bytes of direct buffers, {@code connect PORT} and {@code bind PORT} try that and tell
 * what came of it, {@code end} ends it. What the program is given as argument is
 * logged at the beginning, as the first record of a process opens files.
 */
final class Starving {
    private Starving() {}

    public static void main(String[] args) throws IOException {
        ArrayDeque<FileInputStream> files = new ArrayDeque<>();
        var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
        try (var server = MessageServer.builder(Codecs.lengthPrefixed().maxFrameBytes(64 << 20))
                .listener((connection, message) -> connection.send(message))
                .bind(Tls.anyPort())) {
            answer("loaded " + cpuMillis() + " "
                    + directBytes()); // what that needs is loaded while there are descriptors
            if (args.length > 0) {
                System.getLogger("io.github.packetboat").log(System.Logger.Level.WARNING, args[0]);
            }
            answer("port " + server.port());
            String line;
            while ((line = in.readLine()) != null && !line.equals("end")) {
                String[] words = line.split(" ");
                switch (words[0]) {
                    case "take" -> answer("taken " + take(files));
                    case "give" -> {
                        while (!files.isEmpty()) {
                            files.remove().close();
                        }
                        answer("given");
                    }
                    case "cpu" -> answer("cpu " + cpuMillis());
                    case "memory" -> answer("memory " + directBytes());
                    case "connect" -> answer(connect(Integer.parseInt(words[1])));
                    case "bind" -> answer(bind(Integer.parseInt(words[1])));
                    default -> answer("what?");
                }
            }
        }
        answer("ended");
    }

    private static String connect(int port) {
        try (var client = MessageClient.builder(Codecs.lengthPrefixed()).connect("127.0.0.1", port)) {
            return "connected " + client.stats().connects();
        } catch (IOException e) {
            return e.toString();
        }
    }

    private static String bind(int port) {
        int before = Thread.activeCount();
        try (var second =
                MessageServer.builder(Codecs.lengthPrefixed()).eventLoops(1).bind(port)) {
            return "bound " + second.port();
        } catch (IOException e) {
            return e + "; threads left: " + (Thread.activeCount() - before);
        }
    }

    private static int take(ArrayDeque<FileInputStream> files) {
        while (true) {
            try {
                files.add(new FileInputStream("/dev/null"));
            } catch (IOException full) {
                return files.size();
            }
        }
    }

    private static long cpuMillis() {
        OperatingSystemMXBean system = ManagementFactory.getOperatingSystemMXBean();
        return ((com.sun.management.OperatingSystemMXBean) system).getProcessCpuTime() / 1_000_000;
    }

    private static long directBytes() {
        return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                .filter(pool -> pool.getName().equals("direct"))
                .mapToLong(BufferPoolMXBean::getMemoryUsed)
                .sum();
    }

    private static void answer(String text) {
        System.out.println("> " + text);
    }
}

package io.github.packetboat.examples.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The memory of a JVM that was started with a heap of fixed size, all of it touched: what grows in its resident set is
 * outside the heap, what grows in the class histogram is in it.
 *
 * @param heapBytes live objects after a full collection
 * @param residentBytes resident set
 */
record ServerMemory(long heapBytes, long residentBytes) {
    private static final Pattern TOTAL = Pattern.compile("(?m)^Total +[0-9]+ +([0-9]+)");
    private static final Pattern RESIDENT = Pattern.compile("(?m)^VmRSS:\\s+([0-9]+) kB");
    private static final long SETTLE_MILLIS = 1500;

    static ServerMemory of(long pid) throws IOException, InterruptedException {
        Thread.sleep(SETTLE_MILLIS);
        jcmd(pid, "GC.class_histogram"); // the first collection may leave what waits for its cleaner
        long heap = find(TOTAL, jcmd(pid, "GC.class_histogram"));
        jcmd(pid, "System.trim_native_heap"); // what malloc keeps for later is not used by connections
        long residentKilobytes = find(RESIDENT, Files.readString(Path.of("/proc/" + pid + "/status")));
        return new ServerMemory(heap, residentKilobytes * 1024);
    }

    private static String jcmd(long pid, String command) throws IOException, InterruptedException {
        Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
        Process process = new ProcessBuilder(jcmd.toString(), Long.toString(pid), command)
                .redirectErrorStream(true)
                .start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return output;
    }

    private static long find(Pattern pattern, String text) throws IOException {
        Matcher matcher = pattern.matcher(text);
        long last = -1;
        while (matcher.find()) {
            last = Long.parseLong(matcher.group(1));
        }
        if (last < 0) {
            throw new IOException("no " + pattern + " in: " + text.substring(0, Math.min(200, text.length())));
        }
        return last;
    }
}

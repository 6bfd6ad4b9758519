package io.github.packetboat.examples.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Processor seconds used so far, as Linux counts them; not a number where there is no {@code /proc}.
 *
 * @param server by the process under test
 * @param generator by this process
 * @param machine by all processes of the machine
 */
record Processor(double server, double generator, double machine) {
    private static final double TICKS_PER_SECOND = 100; // USER_HZ, the same on every Linux

    /** Reads the counters now; {@code serverPid} 0 means unknown. */
    static Processor now(long serverPid) {
        return new Processor(
                serverPid == 0 ? Double.NaN : ofProcess(Long.toString(serverPid)), ofProcess("self"), ofMachine());
    }

    Processor minus(Processor before) {
        return new Processor(server - before.server, generator - before.generator, machine - before.machine);
    }

    /** What neither the server nor the generator used. */
    double others() {
        return machine - generator - (Double.isNaN(server) ? 0 : server);
    }

    private static double ofProcess(String pid) {
        try {
            String stat = Files.readString(Path.of("/proc", pid, "stat"));
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" "); // from field 3, state
            return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / TICKS_PER_SECOND; // utime, stime
        } catch (IOException e) {
            return Double.NaN;
        }
    }

    private static double ofMachine() {
        try {
            String stat = Files.readString(Path.of("/proc/stat"));
            String[] fields = stat.substring(0, stat.indexOf('\n')).trim().split(" +");
            long ticks = 0;
            for (int i = 1; i <= 7; i++) { // user nice system idle iowait irq softirq
                ticks += i == 4 || i == 5 ? 0 : Long.parseLong(fields[i]);
            }
            return ticks / TICKS_PER_SECOND;
        } catch (IOException e) {
            return Double.NaN;
        }
    }
}

package io.dsqlsink.bench;

import io.dsqlsink.bench.Remote.Measured;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.SQLException;
import java.time.LocalTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/**
 * Lets contenders write, and records the measurements: one line on the screen and one line of JSON.
 */
final class Measurements {
    /** The distance of the target: its added latency. */
    record Setting(String name, int roundTripMs, int commitMs) {}

    /** Unit of /proc/stat. It is 100 on every platform of Linux. */
    private static final double TICKS_PER_SECOND = 100;

    /** After this time the compilers of the JVM have finished. */
    static final double WARM_UP_SECONDS = 6;

    private final Path results;
    final boolean quick;

    /**
     * @param quick true to measure once and briefly, only to see that it runs
     */
    Measurements(Path results, boolean quick) {
        this.results = results;
        this.quick = quick;
    }

    /** The second number for a quick run, otherwise the first. */
    double seconds(double thorough, double quickly) {
        return quick ? quickly : thorough;
    }

    static void warmUp(Server server, Rows.Kind rows, Remote contender, double seconds)
            throws IOException, SQLException {
        server.empty(rows);
        contender.write(seconds);
    }

    /** Lets a contender write for some seconds into an empty table. */
    void write(
            String part,
            Server server,
            Setting setting,
            Rows.Kind rows,
            Remote contender,
            double seconds,
            int connections)
            throws IOException, SQLException {
        server.empty(rows);
        double busy = busySeconds();
        Measured m = contender.write(seconds);
        busy = busySeconds() - busy;
        say(
                "  %-20s %-26s %3s connections  %,10.0f rows/s  %6.2f CPU s/M  %.2f CPUs busy",
                setting.name,
                contender.name,
                connections == 0 ? "" : connections,
                m.rows() / m.seconds(),
                m.cpuSeconds() * 1e6 / m.rows(),
                busy / m.seconds());
        record(
                "{\"part\":\"%s\",\"contender\":\"%s\",\"setting\":\"%s\",\"round_trip_ms\":%d,"
                        + "\"commit_ms\":%d,\"connections\":%d,\"rows\":%d,\"row_bytes\":%.0f,"
                        + "\"seconds\":%.4f,\"cpu_seconds\":%.4f,\"busy_seconds\":%.2f}",
                part,
                contender.name,
                setting.name,
                setting.roundTripMs,
                setting.commitMs,
                connections,
                m.rows(),
                m.rowBytes(),
                m.seconds(),
                m.cpuSeconds(),
                busy);
    }

    void record(String format, Object... values) throws IOException {
        Files.writeString(
                results,
                String.format(Locale.ROOT, format, values) + "\n",
                StandardOpenOption.CREATE,
                StandardOpenOption.APPEND);
    }

    static void say(String format, Object... values) {
        String time = LocalTime.now().format(DateTimeFormatter.ofPattern("HH:mm:ss"));
        System.out.println("[" + time + "] " + String.format(Locale.ROOT, format, values));
    }

    /**
     * Processor time of the whole machine since it started: of user, nice, system, irq, softirq and
     * steal.
     */
    static double busySeconds() throws IOException {
        String[] words = Files.readAllLines(Path.of("/proc/stat")).get(0).split(" +");
        double ticks = 0;
        for (int field : new int[] {1, 2, 3, 6, 7, 8}) {
            ticks += Double.parseDouble(words[field]);
        }
        return ticks / TICKS_PER_SECOND;
    }
}

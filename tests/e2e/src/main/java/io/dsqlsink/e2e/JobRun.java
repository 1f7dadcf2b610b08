package io.dsqlsink.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Runs a job of {@link WholeJob} and tells how long it took: from the moment its tasks run until
 * its last row is committed, or thrown away. What the client needs before that is not counted.
 */
final class JobRun {
    /**
     * What a job took.
     *
     * @param cpuSeconds of the job's whole JVM in that time
     * @param sinkCpuSeconds the part of it that was the sink's
     * @param busySeconds of the machine's processors, with source and target
     */
    record Measured(
            long rows,
            double seconds,
            double cpuSeconds,
            double sinkCpuSeconds,
            double busySeconds) {}

    /** Below those that local nodes take by themselves. */
    private static final int ZETA_PORT = 5781;

    private static final Duration PATIENCE = Duration.ofMinutes(10);

    /**
     * Short compared with a run, and long compared with the engine's time to return its counters.
     */
    private static final Duration PAUSE = Duration.ofMillis(500);

    private static final Pattern RUNNING = turned("RUNNING");
    private static final Pattern FINISHED = turned("FINISHED");
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss,SSS");

    private final SeaTunnelHome home = new SeaTunnelHome(Path.of(System.getProperty("zeta.home")));
    private final Rest rest =
            new Rest("http://127.0.0.1:" + ZETA_PORT + "/hazelcast/rest/maps/running-jobs");
    private final Path folder;
    private final DsqlLocal dsql;
    private final String setting;
    private final long rows;
    private final boolean ends;
    private final Duration window;

    /**
     * @param rows of the source
     * @param ends whether the job ends by itself
     */
    JobRun(Path folder, DsqlLocal dsql, String setting, long rows, boolean ends) {
        this(folder, dsql, setting, rows, ends, null);
    }

    private JobRun(
            Path folder, DsqlLocal dsql, String setting, long rows, boolean ends, Duration window) {
        this.folder = folder;
        this.dsql = dsql;
        this.setting = setting;
        this.rows = rows;
        this.ends = ends;
        this.window = window;
    }

    /** The same into another target. */
    JobRun into(DsqlLocal other) {
        return new JobRun(folder, other, setting, rows, ends, window);
    }

    /** The same for a job that is stopped after that time, if it has not ended before. */
    JobRun within(Duration window) {
        return new JobRun(folder, dsql, setting, rows, ends, window);
    }

    String setting() {
        return setting;
    }

    Measured measure(String contender, String config) throws IOException {
        String name = (setting + " " + contender).replaceAll("\\W+", "-");
        Path file = JobConfig.write(folder.resolve(name + ".conf"), config);
        Path log = folder.resolve(name + ".log");
        Path share = folder.resolve(name + ".share");
        Files.deleteIfExists(share);
        // Of the others the end of the job shows that all rows have come.
        boolean counted = !config.contains("Console") && !config.contains("verify = ");
        long committed = dsql.stat("rows_committed");
        try (Job job = home.run(file, log, environment(share))) {
            long start = await(job, RUNNING);
            long limit = window == null ? Long.MAX_VALUE : start + window.toMillis();
            long done = 0;
            while (done < rows && System.currentTimeMillis() < limit) {
                Poll.pause(PAUSE);
                boolean alive = job.isAlive();
                // Whatever the sink is: to be asked costs the engine processor time.
                long handed = handed(alive);
                done = counted ? dsql.stat("rows_committed") - committed : handed;
                if (!alive && done < rows) {
                    job.requireAlive();
                }
            }
            long end = System.currentTimeMillis();
            if (ends && done >= rows) {
                end = await(job, FINISHED);
            }
            if (done < rows) {
                // It would take long to stop orderly, and nothing is measured any more.
                job.kill();
            }
            return measured(Files.readAllLines(share), start, end, done);
        }
    }

    private Map<String, String> environment(Path share) throws IOException {
        // The stock sink has no option for the address; Hazelcast asks for the machine's own name.
        String machine = InetAddress.getLocalHost().getHostName();
        String address = dsql.environment().get("PGHOSTADDR");
        Path hosts =
                Files.writeString(
                        folder.resolve("hosts"),
                        address
                                + " "
                                + DsqlLocal.ENDPOINT
                                + "\n127.0.0.1 localhost "
                                + machine
                                + "\n");
        Map<String, String> environment = new HashMap<>(dsql.environment());
        environment.put("ZETA_PORT", String.valueOf(ZETA_PORT));
        environment.put(
                "JAVA_OPTS",
                "-Djdk.net.hosts.file="
                        + hosts
                        + " -javaagent:"
                        + System.getProperty("share.agent")
                        + "="
                        + share);
        return environment;
    }

    /** Rows that the sink was given: Console throws each away at once. */
    private long handed(boolean alive) {
        if (!alive) {
            return ends ? rows : 0;
        }
        if (ends) {
            return 0; // The end of the job shows it.
        }
        JsonNode jobs = rest.get("");
        return jobs.path(0).path("metrics").path("SinkWriteCount").asLong();
    }

    private static Pattern turned(String state) {
        return Pattern.compile(
                "(?m)^(\\S+ \\S+) .*Pipeline: \\[\\(1/1\\)\\] turned from state \\w+ to " + state);
    }

    /** The time at which the job's log says so. */
    private static long await(Job job, Pattern line) {
        LocalDateTime[] time = new LocalDateTime[1];
        Poll.until(
                () -> line + " in the log; its end:\n" + job.tail(),
                PATIENCE,
                PAUSE,
                () -> {
                    boolean alive = job.isAlive();
                    Matcher found = line.matcher(job.log());
                    if (found.find()) {
                        time[0] = LocalDateTime.parse(found.group(1), TIME);
                    } else if (!alive) {
                        job.requireAlive();
                    }
                    return time[0] != null;
                });
        return time[0].toInstant(ZoneOffset.UTC).toEpochMilli();
    }

    /** From the agent's lines in that time. */
    private static Measured measured(List<String> lines, long start, long end, long rows) {
        List<long[]> within = new ArrayList<>();
        for (String line : lines) {
            long[] numbers =
                    java.util.stream.Stream.of(line.split(" "))
                            .mapToLong(Long::parseLong)
                            .toArray();
            if (numbers[0] >= start && numbers[0] <= end) {
                within.add(numbers);
            }
        }
        long[] first = within.get(0);
        long[] last = within.get(within.size() - 1);
        return new Measured(
                rows,
                (end - start) / 1e3,
                (last[1] - first[1]) / 1e9,
                (last[2] + last[3] - first[2] - first[3]) / 1e9,
                (last[4] - first[4]) / 1e9);
    }
}

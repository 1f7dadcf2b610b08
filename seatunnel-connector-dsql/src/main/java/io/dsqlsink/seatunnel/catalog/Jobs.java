package io.dsqlsink.seatunnel.catalog;

import io.dsqlsink.bridge.NativeSession;
import io.dsqlsink.seatunnel.LogInterval;
import io.dsqlsink.seatunnel.SinkLog;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** Asynchronous jobs of the database: index builds, and checks of the rows of a constraint. */
final class Jobs {
    private static final SinkLog LOG = SinkLog.of(Jobs.class);

    /** Pause between two checks of a job of the database. Such jobs take tens of seconds. */
    private static final long JOB_PAUSE_MS = 500;

    /** The sink does not wait for a job that takes longer. */
    private static final long LONGEST_NANOS = TimeUnit.HOURS.toNanos(1);

    private Jobs() {}

    /**
     * Adds the asynchronous job of a statement, if the statement created one.
     *
     * @param what it is for, such as "Index orders_customer"
     */
    static void add(Map<String, String> jobs, String what, NativeSession.Answer started) {
        List<List<String>> rows = started.rows();
        if (!rows.isEmpty() && rows.get(0).get(0) != null) {
            jobs.put(what, rows.get(0).get(0));
        }
    }

    /**
     * Waits for jobs.
     *
     * @param jobs their ids by what they are for, such as "Index orders_customer"
     */
    static void await(DsqlCatalog catalog, Map<String, String> jobs) throws InterruptedException {
        Map<String, String> open = new LinkedHashMap<>(jobs);
        long start = System.nanoTime();
        LogInterval interval = new LogInterval(start);
        while (!open.isEmpty() && System.nanoTime() - start < LONGEST_NANOS) {
            String ids = open.values().stream().map(Ddl::literal).collect(Collectors.joining(", "));
            for (List<String> job :
                    catalog.query(
                            "SELECT job_id, status, details FROM sys.jobs WHERE status IN"
                                    + " ('completed', 'failed') AND job_id IN ("
                                    + ids
                                    + ")")) {
                open.entrySet().removeIf(entry -> ended(entry, job));
            }
            if (interval.isDue()) {
                LOG.info(
                        "{} of {} jobs of the database are complete after {} s, waiting for {}",
                        jobs.size() - open.size(),
                        jobs.size(),
                        interval.seconds(),
                        open.keySet());
            }
            if (!open.isEmpty()) {
                Thread.sleep(JOB_PAUSE_MS);
            }
        }
        if (!open.isEmpty()) {
            LOG.warn("The sink stops waiting for these jobs, see sys.jobs: {}", open);
        }
    }

    private static boolean ended(Map.Entry<String, String> open, List<String> job) {
        if (!open.getValue().equals(job.get(0))) {
            return false;
        }
        if (job.get(1).equals("failed")) {
            LOG.warn("{}: the database's job failed: {}", open.getKey(), job.get(2));
        } else {
            LOG.info("{} is complete", open.getKey());
        }
        return true;
    }
}

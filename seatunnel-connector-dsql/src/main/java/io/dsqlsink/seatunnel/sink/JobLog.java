package io.dsqlsink.seatunnel.sink;

import io.dsqlsink.bridge.DsqlNativeException;
import io.dsqlsink.bridge.NativeSink;
import io.dsqlsink.bridge.SinkStats;
import io.dsqlsink.seatunnel.SinkLog;
import io.dsqlsink.seatunnel.config.DsqlSinkConfig;
import io.dsqlsink.seatunnel.stock.HandOver;
import java.util.List;
import java.util.Map;

/** The log of a sink: a block at the start, lines while it runs, lines at the end. */
final class JobLog {
    private final SinkLog log;
    private final NativeSink sink;
    private final DsqlSinkConfig config;
    private final long opened = System.nanoTime();
    private final Progress progress = new Progress(opened);
    private boolean compared;

    JobLog(SinkLog log, NativeSink sink, DsqlSinkConfig config) {
        this.log = log;
        this.sink = sink;
        this.config = config;
    }

    void opened(int tables) {
        config.warnings().forEach(line -> log.warn("{}", line));
        if (!config.withoutEffect().isEmpty()) {
            log.info(
                    "Options without effect on Aurora DSQL: {}",
                    String.join(", ", config.withoutEffect()));
        }
        log.info(
                "Native Aurora DSQL sink {} is active, from {}: endpoint {}, up to {} connections,"
                        + " {} table(s), first {}",
                JarInfo.version(),
                JarInfo.location(),
                config.host(),
                config.maxConnections(),
                tables,
                config.table());
        StartBlock.of(config).forEach(line -> log.info("{}", line));
        if (HandOver.isPossible(Thread.currentThread().getContextClassLoader())) {
            log.info(
                    "It replaces connector-jdbc's own dialect dsql; {} = false passes the job"
                            + " to that",
                    HandOver.DSQL_NATIVE.key());
        }
    }

    /** Passes the library's lines on, and logs the sink's progress when that is due. */
    void tick(List<TableBuffer> buffers, long now) {
        log.write(sink.notices());
        if (!progress.isDue(now)) {
            return;
        }
        long lag = buffers.stream().mapToLong(TableBuffer::takeLagMillis).max().orElse(-1);
        String line = progress.line(sink.stats(), sink.latencies(), lag, now);
        if (line != null) {
            log.info("{}", line);
            progress.tables(sink.tableStats(), now).forEach(row -> log.info("{}", row));
        }
    }

    /** The task has passed all its rows for the comparison, and has compared if it was the last. */
    void compared() {
        compared = true;
    }

    void closed() {
        if (config.verifies() && !compared) {
            log.warn(
                    "verify: this task has failed or was cancelled before all its rows were compared,"
                            + " so no report is written: start the job again");
        }
        try {
            log.write(sink.notices());
            Map<String, SinkStats> tables = sink.tableStats();
            if (tables.size() > 1) {
                Progress.totals(tables).forEach(line -> log.info("{}", line));
            }
            log.info(
                    "{}",
                    Progress.total(
                            sink.stats(), config.deadLetterPath(), System.nanoTime() - opened));
        } catch (DsqlNativeException e) {
            log.debug("The last log lines of the native sink are lost", e);
        }
    }
}

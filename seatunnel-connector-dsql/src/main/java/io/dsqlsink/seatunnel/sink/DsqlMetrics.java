package io.dsqlsink.seatunnel.sink;

import io.dsqlsink.bridge.SinkStats;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.ToLongFunction;
import org.apache.seatunnel.api.common.metrics.Counter;
import org.apache.seatunnel.api.common.metrics.MetricsContext;

/**
 * The sink's counters among the job's metrics. The names are our own: the engine counts rows under
 * its names itself.
 */
final class DsqlMetrics {
    private static final Map<String, ToLongFunction<SinkStats>> COUNTERS = counters();

    private final Map<String, Long> published = new HashMap<>();

    private static Map<String, ToLongFunction<SinkStats>> counters() {
        Map<String, ToLongFunction<SinkStats>> counters = new LinkedHashMap<>();
        counters.put("DsqlRowsReceived", SinkStats::rowsReceived);
        counters.put("DsqlRowsCommitted", SinkStats::rowsCommitted);
        counters.put("DsqlRowsDead", SinkStats::rowsDead);
        counters.put("DsqlRowsDisplaced", SinkStats::rowsDisplaced);
        counters.put("DsqlBatchesCommitted", SinkStats::batchesCommitted);
        counters.put("DsqlBytesCommitted", SinkStats::bytesCommitted);
        counters.put("DsqlRetriesConflict", SinkStats::retriesConflict);
        counters.put("DsqlRetriesUnavailable", SinkStats::retriesUnavailable);
        counters.put("DsqlRetriesConnection", SinkStats::retriesConnection);
        counters.put("DsqlConnectionsOpened", SinkStats::connectionsOpened);
        counters.put("DsqlFlushes", SinkStats::flushes);
        counters.put("DsqlFlushMicros", SinkStats::flushMicros);
        return Collections.unmodifiableMap(counters);
    }

    /**
     * Adds what has come since the last call. The writers of a task share the sink, and each has a
     * context of its own, so a sum over all contexts is right, whoever calls.
     */
    synchronized void publish(SinkStats stats, MetricsContext context) {
        COUNTERS.forEach(
                (name, count) -> {
                    long now = count.applyAsLong(stats);
                    long before = published.getOrDefault(name, 0L);
                    Counter counter = now > before ? context.counter(name) : null;
                    if (counter != null) {
                        counter.inc(now - before);
                        published.put(name, now);
                    }
                });
    }
}

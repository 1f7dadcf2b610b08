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
 * Publishes the sink's counters as metrics of the job. The names are our own, as the engine counts
 * rows under its own names. Counters of a table end with # and the table's name, like the engine's.
 */
final class DsqlMetrics {
    /** Counters that exist per table as well. */
    static final Map<String, ToLongFunction<SinkStats>> OF_TABLES = ofTables();

    /** All counters of the sink. */
    static final Map<String, ToLongFunction<SinkStats>> COUNTERS = counters();

    private static final String PREFIX = "Dsql";

    private final Map<String, Long> published = new HashMap<>();

    private static Map<String, ToLongFunction<SinkStats>> ofTables() {
        Map<String, ToLongFunction<SinkStats>> counters = new LinkedHashMap<>();
        counters.put("RowsReceived", SinkStats::rowsReceived);
        counters.put("RowsCoalesced", SinkStats::rowsCoalesced);
        counters.put("RowsCommitted", SinkStats::rowsCommitted);
        counters.put("RowsDead", SinkStats::rowsDead);
        counters.put("RowsDisplaced", SinkStats::rowsDisplaced);
        counters.put("BatchesCommitted", SinkStats::batchesCommitted);
        counters.put("BytesCommitted", SinkStats::bytesCommitted);
        counters.put("TransactionMicros", SinkStats::transactionMicros);
        counters.put("RetriesConflict", SinkStats::retriesConflict);
        counters.put("RetriesUnavailable", SinkStats::retriesUnavailable);
        counters.put("RetriesConnection", SinkStats::retriesConnection);
        return Collections.unmodifiableMap(counters);
    }

    private static Map<String, ToLongFunction<SinkStats>> counters() {
        Map<String, ToLongFunction<SinkStats>> counters = new LinkedHashMap<>(ofTables());
        counters.put("ConnectionsOpened", SinkStats::connectionsOpened);
        counters.put("Flushes", SinkStats::flushes);
        counters.put("FlushMicros", SinkStats::flushMicros);
        return Collections.unmodifiableMap(counters);
    }

    /**
     * Adds the counts since the last call. The writers of a task share the sink, and each has its
     * own context, so the sum over all contexts is correct, no matter which writer calls.
     *
     * @param tables by name; of a single one all is said by the whole
     */
    synchronized void publish(
            SinkStats stats, Map<String, SinkStats> tables, MetricsContext context) {
        COUNTERS.forEach(
                (name, count) -> publish(PREFIX + name, count.applyAsLong(stats), context));
        if (tables.size() > 1) {
            tables.forEach(
                    (table, of) ->
                            OF_TABLES.forEach(
                                    (name, count) ->
                                            publish(
                                                    PREFIX + name + "#" + table,
                                                    count.applyAsLong(of),
                                                    context)));
        }
    }

    private void publish(String name, long now, MetricsContext context) {
        long before = published.getOrDefault(name, 0L);
        Counter counter = now > before ? context.counter(name) : null;
        if (counter != null) {
            counter.inc(now - before);
            published.put(name, now);
        }
    }
}

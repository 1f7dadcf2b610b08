package io.dsqlsink.seatunnel.catalog;

import io.dsqlsink.bridge.DsqlNativeException;
import io.dsqlsink.bridge.Limits;
import io.dsqlsink.bridge.NativeSession;
import io.dsqlsink.seatunnel.LogInterval;
import io.dsqlsink.seatunnel.SinkLog;
import io.dsqlsink.seatunnel.config.DsqlTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;

/**
 * Deletes or changes all rows of a table that has a key: one session pages through the key, and
 * others run the statement for the pages, each page in a transaction. So no statement scans the
 * rows of another.
 */
final class KeyPages {
    private static final SinkLog LOG = SinkLog.of(KeyPages.class);

    /** Interval at which an idle session checks whether all pages are known. */
    private static final long POLL_MS = 20;

    /** Runs a query. */
    interface Reader {
        List<List<String>> query(String sql) throws InterruptedException;
    }

    private final Map<String, String> options;
    private final String table;
    private final String told;
    private final String head;
    private final String filter;
    private final String verb;
    private final List<String> names = new ArrayList<>();
    private final List<String> types = new ArrayList<>();
    private final int mostSessions;
    private final BlockingQueue<String> pages = new LinkedBlockingQueue<>();
    private final List<Thread> workers = new ArrayList<>();
    private final AtomicInteger pending = new AtomicInteger();
    private final AtomicLong affected = new AtomicLong();
    private volatile boolean complete;
    private volatile Throwable failure;
    private final LogInterval interval = LogInterval.start();
    private int found;

    /**
     * @param options what the native library is opened with
     * @param key the table's own key: name and type of each column
     * @param head the statement up to its condition
     * @param filter the rows that the statement changes; afterwards they no longer match. Null for
     *     one that is for all
     * @param verb what it does to them, as the log says
     */
    private KeyPages(
            Map<String, String> options,
            DsqlTable table,
            List<List<String>> key,
            int sessions,
            String head,
            String filter,
            String verb) {
        this.options = options;
        this.table = Ddl.quoted(table);
        this.told = table.toString();
        this.mostSessions = sessions;
        this.head = head;
        this.filter = filter;
        this.verb = verb;
        for (List<String> column : key) {
            names.add(Ddl.quoted(column.get(0)));
            types.add(column.get(1));
        }
    }

    static KeyPages deletion(
            Map<String, String> options, DsqlTable table, List<List<String>> key, int sessions) {
        String head = "DELETE FROM " + Ddl.quoted(table);
        return new KeyPages(options, table, key, sessions, head, null, "deleted");
    }

    static KeyPages fill(
            Map<String, String> options,
            DsqlTable table,
            List<List<String>> key,
            int sessions,
            String head,
            String filter) {
        return new KeyPages(options, table, key, sessions, head, filter, "filled");
    }

    /** Returns the number of rows it changed. */
    long run(Reader reader) throws InterruptedException {
        try {
            List<String> after = null;
            do {
                List<List<String>> last = reader.query(lastOfPage(after));
                List<String> to = last.isEmpty() ? null : last.get(0);
                found++;
                pending.incrementAndGet();
                pages.add(page(after, to));
                if (workers.size() < mostSessions) {
                    startWorker();
                }
                after = to;
                tell();
            } while (after != null && failure == null);
            complete = true;
            while (pending.get() > 0 && failure == null) {
                Thread.sleep(POLL_MS);
                tell();
            }
        } finally {
            complete = true;
            if (failure != null || pending.get() > 0) {
                workers.forEach(Thread::interrupt);
            }
            for (Thread worker : workers) {
                worker.join();
            }
        }
        if (failure instanceof RuntimeException) {
            throw (RuntimeException) failure;
        } else if (failure != null) {
            throw new IllegalStateException(failure);
        }
        return affected.get();
    }

    private void tell() {
        if (interval.isDue()) {
            LOG.info(progress(interval.seconds()));
        }
    }

    /** The total is known when the last page is known. */
    String progress(long seconds) {
        return "Table "
                + told
                + ": "
                + affected.get()
                + " rows "
                + verb
                + " after "
                + seconds
                + " s, "
                + (found - pending.get())
                + (complete ? " of all " : " of the first ")
                + found
                + " pages of "
                + Limits.TRANSACTION_ROWS
                + " rows";
    }

    private void startWorker() {
        Thread worker = new Thread(this::work, "dsql-sink-pages-" + workers.size());
        worker.setDaemon(true);
        workers.add(worker);
        worker.start();
    }

    private void work() {
        try (NativeSession session = NativeSession.open(options)) {
            while (failure == null) {
                String page = pages.poll(POLL_MS, TimeUnit.MILLISECONDS);
                if (page != null) {
                    carryOut(session, page);
                    pending.decrementAndGet();
                } else if (complete && pages.isEmpty()) {
                    return;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (Throwable e) {
            failure = e;
        }
    }

    /** Splits a page that has grown, or whose rows change rows of other tables too. */
    private void carryOut(NativeSession session, String page) throws InterruptedException {
        int rows = Limits.TRANSACTION_ROWS;
        String key = "(" + String.join(", ", names) + ")";
        String some =
                " WHERE " + key + " IN (SELECT " + String.join(", ", names) + " FROM " + table;
        while (true) {
            try {
                String parts = some + page + " LIMIT " + rows + ")";
                String sql = head + (rows == Limits.TRANSACTION_ROWS ? page : parts);
                long more = session.execute(sql, true, notices -> LOG.write(notices)).affected();
                affected.addAndGet(more);
                if (rows == Limits.TRANSACTION_ROWS || more == 0) {
                    return;
                }
            } catch (DsqlNativeException e) {
                if (e.kind() != DsqlNativeException.ERROR_LIMIT || rows == 1) {
                    throw e;
                }
                rows = rows / 2;
            }
        }
    }

    /** The statement for the rows after one key, up to and including another. */
    String statement(List<String> after, List<String> to) {
        return head + page(after, to);
    }

    /** The key of the last row of the page that begins after a key; null for the first page. */
    String lastOfPage(List<String> after) {
        return "SELECT "
                + names.stream().map(name -> name + "::text").collect(Collectors.joining(", "))
                + " FROM "
                + table
                + page(after, null)
                + " ORDER BY "
                + String.join(", ", names)
                + " LIMIT 1 OFFSET "
                + (Limits.TRANSACTION_ROWS - 1);
    }

    private String page(List<String> after, List<String> to) {
        List<String> bounds = new ArrayList<>();
        if (after != null) {
            bounds.add(bound(" > ", after));
        }
        if (to != null) {
            bounds.add(bound(" <= ", to));
        }
        if (filter != null) {
            bounds.add(filter);
        }
        return bounds.isEmpty() ? "" : " WHERE " + String.join(" AND ", bounds);
    }

    private String bound(String comparison, List<String> key) {
        List<String> values = new ArrayList<>();
        for (int i = 0; i < key.size(); i++) {
            values.add(Ddl.literal(key.get(i)) + "::" + types.get(i));
        }
        return "("
                + String.join(", ", names)
                + ")"
                + comparison
                + "("
                + String.join(", ", values)
                + ")";
    }
}

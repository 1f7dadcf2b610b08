package io.dsqlsink.bench;

import com.sun.management.OperatingSystemMXBean;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;

/**
 * One contender in its own process. Arguments: {@code sink} or {@code copy}, the kind of its rows,
 * the number of writers, each with a thread, and the options as {@code key=value}. It reads orders
 * from its standard input. An answer starts with {@value #ANSWER}; all other output is a log.
 *
 * <ul>
 *   <li>{@code write SECONDS}: writes rows as fast as possible, then commits. The answer has the
 *       rows, nanoseconds, nanoseconds of processor time of the whole process, and bytes of a row
 *   <li>{@code stream SECONDS RATE KEYS URL}: see {@link Stream}
 * </ul>
 */
public final class Contender {
    static final String ANSWER = "> ";

    /** Rows between two checks of the clock. */
    private static final int BURST = 64;

    private final List<Writer> writers = new ArrayList<>();
    private final List<Rows> rows = new ArrayList<>();
    private final ExecutorService threads = Executors.newCachedThreadPool();

    public static void main(String[] arguments) throws Exception {
        try {
            Map<String, String> options = new LinkedHashMap<>();
            for (String option : Arrays.asList(arguments).subList(3, arguments.length)) {
                String[] pair = option.split("=", 2);
                options.put(pair[0], pair[1]);
            }
            Contender contender = new Contender();
            Rows.Kind kind = Rows.Kind.valueOf(arguments[1]);
            AtomicLong keys = new AtomicLong(1);
            for (int i = 0; i < Integer.parseInt(arguments[2]); i++) {
                contender.writers.add(
                        arguments[0].equals("copy")
                                ? new Copy(options)
                                : new JdbcSink(kind, options));
                contender.rows.add(new Rows(kind, keys));
            }
            contender.serve();
        } catch (Exception e) {
            e.printStackTrace();
            System.exit(1);
        }
        System.exit(0);
    }

    private void serve() throws Exception {
        answer("ready");
        BufferedReader orders =
                new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        String order;
        while ((order = orders.readLine()) != null) {
            String[] words = order.split(" ");
            if (words[0].equals("write")) {
                write(Double.parseDouble(words[1]));
            } else {
                answer(
                        new Stream(writers.get(0), rows.get(0), Integer.parseInt(words[3]))
                                .run(
                                        Integer.parseInt(words[1]),
                                        Integer.parseInt(words[2]),
                                        words[4]));
            }
        }
        for (Writer writer : writers) {
            writer.close();
        }
    }

    private static void answer(String line) {
        System.out.println(ANSWER + line);
    }

    private void write(double seconds) throws Exception {
        OperatingSystemMXBean system =
                (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        long cpu = system.getProcessCpuTime();
        long start = System.nanoTime();
        long end = start + (long) (seconds * 1e9);
        List<Future<Long>> counts = new ArrayList<>();
        for (int i = 0; i < writers.size(); i++) {
            Writer writer = writers.get(i);
            Rows source = rows.get(i);
            counts.add(threads.submit(() -> write(writer, source, end)));
        }
        long written = 0;
        for (Future<Long> count : counts) {
            written += count.get();
        }
        long nanos = System.nanoTime() - start;
        answer(
                written
                        + " "
                        + nanos
                        + " "
                        + (system.getProcessCpuTime() - cpu)
                        + " "
                        + rows.get(0).bytes());
    }

    private static long write(Writer writer, Rows rows, long end) throws Exception {
        long written = 0;
        while (System.nanoTime() < end) {
            for (int i = 0; i < BURST; i++) {
                writer.write(rows.next());
            }
            written += BURST;
        }
        writer.commit();
        return written;
    }
}

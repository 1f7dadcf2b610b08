package io.dsqlsink.seatunnel.sink;

import io.dsqlsink.bridge.NativeSink;
import io.dsqlsink.bridge.SinkStats;
import io.dsqlsink.seatunnel.SinkLog;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import javax.management.InstanceAlreadyExistsException;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;

/**
 * The counters of one task's sink, and of each of its tables, on the platform's MBean server. The
 * server belongs to the process and outlives the job. So the beans are removed when the sink
 * closes: they would keep the job's class loader alive.
 */
final class SinkBeans implements AutoCloseable {
    static final String DOMAIN = "io.dsqlsink";

    private static final SinkLog LOG = SinkLog.of(SinkBeans.class);
    private static final Map<String, ToLongFunction<SinkStats>> OF_SINK = ofSink();

    private final MBeanServer server = ManagementFactory.getPlatformMBeanServer();
    private final List<ObjectName> names = new ArrayList<>();
    private final String job;
    private int task;
    private volatile NativeSink sink;

    private static Map<String, ToLongFunction<SinkStats>> ofSink() {
        Map<String, ToLongFunction<SinkStats>> attributes =
                new LinkedHashMap<>(DsqlMetrics.COUNTERS);
        attributes.put("ConnectionsOpen", SinkStats::connectionsOpen);
        attributes.put("ConnectionsBusy", SinkStats::connectionsBusy);
        attributes.put("BufferedBytes", SinkStats::bufferedBytes);
        return attributes;
    }

    SinkBeans(String job) {
        this.job = job;
    }

    /**
     * Registers the sink's bean before the sink is open.
     *
     * @return the first number that no other task of the job has in this process
     */
    synchronized int openTask() {
        CounterBean bean = new CounterBean(OF_SINK, () -> opened().stats());
        while (!register(bean, ",type=Sink")) {
            task++;
        }
        return task;
    }

    void open(NativeSink opened) {
        sink = opened;
    }

    /** Registers the bean of a table. */
    synchronized void table(String table) {
        Supplier<SinkStats> stats = () -> opened().tableStats().get(table);
        // A table that is declared again keeps its counters.
        register(
                new CounterBean(DsqlMetrics.OF_TABLES, stats),
                ",type=Table,table=" + ObjectName.quote(table));
    }

    private NativeSink opened() {
        NativeSink opened = sink;
        if (opened == null) {
            throw new IllegalStateException("The sink is not open");
        }
        return opened;
    }

    /** False if the name is in use. Metrics never make a job fail. */
    private boolean register(CounterBean bean, String rest) {
        try {
            ObjectName name =
                    new ObjectName(
                            DOMAIN + ":job=" + ObjectName.quote(job) + ",task=" + task + rest);
            server.registerMBean(bean, name);
            names.add(name);
        } catch (InstanceAlreadyExistsException e) {
            return false;
        } catch (JMException | RuntimeException e) {
            LOG.debug("The counters cannot be published over JMX", e);
        }
        return true;
    }

    @Override
    public synchronized void close() {
        sink = null;
        for (ObjectName name : names) {
            try {
                server.unregisterMBean(name);
            } catch (JMException | RuntimeException e) {
                LOG.debug("{} is gone already", name, e);
            }
        }
        names.clear();
    }
}

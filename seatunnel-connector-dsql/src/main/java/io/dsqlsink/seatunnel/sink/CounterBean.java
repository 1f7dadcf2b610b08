package io.dsqlsink.seatunnel.sink;

import io.dsqlsink.bridge.DsqlNativeException;
import io.dsqlsink.bridge.SinkStats;
import java.util.Map;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import javax.management.Attribute;
import javax.management.AttributeList;
import javax.management.AttributeNotFoundException;
import javax.management.DynamicMBean;
import javax.management.MBeanAttributeInfo;
import javax.management.MBeanInfo;

/**
 * Counters as read-only attributes. It is a dynamic bean, because the server inspects the classes
 * of other beans and keeps references to them.
 */
final class CounterBean implements DynamicMBean {
    private final Map<String, ToLongFunction<SinkStats>> attributes;
    private final Supplier<SinkStats> stats;

    CounterBean(Map<String, ToLongFunction<SinkStats>> attributes, Supplier<SinkStats> stats) {
        this.attributes = attributes;
        this.stats = stats;
    }

    @Override
    public Object getAttribute(String name) throws AttributeNotFoundException {
        ToLongFunction<SinkStats> attribute = attributes.get(name);
        SinkStats now = attribute == null ? null : now();
        if (now == null) {
            throw new AttributeNotFoundException(name);
        }
        return attribute.applyAsLong(now);
    }

    @Override
    public AttributeList getAttributes(String[] names) {
        AttributeList found = new AttributeList();
        SinkStats now = now();
        for (String name : names) {
            ToLongFunction<SinkStats> attribute = attributes.get(name);
            if (now != null && attribute != null) {
                found.add(new Attribute(name, attribute.applyAsLong(now)));
            }
        }
        return found;
    }

    /** Null when the sink has no such counters, or has just been closed. */
    private SinkStats now() {
        try {
            return stats.get();
        } catch (DsqlNativeException | IllegalStateException e) {
            return null;
        }
    }

    @Override
    public MBeanInfo getMBeanInfo() {
        MBeanAttributeInfo[] infos =
                attributes.keySet().stream()
                        .map(name -> new MBeanAttributeInfo(name, "long", name, true, false, false))
                        .toArray(MBeanAttributeInfo[]::new);
        return new MBeanInfo(
                CounterBean.class.getName(),
                "Counters of an Aurora DSQL sink",
                infos,
                null,
                null,
                null);
    }

    @Override
    public void setAttribute(Attribute attribute) throws AttributeNotFoundException {
        throw new AttributeNotFoundException(attribute.getName() + " is read-only");
    }

    @Override
    public AttributeList setAttributes(AttributeList attributes) {
        return new AttributeList();
    }

    @Override
    public Object invoke(String action, Object[] arguments, String[] signature) {
        throw new UnsupportedOperationException(action);
    }
}

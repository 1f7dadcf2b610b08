package io.dsqlsink.seatunnel.source;

import java.sql.Driver;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;

/** The JDBC drivers that a class loader has. */
public final class JdbcDrivers {
    private JdbcDrivers() {}

    /**
     * Loads them. Each registers itself with DriverManager. A driver that cannot be loaded, such as
     * one for a newer Java, is left out: it must not get in the way of the others.
     */
    public static List<Driver> load(ClassLoader loader) {
        List<Driver> loaded = new ArrayList<>();
        Iterator<Driver> found = ServiceLoader.load(Driver.class, loader).iterator();
        while (hasNext(found)) {
            try {
                loaded.add(found.next());
            } catch (ServiceConfigurationError | LinkageError e) {
                continue; // The iterator has passed it.
            }
        }
        return loaded;
    }

    /** Java 9 and later load the class here, Java 8 in next(). */
    private static boolean hasNext(Iterator<Driver> found) {
        while (true) {
            try {
                return found.hasNext();
            } catch (LinkageError e) {
                continue; // As above.
            } catch (ServiceConfigurationError e) {
                return false; // The list itself cannot be read; the next call would fail again.
            }
        }
    }
}

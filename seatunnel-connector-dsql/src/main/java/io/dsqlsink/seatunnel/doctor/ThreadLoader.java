package io.dsqlsink.seatunnel.doctor;

import io.dsqlsink.seatunnel.source.JdbcDrivers;

/** The class loader of a home as that of a command's thread, as an engine does for its tasks. */
final class ThreadLoader {
    private ThreadLoader() {}

    /**
     * Sets it, and registers its JDBC drivers. SeaTunnel's sources ask DriverManager for theirs,
     * and that looks for drivers only once in a process: on Java 8 when its class is first used,
     * which may have been before the home was known.
     */
    static void set(ClassLoader loader) {
        Thread.currentThread().setContextClassLoader(loader);
        JdbcDrivers.load(loader);
    }
}

package io.dsqlsink.seatunnel.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.DriverManager;
import java.sql.DriverPropertyInfo;
import java.sql.SQLException;
import java.util.Properties;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JdbcDriversTest {
    private static final String URL = "jdbc:of-a-test:";

    @TempDir Path folder;

    @Test
    void aDriverThatCannotBeLoadedIsNotInTheWay() throws Exception {
        // What a class file of a Java that is not out yet begins with: magic number, version.
        Path tooNew = folder.resolve("TooNew.class");
        Files.write(tooNew, new byte[] {-54, -2, -70, -66, 0, 0, 127, 127, 0, 1});
        Path list = folder.resolve("META-INF/services/java.sql.Driver");
        Files.createDirectories(list.getParent());
        String names = "no.such.Driver\nTooNew\n" + GoodDriver.class.getName() + "\n";
        Files.write(list, names.getBytes(StandardCharsets.UTF_8));

        try (URLClassLoader loader =
                new URLClassLoader(
                        new URL[] {folder.toUri().toURL()}, GoodDriver.class.getClassLoader())) {
            assertThat(JdbcDrivers.load(loader)).hasAtLeastOneElementOfType(GoodDriver.class);
        }
        // SeaTunnel's sources ask here.
        Driver registered = DriverManager.getDriver(URL);
        assertThat(registered).isInstanceOf(GoodDriver.class);
        DriverManager.deregisterDriver(registered);
    }

    public static final class GoodDriver implements Driver {
        static {
            try {
                DriverManager.registerDriver(new GoodDriver());
            } catch (SQLException e) {
                throw new ExceptionInInitializerError(e);
            }
        }

        @Override
        public boolean acceptsURL(String url) {
            return url.equals(URL);
        }

        @Override
        public Connection connect(String url, Properties properties) {
            return null;
        }

        @Override
        public DriverPropertyInfo[] getPropertyInfo(String url, Properties properties) {
            return new DriverPropertyInfo[0];
        }

        @Override
        public int getMajorVersion() {
            return 1;
        }

        @Override
        public int getMinorVersion() {
            return 0;
        }

        @Override
        public boolean jdbcCompliant() {
            return false;
        }

        @Override
        public Logger getParentLogger() {
            return null;
        }
    }
}

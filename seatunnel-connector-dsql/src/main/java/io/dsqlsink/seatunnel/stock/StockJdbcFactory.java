package io.dsqlsink.seatunnel.stock;

import io.dsqlsink.seatunnel.exception.DsqlConnectorException;
import io.dsqlsink.seatunnel.exception.DsqlErrorCode;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Field;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.Enumeration;
import java.util.function.BiConsumer;
import org.apache.seatunnel.api.table.factory.TableSinkFactory;

/**
 * Finds the stock Jdbc sink factory, which our class of the same name hides. It searches in this
 * order: the copy that the installer kept under another name in our jar; the same through the
 * context class loader; the next class file of that name on the class path; the connector-jdbc jar
 * in the connectors folder.
 */
public final class StockJdbcFactory {
    /** The name of the stock class. Our class has the same name. */
    public static final String NAME =
            "org.apache.seatunnel.connectors.seatunnel.jdbc.sink.JdbcSinkFactory";

    /** The name that the installer gives the stock class when it replaces it by ours. */
    public static final String RENAMED = NAME + "$Stock";

    /** Every version of our class refers to this package; the stock class does not. */
    private static final String OUR_PACKAGE = "io/dsqlsink/";

    private static final String FLINK_STARTER =
            "org.apache.seatunnel.core.starter.flink.execution.FlinkAbstractPluginExecuteProcessor";

    private StockJdbcFactory() {}

    /**
     * @throws DsqlConnectorException if there is no stock factory
     */
    @SuppressWarnings("rawtypes")
    public static TableSinkFactory find() {
        ClassLoader own = StockJdbcFactory.class.getClassLoader();
        ClassLoader context = Thread.currentThread().getContextClassLoader();
        ClassLoader visible = context == null ? own : context;
        try {
            Class<?> found = renamed(own);
            if (found == null) {
                found = renamed(visible);
            }
            if (found == null) {
                found = nextOnClassPath(visible);
            }
            if (found == null && addConnectorJdbc(visible)) {
                found = nextOnClassPath(visible);
            }
            if (found != null) {
                return (TableSinkFactory) found.getDeclaredConstructor().newInstance();
            }
        } catch (ReflectiveOperationException | IOException | LinkageError e) {
            throw new DsqlConnectorException(
                    DsqlErrorCode.STOCK_SINK, "The stock Jdbc sink cannot be started: " + e, e);
        }
        throw new DsqlConnectorException(
                DsqlErrorCode.STOCK_SINK,
                "This job's sink is Jdbc with a dialect other than dsql, but connector-jdbc is"
                        + " neither on the class path nor in "
                        + connectorsFolder()
                        + ": install one connector-jdbc jar there");
    }

    private static Class<?> renamed(ClassLoader loader) {
        try {
            return Class.forName(RENAMED, true, loader);
        } catch (ClassNotFoundException e) {
            return null;
        }
    }

    private static Class<?> nextOnClassPath(ClassLoader loader)
            throws IOException, ClassNotFoundException {
        Enumeration<URL> files = loader.getResources(NAME.replace('.', '/') + ".class");
        while (files.hasMoreElements()) {
            URL file = files.nextElement();
            byte[] bytes = read(file);
            if (!isOurs(bytes)) {
                return new StockLoader(loader, file, bytes).loadClass(NAME);
            }
        }
        return null;
    }

    private static boolean isOurs(byte[] classFile) {
        // The encoding of names in class files is the same as ASCII for this package.
        return new String(classFile, StandardCharsets.ISO_8859_1).contains(OUR_PACKAGE);
    }

    /**
     * On Flink the starter adds connector-jdbc to the client's class path only if no Jdbc factory
     * is visible yet. If our jar is in lib/, one is. The task managers get the jar in any case.
     */
    private static boolean addConnectorJdbc(ClassLoader loader)
            throws ReflectiveOperationException, IOException {
        File folder = connectorsFolder();
        File[] jars =
                folder == null
                        ? null
                        : folder.listFiles(
                                (dir, name) ->
                                        name.startsWith("connector-jdbc") && name.endsWith(".jar"));
        if (jars == null || jars.length != 1) {
            return false;
        }
        Class<?> starter;
        try {
            starter = Class.forName(FLINK_STARTER, true, loader);
        } catch (ClassNotFoundException e) {
            return false;
        }
        Field field = starter.getDeclaredField("ADD_URL_TO_CLASSLOADER");
        field.setAccessible(true);
        @SuppressWarnings("unchecked")
        BiConsumer<ClassLoader, URL> add = (BiConsumer<ClassLoader, URL>) field.get(null);
        add.accept(loader, jars[0].toURI().toURL());
        return true;
    }

    /** The connectors folder next to the lib/ that contains our jar, or null. */
    private static File connectorsFolder() {
        try {
            File jar =
                    new File(
                            StockJdbcFactory.class
                                    .getProtectionDomain()
                                    .getCodeSource()
                                    .getLocation()
                                    .toURI());
            File home = jar.getParentFile() == null ? null : jar.getParentFile().getParentFile();
            return home == null ? null : new File(home, "connectors");
        } catch (URISyntaxException | IllegalArgumentException e) {
            return null;
        }
    }

    private static byte[] read(URL file) throws IOException {
        try (InputStream in = file.openStream()) {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            byte[] block = new byte[8192];
            for (int n = in.read(block); n >= 0; n = in.read(block)) {
                out.write(block, 0, n);
            }
            return out.toByteArray();
        }
    }

    /** Defines the stock class itself, because its parent has our class under the same name. */
    private static final class StockLoader extends ClassLoader {
        private final URL file;
        private final byte[] bytes;

        StockLoader(ClassLoader parent, URL file, byte[] bytes) {
            super(parent);
            this.file = file;
            this.bytes = bytes;
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (!name.equals(NAME) && !name.startsWith(NAME + "$")) {
                return super.loadClass(name, resolve);
            }
            synchronized (getClassLoadingLock(name)) {
                Class<?> loaded = findLoadedClass(name);
                return loaded != null ? loaded : define(name);
            }
        }

        private Class<?> define(String name) throws ClassNotFoundException {
            try {
                String simpleName = name.substring(name.lastIndexOf('.') + 1);
                byte[] content =
                        name.equals(NAME) ? bytes : read(new URL(file, simpleName + ".class"));
                return defineClass(name, content, 0, content.length);
            } catch (IOException e) {
                throw new ClassNotFoundException(name, e);
            }
        }
    }
}

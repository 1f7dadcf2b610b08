package io.dsqlsink.seatunnel.compat;

import com.google.common.base.Preconditions;
import io.dsqlsink.bridge.NativeSink;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.stream.Stream;
import org.apache.commons.lang3.StringUtils;
import org.slf4j.LoggerFactory;

/** Class loaders arranged as in the engines, with the real jars of each release. */
public final class EngineLoaders {
    private EngineLoaders() {}

    /** A folder of target/engines, such as connectors; Maven fills it. */
    public static Path[] jars(String version, String folder) throws IOException {
        try (Stream<Path> jars =
                Files.list(Path.of(System.getProperty("engines.dir"), version, folder))) {
            return jars.sorted().toArray(Path[]::new);
        }
    }

    public static Path jar(String version, String folder, String prefix) throws IOException {
        return Arrays.stream(jars(version, folder))
                .filter(jar -> jar.getFileName().toString().startsWith(prefix))
                .findFirst()
                .orElseThrow();
    }

    /** The connector as compiled by Maven: its classes and those of java-bridge. */
    public static List<Path> connector() {
        return List.of(Path.of(System.getProperty("classes.dir")), source(NativeSink.class));
    }

    /** The libraries that the tests themselves and every engine have. */
    public static List<Path> libraries() {
        return List.of(
                Path.of(System.getProperty("test.classes.dir")),
                source(LoggerFactory.class),
                source(Preconditions.class),
                source(StringUtils.class));
    }

    private static Path source(Class<?> type) {
        return new File(type.getProtectionDomain().getCodeSource().getLocation().getPath())
                .toPath();
    }

    /** One loader with everything, as in Flink's client and on Spark. */
    @SafeVarargs
    public static URLClassLoader flat(List<Path>... parts) {
        return new URLClassLoader(urls(parts), ClassLoader.getPlatformClassLoader());
    }

    /** Zeta's loader of a job's connectors above the application's. */
    @SafeVarargs
    public static URLClassLoader zetaJob(ClassLoader application, List<Path>... parts) {
        return new ZetaJobLoader(urls(parts), application);
    }

    @SafeVarargs
    @SuppressWarnings("varargs")
    private static URL[] urls(List<Path>... parts) {
        return Arrays.stream(parts)
                .flatMap(List::stream)
                .map(EngineLoaders::url)
                .toArray(URL[]::new);
    }

    private static URL url(Path path) {
        try {
            return path.toUri().toURL();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Like SeaTunnelChildFirstClassLoader: SeaTunnel's own classes are parent first, resources are
     * not.
     */
    private static final class ZetaJobLoader extends URLClassLoader {
        ZetaJobLoader(URL[] urls, ClassLoader parent) {
            super(urls, parent);
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (name.startsWith("java.")
                    || name.startsWith("org.slf4j")
                    || name.startsWith("org.apache.seatunnel.")) {
                return super.loadClass(name, resolve);
            }
            synchronized (getClassLoadingLock(name)) {
                Class<?> loaded = findLoadedClass(name);
                if (loaded != null) {
                    return loaded;
                }
                try {
                    return findClass(name);
                } catch (ClassNotFoundException e) {
                    return super.loadClass(name, resolve);
                }
            }
        }

        @Override
        public Enumeration<URL> getResources(String name) throws IOException {
            List<URL> all = new ArrayList<>(Collections.list(findResources(name)));
            all.addAll(Collections.list(getParent().getResources(name)));
            return Collections.enumeration(all);
        }
    }
}

package io.dsqlsink.seatunnel.install;

import io.dsqlsink.seatunnel.doctor.Doctor;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * Runs doctor without SeaTunnel's classes: the jar's own program has only those of the home it
 * checks.
 */
public final class AloneDoctor implements Function<Path, List<String>> {
    private static final Pattern SEATUNNEL =
            Pattern.compile(".*(/org/apache/seatunnel/|/newer-api/).*");

    /**
     * One for all tests: each class loader has its own copy of the native library. The class that
     * it loads has none of its own.
     */
    private static final class One {
        static final Function<Path, List<String>> DOCTOR = alone();
    }

    static List<String> check(Path home) {
        return One.DOCTOR.apply(home);
    }

    @Override
    public List<String> apply(Path home) {
        List<String> lines = new ArrayList<>();
        try {
            new Doctor(Home.of(home), new Report(lines::add)).check();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InstallException e) {
            throw new IllegalStateException(e);
        }
        return lines;
    }

    @SuppressWarnings("unchecked")
    private static Function<Path, List<String>> alone() {
        List<URL> urls = new ArrayList<>();
        try {
            for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
                if (!SEATUNNEL.matcher(entry).matches()) {
                    urls.add(Path.of(entry).toUri().toURL());
                }
            }
            URLClassLoader loader =
                    new URLClassLoader(
                            urls.toArray(new URL[0]),
                            ClassLoader.getSystemClassLoader().getParent());
            return (Function<Path, List<String>>)
                    loader.loadClass(AloneDoctor.class.getName()).getConstructor().newInstance();
        } catch (MalformedURLException | ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }
}

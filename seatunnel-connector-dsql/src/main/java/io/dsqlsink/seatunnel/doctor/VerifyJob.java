package io.dsqlsink.seatunnel.doctor;

import io.dsqlsink.seatunnel.config.VerifyOptions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BiConsumer;

/**
 * Derives from a job the one that compares its target with its sources: it reads them once, to
 * their end, in one task, and writes nothing. Runs inside a class loader of the home, as {@link
 * JobCheck} does.
 */
public final class VerifyJob {
    private static final String OWNER_ONLY = "rw-------";

    private VerifyJob() {}

    /** Called by reflection. */
    public static void write(
            ClassLoader loader,
            Path file,
            List<String> variables,
            String verify,
            Path folder,
            Path to,
            BiConsumer<String, String> report) {
        Thread.currentThread().setContextClassLoader(loader);
        try {
            JobFile job = JobFile.read(loader, file, variables);
            Map<String, Object> derived = new LinkedHashMap<>();
            job.root().forEach((key, value) -> derived.put(String.valueOf(key), value));
            derived.put("env", environment(job.root().get("env")));
            List<Map<String, Object>> sources = job.sources();
            sources.replaceAll(VerifyJob::readOnce);
            derived.put("source", sources);
            List<Map<String, Object>> sinks = job.sinks();
            if (sinks.size() != 1 || !JobTables.isOurs(sinks.get(0))) {
                report.accept(
                        JobCheck.PROBLEM,
                        file
                                + " has to have one sink, and that to Aurora DSQL of this kind: split"
                                + " the job, one sink each, for the comparison");
                return;
            }
            sinks.replaceAll(sink -> compares(sink, verify, folder));
            derived.put("sink", sinks);
            store(to, JobFile.json(loader, derived));
        } catch (Exception e) {
            report.accept(JobCheck.PROBLEM, file + ": " + JobCheck.cause(e));
        }
    }

    private static Map<String, Object> environment(Object of) {
        Map<String, Object> environment = copy(of);
        // A checkpoint has no use where nothing is kept, and a restart would begin anew.
        set(environment, "job", "mode", "BATCH");
        set(environment, "job", "retry.times", 0);
        environment.remove("checkpoint");
        environment.remove("checkpoint.interval");
        environment.remove("checkpoint.timeout");
        environment.put("parallelism", 1);
        return environment;
    }

    private static Map<String, Object> readOnce(Map<String, Object> of) {
        Map<String, Object> source = copy(of);
        source.remove("parallelism");
        if (JobFile.plugin(source).toUpperCase(Locale.ROOT).endsWith("-CDC")) {
            set(source, "startup", "mode", "initial");
            set(source, "stop", "mode", "latest");
        }
        return source;
    }

    private static Map<String, Object> compares(
            Map<String, Object> of, String verify, Path folder) {
        Map<String, Object> sink = copy(of);
        sink.remove("parallelism");
        sink.put(VerifyOptions.VERIFY.key(), verify);
        sink.put(VerifyOptions.VERIFY_REPORT.key(), folder.toAbsolutePath().toString());
        return sink;
    }

    /** Sets an option with a point in its name, which the reader takes for a block in a block. */
    private static void set(Map<String, Object> block, String outer, String name, Object value) {
        block.remove(outer + "." + name);
        Map<String, Object> inner = copy(block.get(outer));
        int point = name.indexOf('.');
        if (point < 0) {
            inner.put(name, value);
        } else {
            set(inner, name.substring(0, point), name.substring(point + 1), value);
        }
        block.put(outer, inner);
    }

    private static Map<String, Object> copy(Object block) {
        Map<String, Object> copy = new HashMap<>();
        if (block instanceof Map) {
            ((Map<?, ?>) block).forEach((key, value) -> copy.put(String.valueOf(key), value));
        }
        return copy;
    }

    private static void store(Path to, String json) throws IOException {
        Files.deleteIfExists(to);
        Files.createFile(
                to,
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(OWNER_ONLY)));
        Files.write(to, json.getBytes(StandardCharsets.UTF_8));
    }
}

package io.dsqlsink.seatunnel.doctor;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/** A job's config as SeaTunnel reads it, with the blocks of its sources and sinks. */
final class JobFile {
    private static final String CONFIG_BUILDER =
            "org.apache.seatunnel.core.starter.utils.ConfigBuilder";

    private final Map<?, ?> root;

    JobFile(Map<?, ?> root) {
        this.root = root;
    }

    /**
     * Reads a config by the home's own SeaTunnel classes, with substitution and decryption.
     *
     * @param variables key=value, as with the engine's option -i
     */
    static JobFile read(ClassLoader loader, Path file, List<String> variables) throws Exception {
        for (String variable : variables) {
            // The client does the same up to 2.3.4; later clients pass the variables to the reader.
            int at = variable.indexOf('=');
            System.setProperty(variable.substring(0, at), variable.substring(at + 1));
        }
        Class<?> reader = loader.loadClass(CONFIG_BUILDER);
        try {
            Object config;
            try {
                config =
                        reader.getMethod("of", Path.class, List.class)
                                .invoke(null, file, variables.isEmpty() ? null : variables);
            } catch (NoSuchMethodException e) {
                config = reader.getMethod("of", Path.class).invoke(null, file);
            }
            // Methods of the interfaces, because the classes that implement them are not public.
            String types = "org.apache.seatunnel.shade.com.typesafe.config.";
            Method root = loader.loadClass(types + "Config").getMethod("root");
            Method plain = loader.loadClass(types + "ConfigObject").getMethod("unwrapped");
            return new JobFile((Map<?, ?>) plain.invoke(root.invoke(config)));
        } catch (InvocationTargetException e) {
            throw e.getCause() instanceof Exception ? (Exception) e.getCause() : e;
        }
    }

    /** The whole config. Code that derives another job changes it in place. */
    Map<?, ?> root() {
        return root;
    }

    /** The config as JSON, which SeaTunnel reads like HOCON. */
    static String json(ClassLoader loader, Map<?, ?> root) throws ReflectiveOperationException {
        String types = "org.apache.seatunnel.shade.com.typesafe.config.";
        Object value =
                loader.loadClass(types + "ConfigValueFactory")
                        .getMethod("fromAnyRef", Object.class)
                        .invoke(null, root);
        Class<?> options = loader.loadClass(types + "ConfigRenderOptions");
        return (String)
                loader.loadClass(types + "ConfigValue")
                        .getMethod("render", options)
                        .invoke(value, options.getMethod("concise").invoke(null));
    }

    List<Map<String, Object>> sources() {
        return blocks("source");
    }

    List<Map<String, Object>> sinks() {
        return blocks("sink");
    }

    /** The reader turns the dot in job.mode into a nested block. */
    boolean isStreaming() {
        Object env = root.get("env");
        Object job = env instanceof Map ? ((Map<?, ?>) env).get("job") : null;
        Object mode =
                job instanceof Map
                        ? ((Map<?, ?>) job).get("mode")
                        : env instanceof Map ? ((Map<?, ?>) env).get("job.mode") : null;
        return "STREAMING".equalsIgnoreCase(String.valueOf(mode));
    }

    List<Map<String, Object>> transforms() {
        return blocks("transform");
    }

    boolean hasTransforms() {
        return !transforms().isEmpty();
    }

    @SuppressWarnings("unchecked")
    private List<Map<String, Object>> blocks(String kind) {
        Object blocks = root.get(kind);
        return blocks instanceof List
                ? new ArrayList<>((List<Map<String, Object>>) blocks)
                : Collections.<Map<String, Object>>emptyList();
    }

    static String plugin(Map<String, Object> block) {
        return String.valueOf(block.get("plugin_name"));
    }
}

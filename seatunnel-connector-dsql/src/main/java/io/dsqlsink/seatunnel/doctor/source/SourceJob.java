package io.dsqlsink.seatunnel.doctor.source;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A job's source block, and the release that reads it. */
final class SourceJob {
    private static final String API =
            "META-INF/maven/org.apache.seatunnel/seatunnel-api/pom.properties";

    private static final Pattern RELEASE = Pattern.compile("(\\d+)\\.(\\d+)\\.(\\d+).*");

    private final String plugin;
    private final Map<String, String> options = new LinkedHashMap<>();
    private final Map<String, Object> block;
    private final String release;

    SourceJob(ClassLoader loader, String plugin, Map<String, Object> block) {
        this.plugin = plugin;
        this.block = block;
        flatten("", block);
        this.release = release(loader);
    }

    private void flatten(String prefix, Map<?, ?> part) {
        part.forEach(
                (key, value) -> {
                    if (value instanceof Map) {
                        flatten(prefix + key + ".", (Map<?, ?>) value);
                    } else {
                        options.put(prefix + key, String.valueOf(value));
                    }
                });
    }

    private static String release(ClassLoader loader) {
        try (InputStream in = loader.getResourceAsStream(API)) {
            if (in != null) {
                Properties properties = new Properties();
                properties.load(in);
                return properties.getProperty("version", "");
            }
        } catch (IOException e) {
            // The release stays unknown, see isBefore.
        }
        return "";
    }

    String plugin() {
        return plugin;
    }

    String release() {
        return release;
    }

    /** False if the release is not known. */
    boolean isBefore(int major, int minor, int patch) {
        Matcher parts = RELEASE.matcher(release);
        if (!parts.matches()) {
            return false;
        }
        int[] wanted = {major, minor, patch};
        for (int i = 0; i < wanted.length; i++) {
            int part = Integer.parseInt(parts.group(i + 1));
            if (part != wanted[i]) {
                return part < wanted[i];
            }
        }
        return false;
    }

    /** The value of the first of these options that is set; null if none is. */
    String option(String... keys) {
        for (String key : keys) {
            if (options.get(key) != null) {
                return options.get(key);
            }
        }
        return null;
    }

    boolean isOn(String... keys) {
        return "true".equalsIgnoreCase(option(keys));
    }

    String url() {
        String url = option("base-url", "url");
        return url == null ? "" : url;
    }

    boolean isCdc() {
        return plugin.equalsIgnoreCase("MySQL-CDC") || plugin.equalsIgnoreCase("Postgres-CDC");
    }

    private boolean isJdbc() {
        return plugin.equalsIgnoreCase("Jdbc");
    }

    boolean isMySql() {
        return plugin.equalsIgnoreCase("MySQL-CDC") || isJdbc() && url().startsWith("jdbc:mysql:");
    }

    boolean isPostgres() {
        return plugin.equalsIgnoreCase("Postgres-CDC")
                || isJdbc() && url().startsWith("jdbc:postgresql:");
    }

    /** Whether the url has this parameter with this value. */
    boolean urlHas(String parameter, String value) {
        return Pattern.compile("[?&]" + parameter + "=" + value + "(&|$)", Pattern.CASE_INSENSITIVE)
                .matcher(url())
                .find();
    }

    /** What the Jdbc source reads: the block itself, or its table_list. */
    @SuppressWarnings("unchecked")
    List<Map<String, Object>> entries() {
        if (isCdc()) {
            return Collections.emptyList();
        }
        Object list = block.get("table_list");
        List<Map<String, Object>> entries = new ArrayList<>();
        if (list instanceof List) {
            for (Object entry : (List<Object>) list) {
                if (entry instanceof Map) {
                    entries.add((Map<String, Object>) entry);
                }
            }
        }
        return entries.isEmpty() ? Collections.singletonList(block) : entries;
    }
}

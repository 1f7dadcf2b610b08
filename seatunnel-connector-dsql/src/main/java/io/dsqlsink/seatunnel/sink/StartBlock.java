package io.dsqlsink.seatunnel.sink;

import io.dsqlsink.seatunnel.config.DsqlSinkConfig;
import io.dsqlsink.seatunnel.config.DsqlTable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** The log lines at the start of a sink: how it is configured. Never a key or a token. */
final class StartBlock {
    private StartBlock() {}

    static List<String> of(DsqlSinkConfig config) {
        Map<String, String> options = config.nativeOptions();
        List<String> lines = new ArrayList<>();
        lines.add(
                "Aurora DSQL sink: region "
                        + options.getOrDefault("region", "from the endpoint's name")
                        + ", role "
                        + options.get("username")
                        + ", signed by "
                        + identity(options)
                        + ", TLS: "
                        + tls(options.get("url")));
        lines.add(
                "Aurora DSQL sink: statement form "
                        + options.getOrDefault(
                                "statement_form", "chosen by a check of the" + " database")
                        + ", limits: "
                        + limits(options));
        return lines;
    }

    static String of(DsqlTable table) {
        return "Aurora DSQL sink: table "
                + table
                + ", "
                + (table.keys().isEmpty() ? "no key, rows are appended" : "key " + table.keys())
                + ", columns "
                + table.columns();
    }

    /** Without what the url may hold besides. */
    private static String tls(String url) {
        String mode = parameter(url, "sslmode");
        String authorities = parameter(url, "sslrootcert");
        return (mode == null ? "sslmode verify-full" : "sslmode " + mode)
                + (authorities == null ? "" : ", sslrootcert " + authorities);
    }

    private static String parameter(String url, String name) {
        int start = url == null ? -1 : url.indexOf('?');
        if (start >= 0) {
            for (String pair : url.substring(start + 1).split("&")) {
                if (pair.startsWith(name + "=")) {
                    return pair.substring(name.length() + 1);
                }
            }
        }
        return null;
    }

    private static String identity(Map<String, String> options) {
        String base =
                options.containsKey("access_key_id")
                        ? "access key "
                                + options.get("access_key_id")
                                + " of option 'access_key_id'"
                                + (options.containsKey("session_token") ? ", temporary" : "")
                        : options.containsKey("profile")
                                ? "profile '" + options.get("profile") + "' of option 'profile'"
                                : "the AWS default chain (environment, profile, container, instance)";
        return options.containsKey("role_arn")
                ? "role " + options.get("role_arn") + " of option 'role_arn', assumed by " + base
                : base;
    }

    private static String limits(Map<String, String> options) {
        List<String> told = new ArrayList<>();
        for (String key :
                Arrays.asList(
                        "batch_size",
                        "batch_interval_ms",
                        "max_buffer_bytes",
                        "retry_timeout_ms")) {
            if (options.containsKey(key)) {
                told.add(key + " " + options.get(key));
            }
        }
        return String.join(", ", told);
    }
}

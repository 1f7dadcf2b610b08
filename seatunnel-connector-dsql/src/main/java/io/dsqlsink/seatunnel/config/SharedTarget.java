package io.dsqlsink.seatunnel.config;

import org.apache.seatunnel.api.configuration.Option;
import org.apache.seatunnel.api.configuration.Options;

/** Detects two source tables that are written to one target. */
public final class SharedTarget {
    public static final Option<Boolean> MERGE_TABLES =
            Options.key("merge_tables")
                    .booleanType()
                    .defaultValue(false)
                    .withDescription(
                            "true: several source tables may be written to one target by key,"
                                    + " because no key is in two of them; otherwise that is an"
                                    + " error");

    private SharedTarget() {}

    /** Whether two source tables have the same target. */
    public static boolean isShared(DsqlTable one, DsqlTable other) {
        return one.schema().equals(other.schema())
                && one.name().equals(other.name())
                && !one.source().equals(other.source());
    }

    /** Whether rows of one would overwrite rows of the other without the user's consent. */
    public static boolean isRefused(DsqlTable one, DsqlTable other) {
        return !one.keys().isEmpty() && !other.keys().isEmpty() && !one.merges();
    }

    /** The message for two that share a target. */
    public static String message(DsqlTable one, DsqlTable other) {
        String both =
                "Tables "
                        + one.source()
                        + " and "
                        + other.source()
                        + " of the source are both written to "
                        + one.schema()
                        + "."
                        + one.name();
        String apart = "to keep them apart, set option 'table' to \"" + placeholder(one, other);
        return isRefused(one, other)
                ? both
                        + ", where rows of one overwrite those of the other that have the same key "
                        + one.keys()
                        + ": "
                        + apart
                        + "\"; if no key is in both, set "
                        + MERGE_TABLES.key()
                        + " = true"
                : both + "; " + apart + "\"";
    }

    /** The placeholder that makes their names different. */
    private static String placeholder(DsqlTable one, DsqlTable other) {
        String[] names = one.source().split("\\.");
        String[] others = other.source().split("\\.");
        if (!names[names.length - 1].equals(others[others.length - 1])) {
            return "${table_name}";
        }
        boolean inSchemas =
                names.length > 2
                        && others.length > 2
                        && !names[names.length - 2].equals(others[others.length - 2]);
        return (inSchemas ? "${schema_name}" : "${database_name}") + "_${table_name}";
    }
}

package io.dsqlsink.seatunnel.stock;

import org.apache.seatunnel.api.configuration.Option;
import org.apache.seatunnel.api.configuration.Options;
import org.apache.seatunnel.api.configuration.ReadonlyConfig;

/**
 * Which of two sinks writes to Aurora DSQL: from 2.3.13 on connector-jdbc has a dialect dsql of its
 * own.
 */
public final class HandOver {
    /** The same in every release that has it. */
    public static final String DIALECT_CLASS =
            "org/apache/seatunnel/connectors/seatunnel/jdbc/internal/dialect/dsql/"
                    + "DsqlDialectFactory.class";

    public static final Option<Boolean> DSQL_NATIVE =
            Options.key("dsql_native")
                    .booleanType()
                    .defaultValue(true)
                    .withDescription(
                            "false: connector-jdbc's own dialect dsql writes, which SeaTunnel has"
                                    + " from 2.3.13 on");

    private HandOver() {}

    public static boolean isToStock(ReadonlyConfig options) {
        return !options.get(DSQL_NATIVE);
    }

    /** Whether the stock sink that a loader sees has the dialect. */
    public static boolean isPossible(ClassLoader loader) {
        return loader != null && loader.getResource(DIALECT_CLASS) != null;
    }
}

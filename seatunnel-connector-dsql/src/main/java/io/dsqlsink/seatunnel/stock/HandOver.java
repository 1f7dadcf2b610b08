package io.dsqlsink.seatunnel.stock;

import io.dsqlsink.seatunnel.compat.Placeholders;
import io.dsqlsink.seatunnel.config.DsqlSinkOptions;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.seatunnel.api.configuration.Option;
import org.apache.seatunnel.api.configuration.Options;
import org.apache.seatunnel.api.configuration.ReadonlyConfig;
import org.apache.seatunnel.api.table.factory.TableSinkFactoryContext;

/**
 * Decides which of two sinks writes to Aurora DSQL: from 2.3.13 on connector-jdbc has a dialect
 * dsql of its own.
 */
public final class HandOver {
    /** The name is the same in every release that has this class. */
    public static final String DIALECT_CLASS =
            "org/apache/seatunnel/connectors/seatunnel/jdbc/internal/dialect/dsql/"
                    + "DsqlDialectFactory.class";

    /** A constant of its own: doctor needs it where SeaTunnel's class Options is not present. */
    public static final String OPTION = "dsql_native";

    public static final Option<Boolean> DSQL_NATIVE =
            Options.key(OPTION)
                    .booleanType()
                    .defaultValue(true)
                    .withDescription(
                            "false: connector-jdbc's own dialect dsql writes (SeaTunnel 2.3.13"
                                    + " and later)");

    private HandOver() {}

    public static boolean isToStock(ReadonlyConfig options) {
        return !options.get(DSQL_NATIVE);
    }

    /** Whether the stock sink that a loader sees has the dialect. */
    public static boolean isPossible(ClassLoader loader) {
        return loader != null && loader.getResource(DIALECT_CLASS) != null;
    }

    /**
     * The context for the stock sink. It replaces the placeholders in the one option that our
     * factories exclude from the engine's replacement ({@code excludeTablePlaceholderReplaceKeys}).
     */
    public static TableSinkFactoryContext named(TableSinkFactoryContext context) {
        String sql = context.getOptions().getOptional(DsqlSinkOptions.CUSTOM_SQL).orElse(null);
        Map<String, Object> options = sql == null ? null : written(context.getOptions());
        if (options == null) {
            return context;
        }
        options.put(
                DsqlSinkOptions.CUSTOM_SQL.key(),
                new Placeholders(context.getCatalogTable()).replace(sql));
        return new TableSinkFactoryContext(
                context.getCatalogTable(),
                ReadonlyConfig.fromMap(options),
                context.getClassLoader());
    }

    /**
     * The options as the job has them; null before 2.3.8, where the engine replaces no
     * placeholders.
     */
    @SuppressWarnings("unchecked")
    private static Map<String, Object> written(ReadonlyConfig options) {
        try {
            return new LinkedHashMap<>(
                    (Map<String, Object>)
                            ReadonlyConfig.class.getMethod("getSourceMap").invoke(options));
        } catch (ReflectiveOperationException e) {
            return null;
        }
    }
}

package org.apache.seatunnel.connectors.seatunnel.jdbc.sink;

import io.dsqlsink.seatunnel.SinkLog;
import io.dsqlsink.seatunnel.config.DsqlSinkOptions;
import io.dsqlsink.seatunnel.config.OptionRules;
import io.dsqlsink.seatunnel.exception.DsqlConnectorException;
import io.dsqlsink.seatunnel.exception.DsqlErrorCode;
import io.dsqlsink.seatunnel.sink.DsqlSinkFactory;
import io.dsqlsink.seatunnel.stock.HandOver;
import io.dsqlsink.seatunnel.stock.OtherDialect;
import io.dsqlsink.seatunnel.stock.StockJdbcFactory;
import java.util.List;
import org.apache.seatunnel.api.configuration.util.ConfigValidator;
import org.apache.seatunnel.api.configuration.util.OptionRule;
import org.apache.seatunnel.api.table.connector.TableSink;
import org.apache.seatunnel.api.table.factory.TableSinkFactory;
import org.apache.seatunnel.api.table.factory.TableSinkFactoryContext;

/**
 * Takes {@code Jdbc { dialect = "dsql" }} and hands every other Jdbc sink to the stock factory.
 *
 * <p>The one class of ours under a SeaTunnel name. Two factories that call themselves Jdbc are an
 * error to SeaTunnel; one class name that is found twice is not, and the first copy wins.
 */
@SuppressWarnings({"rawtypes", "unchecked"})
public final class JdbcSinkFactory implements TableSinkFactory {
    private final DsqlSinkFactory dsql = new DsqlSinkFactory();
    private TableSinkFactory stock;

    @Override
    public String factoryIdentifier() {
        return "Jdbc";
    }

    /** Both sinks' options; which of them a job needs is checked when the dialect is known. */
    @Override
    public OptionRule optionRule() {
        try {
            return OptionRules.listing(stock().optionRule());
        } catch (DsqlConnectorException | LinkageError e) {
            // Our dialect works without the stock sink, and beside one of another release.
            return OptionRules.listing(dsql.optionRule());
        }
    }

    /** See {@link DsqlSinkFactory}; for the stock sink {@link HandOver#named} puts them in. */
    public List<String> excludeTablePlaceholderReplaceKeys() {
        return dsql.excludeTablePlaceholderReplaceKeys();
    }

    @Override
    public TableSink createSink(TableSinkFactoryContext context) {
        if (context == null) {
            return null;
        }
        String dialect = context.getOptions().getOptional(DsqlSinkOptions.DIALECT).orElse("");
        if (DsqlSinkOptions.DSQL_DIALECT.equalsIgnoreCase(dialect.trim())) {
            if (!HandOver.isToStock(context.getOptions())) {
                return dsql.createSink(context);
            }
            requireStockDialect();
        } else {
            requireNoOtherDialect(context);
        }
        // The check that the engine makes of a factory's rule, which ours let pass.
        ConfigValidator.of(context.getOptions()).validate(stock().optionRule());
        return stock().createSink(HandOver.named(context));
    }

    private static void requireNoOtherDialect(TableSinkFactoryContext context) {
        try {
            OtherDialect.refuse(context.getOptions());
        } catch (DsqlConnectorException e) {
            e.log(SinkLog.of(OtherDialect.class));
            throw e;
        }
    }

    /** Older releases pass over the option dialect, and would write as to PostgreSQL. */
    private void requireStockDialect() {
        ClassLoader context = Thread.currentThread().getContextClassLoader();
        if (!HandOver.isPossible(stock().getClass().getClassLoader())
                && !HandOver.isPossible(context)) {
            throw new DsqlConnectorException(
                    DsqlErrorCode.CONFIG,
                    "option '"
                            + HandOver.DSQL_NATIVE.key()
                            + "' = false: connector-jdbc of this SeaTunnel has no dialect dsql,"
                            + " which came with 2.3.13: remove the line");
        }
    }

    private TableSinkFactory stock() {
        if (stock == null) {
            stock = StockJdbcFactory.find();
        }
        return stock;
    }
}

package io.dsqlsink.seatunnel.stock;

import io.dsqlsink.seatunnel.config.DsqlSinkOptions;
import io.dsqlsink.seatunnel.config.IdentityOptions;
import io.dsqlsink.seatunnel.exception.DsqlConnectorException;
import io.dsqlsink.seatunnel.exception.DsqlErrorCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.apache.seatunnel.api.configuration.ReadonlyConfig;

/**
 * A sink block that is meant for Aurora DSQL and says something else, as a misspelt dialect does.
 * The stock sink would write to it as to PostgreSQL, or end in an error that names nothing.
 */
public final class OtherDialect {
    /** dsql-fips and endpoints of PrivateLink among them. */
    private static final Pattern HOST =
            Pattern.compile("[./]dsql(-[a-z0-9]+)?\\.[a-z0-9-]+\\.on\\.aws([:/?]|$)");

    private OtherDialect() {}

    /**
     * Refuses such a block, unless it says that the stock sink is meant.
     *
     * @throws DsqlConnectorException that names the dialect and what it was known by
     */
    public static void refuse(ReadonlyConfig options) {
        Map<String, String> block = options.toMap();
        List<String> signs = new ArrayList<>();
        if (HOST.matcher(block.getOrDefault(DsqlSinkOptions.URL.key(), "")).find()) {
            signs.add("'url' leads to an endpoint of Aurora DSQL");
        }
        for (String key : IdentityOptions.keys()) {
            if (block.containsKey(key)) {
                signs.add("'" + key + "' is an option of dialect dsql");
            }
        }
        if (signs.isEmpty() || block.containsKey(HandOver.DSQL_NATIVE.key())) {
            return;
        }
        String dialect = block.get(DsqlSinkOptions.DIALECT.key());
        throw new DsqlConnectorException(
                DsqlErrorCode.CONFIG,
                "option 'dialect' "
                        + (dialect == null ? "is missing" : "= \"" + dialect + "\" is another")
                        + ", but "
                        + String.join(", ", signs)
                        + ": write dialect = \"dsql\"; or "
                        + HandOver.DSQL_NATIVE.key()
                        + " = false, if connector-jdbc's own sink must write with that dialect");
    }
}

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
 * Detects a sink block that is meant for Aurora DSQL but has another dialect, such as a misspelt
 * one. The stock sink would write as to PostgreSQL, or fail with an error that does not name the
 * cause.
 */
public final class OtherDialect {
    /** Also matches dsql-fips and endpoints of PrivateLink. */
    private static final Pattern HOST =
            Pattern.compile("[./]dsql(-[a-z0-9]+)?\\.[a-z0-9-]+\\.on\\.aws([:/?]|$)");

    private OtherDialect() {}

    /**
     * Refuses such a block, unless it sets dsql_native.
     *
     * @throws DsqlConnectorException that names the dialect, and the options that show what is
     *     meant
     */
    public static void refuse(ReadonlyConfig options) {
        Map<String, String> block = options.toMap();
        List<String> signs = new ArrayList<>();
        if (HOST.matcher(block.getOrDefault(DsqlSinkOptions.URL.key(), "")).find()) {
            signs.add("'url' is an endpoint of Aurora DSQL");
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

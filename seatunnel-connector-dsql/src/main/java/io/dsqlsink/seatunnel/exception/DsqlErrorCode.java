package io.dsqlsink.seatunnel.exception;

import io.dsqlsink.bridge.DsqlNativeException;
import org.apache.seatunnel.common.exception.SeaTunnelErrorCode;

/** The error codes of the sink. DSQL-0x and DSQL-1x are the error kinds of the native library. */
public enum DsqlErrorCode implements SeaTunnelErrorCode {
    UNKNOWN(
            "DSQL-00",
            "The native library reported an error of an unknown kind",
            "remove the property dsql.sink.native.path; if it is not set, report it",
            false),
    CONFIG(
            "DSQL-01",
            "A sink option is missing or wrong",
            "correct the named options, shorten the name",
            true),
    AUTHENTICATION(
            "DSQL-02",
            "Aurora DSQL refused the IAM token",
            "check keys, region, the policy of the principal, and the machine's clock",
            true),
    PERMISSION(
            "DSQL-03",
            "The database role may not do this",
            "grant USAGE on the schema, and SELECT, INSERT, UPDATE and DELETE on the table; CREATE on the schema for tables that the sink creates",
            true),
    CONNECTION(
            "DSQL-04",
            "Aurora DSQL cannot be reached",
            "check the endpoint in url, the security group, and sslrootcert; raise the limit that the message names",
            false),
    SCHEMA(
            "DSQL-05",
            "The target table does not fit the rows",
            "create or alter the table as the message says",
            true),
    DATA(
            "DSQL-06",
            "A row does not fit the table",
            "widen the column or correct the row; row_error_policy = skip writes such rows to a file instead",
            true),
    CONFLICT(
            "DSQL-07",
            "Conflicts with other transactions lasted longer than the retries",
            "lower batch_size or the other writers' load, raise retry_timeout_ms",
            false),
    LIMIT(
            "DSQL-08",
            "A limit of Aurora DSQL or of the sink was reached",
            "shorten the row, leave out the column, skip such rows, or do not create the index (create_index = false); let your own statement change fewer rows at a time",
            true),
    OUTCOME_UNKNOWN(
            "DSQL-09",
            "It is not known whether a batch was committed",
            "compare the table with the source before restarting; give the table a key, or let the role"
                    + " create the ledger (commit_ledger)",
            false),
    REJECTED(
            "DSQL-10",
            "Aurora DSQL refused the statement",
            "look up its SQLSTATE; if the sink's statement is wrong, report it",
            true),
    CLOSED("DSQL-11", "The sink is closed", "look for the first error above it", false),
    FRAME(
            "DSQL-12",
            "The connector and its native library do not match",
            "doctor lists the copies of the connector; keep only one",
            true),
    INTERNAL("DSQL-13", "The sink has a bug", "report it with the log", false),
    DEAD_LETTERS(
            "DSQL-14",
            "A refused row cannot be written to the dead letters",
            "free space or set another path, and restart the job from its last checkpoint: SeaTunnel sends the rows since then again",
            false),
    QUOTA(
            "DSQL-15",
            "A quota of the cluster or of a table is used up",
            "drop what is not needed, or use what exists, as the message says",
            true),
    NATIVE_LIBRARY(
            "DSQL-20",
            "The native library cannot be loaded",
            "set dsql.sink.native.tmpdir; doctor shows what is missing",
            true),
    INTERRUPTED(
            "DSQL-21",
            "The task was cancelled while it waited for Aurora DSQL",
            "nothing: rows that were not committed are sent again after a restart",
            false),
    STOCK_SINK(
            "DSQL-22",
            "The stock Jdbc sink cannot be found",
            "install connector-jdbc, or set the dialect",
            true),
    SAVE_MODE(
            "DSQL-23",
            "The target does not meet the save mode's condition",
            "create or empty the table, or choose another mode",
            true);

    private final String code;
    private final String description;
    private final String cure;
    private final boolean lasting;

    DsqlErrorCode(String code, String description, String cure, boolean lasting) {
        this.code = code;
        this.description = description;
        this.cure = cure;
        this.lasting = lasting;
    }

    /** What to do in general; the message may be more specific. */
    public String cure() {
        return cure;
    }

    /** True if the error occurs again when the job is restarted without any other change. */
    public boolean isLasting() {
        return lasting;
    }

    /** The code of an error from the native library. */
    static DsqlErrorCode of(DsqlNativeException e) {
        switch (e.kind()) {
            case DsqlNativeException.ERROR_CONFIG:
                return CONFIG;
            case DsqlNativeException.ERROR_AUTHENTICATION:
                return AUTHENTICATION;
            case DsqlNativeException.ERROR_PERMISSION:
                return PERMISSION;
            case DsqlNativeException.ERROR_CONNECTION:
                return CONNECTION;
            case DsqlNativeException.ERROR_SCHEMA:
                return SCHEMA;
            case DsqlNativeException.ERROR_DATA:
                return DATA;
            case DsqlNativeException.ERROR_CONFLICT:
                return CONFLICT;
            case DsqlNativeException.ERROR_LIMIT:
                return LIMIT;
            case DsqlNativeException.ERROR_OUTCOME_UNKNOWN:
                return OUTCOME_UNKNOWN;
            case DsqlNativeException.ERROR_REJECTED:
                return REJECTED;
            case DsqlNativeException.ERROR_CLOSED:
                return CLOSED;
            case DsqlNativeException.ERROR_FRAME:
                return FRAME;
            case DsqlNativeException.ERROR_INTERNAL:
                return INTERNAL;
            case DsqlNativeException.ERROR_DEAD_LETTERS:
                return DEAD_LETTERS;
            case DsqlNativeException.ERROR_QUOTA:
                return QUOTA;
            default:
                return UNKNOWN;
        }
    }

    @Override
    public String getCode() {
        return code;
    }

    @Override
    public String getDescription() {
        return description;
    }
}

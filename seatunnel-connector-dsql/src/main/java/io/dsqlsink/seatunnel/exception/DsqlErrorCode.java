package io.dsqlsink.seatunnel.exception;

import io.dsqlsink.bridge.DsqlNativeException;
import org.apache.seatunnel.common.exception.SeaTunnelErrorCode;

/** What can go wrong. DSQL-0x and DSQL-1x are the error kinds of the native library. */
public enum DsqlErrorCode implements SeaTunnelErrorCode {
    UNKNOWN("DSQL-00", "The native library reported an error of an unknown kind"),
    CONFIG("DSQL-01", "A sink option is missing or wrong"),
    AUTHENTICATION("DSQL-02", "Aurora DSQL refused the IAM token"),
    PERMISSION("DSQL-03", "The database role may not do this"),
    CONNECTION("DSQL-04", "Aurora DSQL cannot be reached"),
    SCHEMA("DSQL-05", "The target table does not fit the rows"),
    DATA("DSQL-06", "A value does not fit its column"),
    CONFLICT("DSQL-07", "Conflicts with other transactions outlived the retries"),
    LIMIT("DSQL-08", "A limit of Aurora DSQL or of the sink was reached"),
    OUTCOME_UNKNOWN("DSQL-09", "It is not known whether a batch was committed"),
    REJECTED("DSQL-10", "Aurora DSQL refused the statement"),
    CLOSED("DSQL-11", "The sink is closed"),
    FRAME("DSQL-12", "The connector and its native library do not match"),
    INTERNAL("DSQL-13", "The sink has a bug"),
    NATIVE_LIBRARY("DSQL-20", "The native library cannot be loaded"),
    INTERRUPTED("DSQL-21", "The task was cancelled while it waited for Aurora DSQL"),
    STOCK_SINK("DSQL-22", "The stock Jdbc sink cannot be found"),
    SAVE_MODE("DSQL-23", "The target is not as the save mode demands");

    private final String code;
    private final String description;

    DsqlErrorCode(String code, String description) {
        this.code = code;
        this.description = description;
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

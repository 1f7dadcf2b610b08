package io.dsqlsink.seatunnel.exception;

import static org.assertj.core.api.Assertions.assertThat;

import io.dsqlsink.bridge.DsqlNativeException;
import java.lang.reflect.Field;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class DsqlErrorCodeTest {
    @Test
    void everyNativeKindHasTheCodeOfItsName() throws IllegalAccessException {
        int kinds = 0;
        for (Field field : DsqlNativeException.class.getFields()) {
            if (field.getName().startsWith("ERROR_")) {
                DsqlErrorCode code = DsqlErrorCode.of(error(field.getInt(null), "", ""));
                assertThat("ERROR_" + code.name()).isEqualTo(field.getName());
                assertThat(code.getCode())
                        .isEqualTo(String.format("DSQL-%02d", field.getInt(null)));
                kinds++;
            }
        }
        assertThat(kinds).isEqualTo(16);
    }

    @Test
    void noCodeIsGivenTwice() {
        Set<String> codes = new HashSet<>();
        for (DsqlErrorCode code : DsqlErrorCode.values()) {
            assertThat(codes.add(code.getCode())).as(code.getCode()).isTrue();
        }
    }

    @Test
    void aNativeErrorIsWrappedOnce() {
        DsqlConnectorException e =
                DsqlConnectorException.of(
                        error(DsqlNativeException.ERROR_DATA, "22003", "column total: overflow"));
        assertThat(e)
                .hasMessage(
                        "ErrorCode:[DSQL-06], ErrorDescription:[A row does not fit the table]"
                                + " - column total: overflow (SQLSTATE 22003)")
                .hasNoCause();
        assertThat(DsqlConnectorException.of(error(0, "22003", "22003: overflow")))
                .hasMessageEndingWith(" - 22003: overflow");
    }

    private static DsqlNativeException error(int kind, String sqlState, String message) {
        return new DsqlNativeException(
                kind,
                sqlState.getBytes(StandardCharsets.US_ASCII),
                message.getBytes(StandardCharsets.UTF_8));
    }
}

package io.dsqlsink.seatunnel.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.seatunnel.api.table.catalog.PhysicalColumn;
import org.apache.seatunnel.api.table.type.BasicType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Defaults in the forms that sources send. */
class ColumnDefaultTest {
    private static ColumnDefault of(String type, boolean nullable, Object value) {
        return ColumnDefault.of(
                PhysicalColumn.of("c", BasicType.STRING_TYPE, 0, nullable, value, ""), type);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "integer | 5 | 5",
                "integer | '5' | 5",
                "\"numeric(10,2)\" | 1.50 | 1.50",
                "double precision | 1e3 | 1000",
                "boolean | b'1' | true",
                "boolean | 0 | false",
                "varchar(5) | it's | 'it''s'",
                "text | CURRENT_TIMESTAMP | 'CURRENT_TIMESTAMP'",
                "date | 2026-01-02 | '2026-01-02'",
                "timestamp | 2026-01-02 03:04:05.5 | '2026-01-02T03:04:05.500'",
                "time | 03:04:05 | '03:04:05'",
            })
    void textsAreRead(String type, String value, String sql) {
        assertThat(of(type, true, value).sql()).isEqualTo(sql);
        assertThat(of(type, true, value).isDeclared()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "integer,abs(-1)",
        "timestamp,CURRENT_TIMESTAMP",
        "timestamp,0000-00-00 00:00:00",
        "date,CURRENT_DATE",
        "boolean,maybe",
        "uuid,uuid()",
        "jsonb,{}",
        "bytea,x",
    })
    void anUncertainDefaultIsUnknown(String type, String value) {
        assertThat(of(type, true, value).isUnknown()).isTrue();
        assertThat(of(type, true, value).sql()).isNull();
    }

    @Test
    void aNumberIsNotATime() {
        assertThat(of("timestamp", true, 1_767_323_045_000L).isUnknown()).isTrue();
        assertThat(of("time", true, 1_000L).isUnknown()).isTrue();
        assertThat(of("date", true, 20_455).sql()).isEqualTo("'2026-01-02'");
        assertThat(of("smallint", true, true).sql()).isEqualTo("1");
    }

    @Test
    void notNullIsTheZeroOfItsType() {
        assertThat(of("bigint", false, null).sql()).isEqualTo("0");
        assertThat(of("varchar(3)", false, null).sql()).isEqualTo("''");
        assertThat(of("bytea", false, null).sql()).isEqualTo("''::bytea");
        assertThat(of("bigint", false, null).isDeclared()).isFalse();
        assertThat(of("timestamp", false, null).isUnknown()).isTrue();
        assertThat(of("bigint", true, null).sql()).isNull();
        assertThat(of("bigint", true, null).isUnknown()).isFalse();
    }
}

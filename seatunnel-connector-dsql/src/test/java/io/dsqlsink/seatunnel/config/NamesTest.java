package io.dsqlsink.seatunnel.config;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NamesTest {
    @ParameterizedTest
    @CsvSource({
        "stock, stcok, true",
        "stock, Stock, true",
        "stock, stok, true",
        "shop_orders, shop_order, true",
        "shop_orders, shpo_ordres, false",
        "shop_a, shop_b, false",
        "by_cdc, by_jdbc, false",
        "stock1, stock2, false",
        "stock, stock2, false",
        "dev, dwh, false",
        "prod, public, false",
        "orders, orders_old, false"
    })
    void misspeltNamesAreDetected(String a, String b, boolean near) {
        assertThat(Names.areNear(a, b)).isEqualTo(near);
        assertThat(Names.areNear(b, a)).isEqualTo(near);
    }

    @Test
    void aNameThatCannotBeSentIsShownEscaped() {
        assertThat(Names.problem("column", "a\0b\nc"))
                .isEqualTo(
                        "column 'a\\u{0}b\\nc' has a NUL character (U+0000) in its name, which"
                                + " Aurora DSQL does not allow in names");
        assertThat(Names.problem("schema", "a\ud83d"))
                .contains("half a surrogate pair (\\u{d83d})");
        assertThat(Names.problem("schema", "\ude00a"))
                .contains("half a surrogate pair (\\u{de00})");
        assertThat(Names.problem("table", "\ud83d\ude00 \u00e4")).isNull();
    }

    @Test
    void theNameOfAnIndexIsChangedSoThatItCanBeSent() {
        assertThat(Names.shortened("a\0b\ud83dc\ud83d\ude00")).startsWith("abc\ud83d\ude00_");
        assertThat(Names.shortened("a\0b")).isNotEqualTo(Names.shortened("a\ud83db"));
        assertThat(Names.shortened("ab")).isEqualTo("ab");
    }
}

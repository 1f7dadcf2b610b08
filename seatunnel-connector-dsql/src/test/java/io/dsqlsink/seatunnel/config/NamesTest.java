package io.dsqlsink.seatunnel.config;

import static org.assertj.core.api.Assertions.assertThat;

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
    void namesThatAreMisspeltAreTold(String a, String b, boolean near) {
        assertThat(Names.areNear(a, b)).isEqualTo(near);
        assertThat(Names.areNear(b, a)).isEqualTo(near);
    }
}

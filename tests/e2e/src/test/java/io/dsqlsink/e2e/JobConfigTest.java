package io.dsqlsink.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class JobConfigTest {
    /** The aim of the project: users' configs run unchanged. */
    @Test
    void onlyPlaceholdersOfTheSinkBlockAreChanged() {
        String filled = JobConfig.mysqlToDsql("127.0.0.1", "shop", List.of("orders"));

        assertThat(sinkOf(filled))
                .isEqualTo(
                        sinkOf(JobConfig.template())
                                .replace("<dsql_endpoint>", DsqlLocal.ENDPOINT)
                                .replace("<access key id>", DsqlLocal.ACCESS_KEY_ID)
                                .replace("<secret access key>", DsqlLocal.SECRET_ACCESS_KEY));
        assertThat(sinkOf(filled)).contains("Jdbc {", "dialect = \"dsql\"");
    }

    @Test
    void tablesAreListedInBothPlaces() {
        String filled = JobConfig.mysqlToDsql("127.0.0.1", "shop", List.of("orders", "items"));

        assertThat(filled)
                .contains("table-names = [\"shop.orders\", \"shop.items\"]")
                .contains("table = \"shop.orders\"", "table = \"shop.items\"")
                .doesNotContain(
                        "<db>", "<table>", "<user>", "<password>", "<host>", "<dsql_endpoint>");
    }

    private static String sinkOf(String config) {
        return config.substring(config.indexOf("sink {"));
    }
}

package io.dsqlsink.seatunnel.compat;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.apache.seatunnel.api.table.type.SeaTunnelRow;
import org.junit.jupiter.api.Test;

class EventTimeTest {
    /** A row of the release that the tests run with. */
    @Test
    void aRowWithoutOptionsHasNoTime() {
        assertThat(new EventTime().of(new SeaTunnelRow(1))).isEqualTo(EventTime.NONE);
    }

    @Test
    void theTimeIsAmongTheOptions() {
        Object options = Map.of("EventTime", 1_700_000_000_000L, "Delay", 12L);
        assertThat(EventTime.among(options)).isEqualTo(1_700_000_000_000L);
        assertThat(EventTime.among(Map.of("EventTime", 0L))).isEqualTo(EventTime.NONE);
        assertThat(EventTime.among(Map.of())).isEqualTo(EventTime.NONE);
        assertThat(EventTime.among(null)).isEqualTo(EventTime.NONE);
    }
}

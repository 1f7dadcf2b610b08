package io.dsqlsink.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Two runs of scripts/kill-tests.sh: one kills the engine in the stream, one in the load. */
class KillIT {
    /** Enough for a checkpoint in the middle of the load. */
    private static final long ROWS = 90_000;

    private static KillTest.Stage stage;

    @BeforeAll
    static void fill() throws SQLException {
        stage = Servers.stage(ROWS);
        stage.fill();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2})
    void targetEqualsSourceAfterAKillOfTheEngine(long seed) throws Exception {
        KillOutcome outcome = new KillTest(stage, KillTarget.ENGINE, seed).run();
        assertThat(outcome.good()).as(outcome::toString).isTrue();
        assertThat(outcome.rows()).isPositive();
    }
}

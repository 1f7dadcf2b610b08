package io.dsqlsink.seatunnel.sink;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** A dsql-local for the tests of a class. */
public abstract class DsqlFixture {
    public static DsqlLocal dsql;

    @BeforeAll
    static void start(@TempDir Path dir) throws IOException {
        dsql = DsqlLocal.start(dir.resolve("dsql-local.log"));
    }

    @AfterAll
    static void stop() {
        if (dsql != null) {
            dsql.close();
        }
    }
}

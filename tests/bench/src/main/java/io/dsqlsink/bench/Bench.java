package io.dsqlsink.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;

/**
 * Runs the contenders of each part, and appends one line of JSON per measurement to a file.
 * Arguments: the file, the letters of the parts, and optionally "quick". scripts/bench.sh builds
 * what is needed; the report makes tables and plots from the file. Parts c, d and i are jobs: the
 * e2e module has them.
 */
public final class Bench {
    private Bench() {}

    public static void main(String[] arguments) throws Exception {
        int code = 1;
        try {
            run(Path.of(arguments[0]).toAbsolutePath(), arguments[1], arguments.length > 2);
            code = 0;
        } catch (IOException | SQLException e) {
            System.err.println("bench: " + e);
        }
        System.exit(code);
    }

    private static void run(Path results, String parts, boolean quick)
            throws IOException, SQLException {
        Path folder = results.getParent();
        try (Server dsql = Server.start(folder.resolve("dsql-local.log"))) {
            for (Rows.Kind kind : Rows.Kind.values()) {
                dsql.create(kind);
            }
            Contenders contenders = new Contenders(folder);
            Measurements measurements = new Measurements(results, quick);
            UnderModel model = new UnderModel(dsql, contenders, measurements);
            Writers writers = new Writers(dsql, contenders, measurements);
            if (parts.contains("a")) {
                model.load();
            }
            if (parts.contains("b")) {
                model.streams();
            }
            if (parts.contains("e")) {
                writers.distances();
            }
            if (parts.contains("f")) {
                writers.answers();
            }
            if (parts.contains("g")) {
                writers.copy();
            }
            if (parts.contains("h")) {
                writers.connections();
            }
        }
    }
}

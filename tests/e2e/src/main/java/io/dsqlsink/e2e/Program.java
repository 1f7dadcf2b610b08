package io.dsqlsink.e2e;

import java.io.IOException;
import java.sql.SQLException;

/**
 * A program that a script starts. It stops every process that it has started, and its exit code is
 * 0 if it has done its work, else 1.
 */
final class Program {
    private Program() {}

    interface Work {
        void run() throws SQLException, IOException, InterruptedException;
    }

    /**
     * Does the work and ends this process.
     *
     * @param name what an error begins with
     */
    static void exitAfter(String name, Work work) {
        int code = 1;
        try {
            work.run();
            code = 0;
        } catch (IllegalStateException | SQLException | IOException | InterruptedException e) {
            System.err.println(name + ": " + e.getMessage());
        } finally {
            Child.stopAll();
        }
        System.exit(code);
    }
}

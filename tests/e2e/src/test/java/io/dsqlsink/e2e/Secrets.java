package io.dsqlsink.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;

/** Secrets that must not be in any log. */
final class Secrets {
    /** Keys that are wrong on purpose are secrets too. */
    static final String WRONG_SECRET_ACCESS_KEY = "0000000000wrong/secret+access+key0000000";

    private Secrets() {}

    static void assertAbsent(String log) {
        List<String> found = new ArrayList<>();
        for (String secret :
                List.of(
                        DsqlLocal.SECRET_ACCESS_KEY,
                        WRONG_SECRET_ACCESS_KEY,
                        MySqlServer.PASSWORD,
                        "X-Amz-Signature=",
                        "X-Amz-Security-Token=")) {
            log.lines().filter(line -> line.contains(secret)).forEach(found::add);
        }
        assertThat(found).as("lines of the log with a secret in them").isEmpty();
    }
}

package io.dsqlsink.seatunnel.install;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import org.junit.jupiter.api.Test;

class QuietLoggingTest {
    @Test
    void onlyMessagesOfLoggingAboutItselfAreRemoved() {
        ByteArrayOutputStream seen = new ByteArrayOutputStream();
        PrintStream err = new PrintStream(new QuietLogging(seen), true);
        err.println("SLF4J: Failed to load class \"org.slf4j.impl.StaticLoggerBinder\".");
        err.println("SLF4J(W): No SLF4J providers were found.");
        err.println(
                "WARNING: sun.reflect.Reflection.getCallerClass is not supported. This will"
                        + " impact performance.");
        err.println("WARNING: something else");
        err.print("and a question? ");
        err.flush();
        assertThat(seen.toString().lines())
                .containsExactly("WARNING: something else", "and a question? ");
    }
}

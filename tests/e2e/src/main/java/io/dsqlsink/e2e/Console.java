package io.dsqlsink.e2e;

import java.time.LocalTime;
import java.time.format.DateTimeFormatter;

/** Output of the programs, in the form of the scripts. */
final class Console {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss");

    private Console() {}

    static void say(String line) {
        System.out.println("[" + LocalTime.now().format(TIME) + "] " + line);
    }
}

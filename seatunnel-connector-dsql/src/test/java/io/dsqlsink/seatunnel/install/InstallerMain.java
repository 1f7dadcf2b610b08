package io.dsqlsink.seatunnel.install;

import java.io.IOException;
import java.nio.file.Paths;

/** An installer in its own JVM, for {@link ConcurrentInstallersTest}. */
final class InstallerMain {
    private InstallerMain() {}

    /**
     * Arguments: the connector's jar, the home, the mode or {@code uninstall}. Before its first
     * change it waits for a byte on its standard input.
     */
    public static void main(String[] arguments) throws Exception {
        boolean[] asked = {false};
        Installer installer =
                new Installer(
                        Paths.get(arguments[0]),
                        Home.of(Paths.get(arguments[1])),
                        false,
                        line -> {
                            System.out.println(line);
                            if (!asked[0]) {
                                asked[0] = true;
                                awaitByte();
                            }
                        },
                        System.out::println);
        boolean done =
                arguments[2].equals("uninstall")
                        ? installer.uninstall()
                        : installer.install(Mode.valueOf(arguments[2]));
        System.out.println(done ? "done" : "nothing done");
    }

    private static void awaitByte() {
        try {
            System.in.read();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}

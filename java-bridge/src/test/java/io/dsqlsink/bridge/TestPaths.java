package io.dsqlsink.bridge;

import java.nio.file.Path;

/** Where the tests find what other parts of the project write. */
final class TestPaths {
    private TestPaths() {}

    /** The root of the repository; Maven sets the property. */
    static Path root() {
        return Path.of(System.getProperty("root.dir"));
    }

    /** The library with exports that panic on request, from build-native.sh --fault-injection. */
    static Path faultInjectionLibrary() {
        return root().resolve(
                        "target/native-test/" + NativePlatform.current() + "/libdsql_sink.so");
    }
}

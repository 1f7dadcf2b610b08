package io.dsqlsink.e2e;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** An assembled SeaTunnel home (scripts/zeta-home.sh) and the jobs that run in it. */
final class SeaTunnelHome {
    private final Path home;

    SeaTunnelHome(Path home) {
        this.home =
                Places.require(home.resolve("bin/seatunnel.sh"), "run scripts/zeta-home.sh")
                        .getParent()
                        .getParent();
    }

    /** Starts {@code bin/seatunnel.sh --config FILE -m local} as a person would. */
    Job run(Path config, Path log, Map<String, String> environment, String... arguments) {
        List<String> command = new ArrayList<>();
        command.addAll(
                List.of(
                        home.resolve("bin/seatunnel.sh").toString(),
                        "--config",
                        config.toString(),
                        "-m",
                        "local"));
        command.addAll(List.of(arguments));
        return new Job(Child.start("the SeaTunnel job", log, environment, command));
    }
}

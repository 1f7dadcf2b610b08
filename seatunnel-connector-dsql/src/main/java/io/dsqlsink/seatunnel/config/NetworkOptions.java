package io.dsqlsink.seatunnel.config;

import io.dsqlsink.bridge.Limits;
import java.util.Map;
import org.apache.seatunnel.api.configuration.Option;
import org.apache.seatunnel.api.configuration.Options;

/** Options that say how the network is used. */
final class NetworkOptions {
    static final Option<Integer> SOCKET_TIMEOUT_MS =
            Options.key("socket_timeout_ms")
                    .intType()
                    .noDefaultValue()
                    .withDescription(
                            "How long the sink waits for one answer of Aurora DSQL;"
                                    + " retry_timeout_ms also ends a wait. 0 and the default:"
                                    + " 320000, a little"
                                    + " more than the time that a transaction may take");

    static final Option<Integer> CONNECTING_PROCESSES =
            Options.key("connecting_processes")
                    .intType()
                    .defaultValue(2)
                    .withDescription(
                            "Processes (workers) that open connections to the cluster, 1 to 1000:"
                                    + " together they open 100 a second, which is what a cluster"
                                    + " takes");

    private NetworkOptions() {}

    static void read(OptionReader reader, Map<String, String> nativeOptions) {
        DsqlSinkConfig.put(
                nativeOptions,
                SOCKET_TIMEOUT_MS,
                reader.number(
                        SOCKET_TIMEOUT_MS,
                        0,
                        Limits.MAX_TIMEOUT_MS,
                        "it is the time in milliseconds to wait for one answer"));
        DsqlSinkConfig.put(
                nativeOptions,
                CONNECTING_PROCESSES,
                reader.number(
                        CONNECTING_PROCESSES,
                        1,
                        Limits.MAX_PROCESSES,
                        "it is the number of processes that open connections to the cluster"));
    }
}

package io.dsqlsink.seatunnel.config;

import io.dsqlsink.bridge.Limits;
import java.util.Map;
import org.apache.seatunnel.api.configuration.Option;
import org.apache.seatunnel.api.configuration.Options;

/** Options that expose the sink's counters to Prometheus. */
final class MetricsOptions {
    static final Option<Integer> METRICS_PORT =
            Options.key("metrics_port")
                    .intType()
                    .noDefaultValue()
                    .withDescription(
                            "Port of each worker at which Prometheus reads the counters, path"
                                    + " /metrics, 1 to 65535; without it there is none. The tasks"
                                    + " of a process share it while any of them runs. If"
                                    + " another program uses it, the log has a WARN and"
                                    + " the job continues");

    static final Option<String> METRICS_HOST =
            Options.key("metrics_host")
                    .stringType()
                    .defaultValue("127.0.0.1")
                    .withDescription(
                            "IP address of the worker that metrics_port is opened on; 0.0.0.0 for"
                                    + " all of them. Everybody who can reach it can read table"
                                    + " names and counts without a password");

    private MetricsOptions() {}

    static void read(OptionReader reader, Map<String, String> nativeOptions) {
        Integer port =
                reader.number(
                        METRICS_PORT,
                        1,
                        Limits.MAX_PORT,
                        "it is the port at which Prometheus reads the counters");
        String host = reader.text(METRICS_HOST);
        if (host != null && !host.matches("[0-9.]+|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*")) {
            reader.problem(
                    METRICS_HOST.key(),
                    "'" + host + "' is not an IP address; 0.0.0.0 stands for all of the worker");
        }
        if (port != null) {
            DsqlSinkConfig.put(nativeOptions, METRICS_PORT, port);
            DsqlSinkConfig.put(nativeOptions, METRICS_HOST, host);
        }
    }
}

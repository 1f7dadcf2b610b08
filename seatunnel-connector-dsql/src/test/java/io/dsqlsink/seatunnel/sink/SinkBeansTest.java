package io.dsqlsink.seatunnel.sink;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.junit.jupiter.api.Test;

/** JMX and Prometheus show a sink while it is open, and nothing is left afterwards. */
class SinkBeansTest extends DsqlWriterFixture {
    private static final MBeanServer SERVER = ManagementFactory.getPlatformMBeanServer();

    private static Set<ObjectName> beans() throws JMException {
        return SERVER.queryNames(new ObjectName(SinkBeans.DOMAIN + ":*"), null);
    }

    private static Object attribute(String rest, String name) throws JMException {
        return SERVER.getAttribute(new ObjectName(SinkBeans.DOMAIN + ":job=\"\"," + rest), name);
    }

    @Test
    void countersAreShownUntilTheSinkCloses() throws IOException, JMException {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        DsqlSinkWriter writer =
                writer("orders", NEVER_MS, null, Map.of("metrics_port", port), "id");
        writer.write(insert(1L, "a"));
        writer.write(insert(2L, "b"));
        writer.prepareCommit();
        String table = "task=0,type=Table,table=\"public.orders\"";
        assertThat(attribute(table, "RowsCommitted")).isEqualTo(2L);
        assertThat(attribute("task=0,type=Sink", "RowsCommitted")).isEqualTo(2L);
        assertThat(attribute("task=0,type=Sink", "ConnectionsOpen")).isEqualTo(1L);

        // Another sink of the job in this process.
        DsqlSinkWriter second = writer("other", NEVER_MS, "id");
        second.write(insert(7L, "c"));
        second.prepareCommit();
        assertThat(attribute("task=1,type=Sink", "RowsCommitted")).isEqualTo(1L);
        second.abortPrepare();
        assertThat(beans()).hasSize(2);

        try (InputStream text = new URL("http://127.0.0.1:" + port + "/metrics").openStream()) {
            assertThat(new String(text.readAllBytes(), StandardCharsets.UTF_8))
                    .contains(
                            "dsql_sink_rows_committed_total{job_id=\"\",task=\"0\",table=\"public.orders\"}"
                                    + " 2\n");
        }
        writer.close();
        assertThat(beans()).isEmpty();
    }

    /** A sink that cannot be opened leaves nothing. */
    @Test
    void nothingIsLeftOfASinkThatDoesNotStart() throws JMException {
        failure(() -> writer("missing", NEVER_MS, "id").write(insert(1L, "a")));
        assertThat(beans()).isEmpty();
    }
}

import com.hazelcast.client.config.ClientConfig;
import com.hazelcast.instance.impl.HazelcastInstanceImpl;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.seatunnel.common.config.Common;
import org.apache.seatunnel.common.config.DeployMode;
import org.apache.seatunnel.engine.client.job.ClientJobProxy;
import org.apache.seatunnel.engine.common.config.ConfigProvider;
import org.apache.seatunnel.engine.common.config.JobConfig;
import org.apache.seatunnel.engine.common.config.SeaTunnelConfig;
import org.apache.seatunnel.engine.core.job.JobResult;
import org.apache.seatunnel.engine.core.job.JobStatus;
import org.apache.seatunnel.engine.server.SeaTunnelServerStarter;

/**
 * Stands in for the client in seatunnel-starter 2.3.8, which Maven Central does not have: a node in
 * this JVM, and a job on it. Understands {@code --config FILE -m local [--name NAME]
 * [--set-job-id ID | -r ID]} and does what the client does with it: a job gets an id, or goes on from
 * the last checkpoint of the one that had it. scripts/home.sh compiles it into the home.
 */
public final class SeaTunnelClient {
    /** As the original: a job that will not end must not keep Ctrl-C waiting. */
    private static final int CANCEL_SECONDS = 15;

    public static void main(String[] arguments) throws Exception {
        String config = null;
        String name = "SeaTunnel";
        Long id = null;
        boolean restore = false;
        for (int i = 0; i + 1 < arguments.length; i += 2) {
            if (arguments[i].equals("--config")) {
                config = arguments[i + 1];
            } else if (arguments[i].equals("--name")) {
                name = arguments[i + 1];
            } else if (arguments[i].equals("--set-job-id") || arguments[i].equals("-r")) {
                id = Long.valueOf(arguments[i + 1]);
                restore = arguments[i].equals("-r");
            } else if (!arguments[i].equals("-m") || !arguments[i + 1].equals("local")) {
                throw new IllegalArgumentException("Not known here: " + arguments[i]);
            }
        }
        int code = 1;
        try {
            code = run(config, name, id, restore) ? 0 : 1;
        } catch (Exception e) {
            e.printStackTrace();
        }
        // The node's threads would keep the JVM.
        System.exit(code);
    }

    private static boolean run(String config, String name, Long id, boolean restore)
            throws Exception {
        // Else the node is down before the job can be cancelled on it.
        System.setProperty("hazelcast.shutdownhook.enabled", "false");
        Common.setDeployMode(DeployMode.CLIENT);
        SeaTunnelConfig engine = ConfigProvider.locateAndGetSeaTunnelConfig();
        HazelcastInstanceImpl node = SeaTunnelServerStarter.createHazelcastInstance(engine);
        int port = node.getCluster().getLocalMember().getSocketAddress().getPort();
        ClientConfig client = ConfigProvider.locateAndGetClientConfig();
        client.setClusterName(engine.getHazelcastConfig().getClusterName());
        client.getNetworkConfig()
                .setAddresses(Collections.singletonList("127.0.0.1:" + port));
        JobConfig job = new JobConfig();
        job.setName(name);
        org.apache.seatunnel.engine.client.SeaTunnelClient engineClient =
                new org.apache.seatunnel.engine.client.SeaTunnelClient(client);
        List<String> none = Collections.emptyList();
        ClientJobProxy running =
                (restore
                                ? engineClient.restoreExecutionContext(
                                        config, none, job, engine, id)
                                : engineClient.createExecutionContext(
                                        config, none, job, engine, id))
                        .execute();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> cancel(running)));
        JobResult result = running.waitForJobCompleteV2();
        if (result.getStatus() != JobStatus.FINISHED) {
            System.err.println("Job " + result.getStatus() + ": " + result.getError());
        }
        return result.getStatus() == JobStatus.FINISHED;
    }

    private static void cancel(ClientJobProxy job) {
        if (job.getJobResultCache() != null) {
            return;
        }
        try {
            CompletableFuture.runAsync(job::cancelJob).get(CANCEL_SECONDS, TimeUnit.SECONDS);
        } catch (Exception e) {
            System.err.println("The job was not cancelled: " + e);
        }
    }
}

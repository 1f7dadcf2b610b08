import org.apache.seatunnel.engine.common.config.ConfigProvider;
import org.apache.seatunnel.engine.server.SeaTunnelServerStarter;

/** Stands in for the node of seatunnel-starter 2.3.8, see SeaTunnelClient. Runs until it is killed. */
public final class SeaTunnelServer {
    public static void main(String[] arguments) {
        SeaTunnelServerStarter.createHazelcastInstance(
                ConfigProvider.locateAndGetSeaTunnelConfig());
    }
}

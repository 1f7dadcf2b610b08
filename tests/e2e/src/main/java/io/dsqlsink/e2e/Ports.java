package io.dsqlsink.e2e;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;

/**
 * Checks before a server starts, for a message that names the address instead of a server's log.
 */
final class Ports {
    private Ports() {}

    static void requireFree(String host, int port, String forWhom) {
        try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getByName(host))) {
            socket.getLocalPort();
        } catch (IOException e) {
            throw new IllegalStateException(
                    host
                            + ":"
                            + port
                            + ", which "
                            + forWhom
                            + " needs, is taken ("
                            + e.getMessage()
                            + "). Is another demo or test running? scripts/demo.sh --stop stops a kept demo.",
                    e);
        }
    }
}

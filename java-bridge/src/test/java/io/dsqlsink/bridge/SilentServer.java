package io.dsqlsink.bridge;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Map;

/** Takes connections into its backlog and never answers, so a call that connects has to wait. */
final class SilentServer implements AutoCloseable {
    private final ServerSocket socket;

    SilentServer() throws IOException {
        socket = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"));
    }

    /** Valid options for a sink whose cluster is this server. */
    static Map<String, String> options(int port) {
        return Map.of(
                "url",
                "jdbc:postgresql://abcdefghijklmnopqrst123456.dsql.us-east-1.on.aws:"
                        + port
                        + "/postgres?hostaddr=127.0.0.1",
                "username",
                "admin",
                "access_key_id",
                "AKIAIOSFODNN7EXAMPLE",
                "secret_access_key",
                "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
    }

    Map<String, String> options() {
        return options(port());
    }

    int port() {
        return socket.getLocalPort();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}

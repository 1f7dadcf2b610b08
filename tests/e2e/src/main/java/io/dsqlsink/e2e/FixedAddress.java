package io.dsqlsink.e2e;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import javax.net.SocketFactory;

/**
 * Lets the PostgreSQL driver reach dsql-local under the endpoint's name: sockets that connect to
 * one address only.
 */
public final class FixedAddress extends SocketFactory {
    private final String host;

    /**
     * Called by the driver.
     *
     * @param host its option socketFactoryArg
     */
    public FixedAddress(String host) {
        this.host = host;
    }

    @Override
    public Socket createSocket() {
        return new Socket() {
            @Override
            public void connect(SocketAddress endpoint, int timeout) throws IOException {
                super.connect(
                        new InetSocketAddress(host, ((InetSocketAddress) endpoint).getPort()),
                        timeout);
            }
        };
    }

    @Override
    public Socket createSocket(String name, int port) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Socket createSocket(String name, int port, InetAddress local, int localPort) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Socket createSocket(InetAddress address, int port) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Socket createSocket(InetAddress address, int port, InetAddress local, int localPort) {
        throw new UnsupportedOperationException();
    }
}

package io.dsqlsink.e2e;

import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Drops the schemas of each class of tests once it has run. Aurora DSQL has ten at most, and all
 * classes share one cluster. JUnit finds this by META-INF/services.
 */
public final class SchemasDropped implements AfterAllCallback {
    @Override
    public void afterAll(ExtensionContext context) throws Exception {
        // Unit tests have no home, and so no servers.
        if (System.getProperty("seatunnel.home") != null) {
            Servers.dropSchemas();
        }
    }
}

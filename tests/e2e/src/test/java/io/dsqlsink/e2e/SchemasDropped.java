package io.dsqlsink.e2e;

import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Drops the schemas of each test class after its run. Aurora DSQL has at most ten, and all classes
 * share one cluster. JUnit finds this extension by META-INF/services.
 */
public final class SchemasDropped implements AfterAllCallback {
    @Override
    public void afterAll(ExtensionContext context) throws Exception {
        // Unit tests have no servers.
        if (context.getRequiredTestClass().getName().endsWith("IT")) {
            Servers.dropSchemas();
        }
    }
}

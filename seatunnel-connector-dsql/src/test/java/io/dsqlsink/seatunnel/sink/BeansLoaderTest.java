package io.dsqlsink.seatunnel.sink;

import static org.assertj.core.api.Assertions.assertThat;

import io.dsqlsink.bridge.NativeSink;
import java.lang.management.ManagementFactory;
import java.lang.ref.WeakReference;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.time.Duration;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.junit.jupiter.api.Test;

/**
 * The MBean server outlives a job: it must not hold the job's class loader longer than the sink.
 */
class BeansLoaderTest {
    private static final Duration SOON = Duration.ofSeconds(60);

    @Test
    void theLoaderOfAJobIsFreeAfterItsSinkIsClosed() throws Exception {
        WeakReference<ClassLoader> loader = readAndClose();
        long end = System.nanoTime() + SOON.toNanos();
        while (loader.get() != null && System.nanoTime() - end < 0) {
            System.gc();
            Thread.sleep(20);
        }
        assertThat(loader.get()).isNull();
    }

    /** In a separate stack frame, so that no local variable holds the loader. */
    private static WeakReference<ClassLoader> readAndClose() throws Exception {
        JobLoader loader = new JobLoader();
        Class<?> type = loader.loadClass(SinkBeans.class.getName());
        assertThat(type).isNotSameAs(SinkBeans.class);
        Constructor<?> constructor = type.getDeclaredConstructor(String.class);
        constructor.setAccessible(true);
        Object beans = constructor.newInstance("7");
        Method open = type.getDeclaredMethod("openTask");
        open.setAccessible(true);
        assertThat(open.invoke(beans)).isEqualTo(0);
        MBeanServer server = ManagementFactory.getPlatformMBeanServer();
        ObjectName name = new ObjectName("io.dsqlsink:job=\"7\",task=0,type=Sink");
        assertThat(server.getMBeanInfo(name).getAttributes()).isNotEmpty();
        // The sink is not open yet, so there is nothing to read.
        assertThat(server.getAttributes(name, new String[] {"RowsCommitted"})).isEmpty();
        Method close = type.getDeclaredMethod("close");
        close.setAccessible(true);
        close.invoke(beans);
        assertThat(server.isRegistered(name)).isFalse();
        return new WeakReference<>(loader);
    }

    /** Loads its own copies of our classes, like the loader of a job. */
    private static final class JobLoader extends URLClassLoader {
        JobLoader() {
            super(
                    new URL[] {place(SinkBeans.class), place(NativeSink.class)},
                    BeansLoaderTest.class.getClassLoader());
        }

        private static URL place(Class<?> type) {
            return type.getProtectionDomain().getCodeSource().getLocation();
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            synchronized (getClassLoadingLock(name)) {
                if (!name.startsWith("io.dsqlsink.")) {
                    return super.loadClass(name, resolve);
                }
                Class<?> loaded = findLoadedClass(name);
                return loaded == null ? findClass(name) : loaded;
            }
        }
    }
}

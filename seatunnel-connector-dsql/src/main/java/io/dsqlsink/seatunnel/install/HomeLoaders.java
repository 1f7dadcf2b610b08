package io.dsqlsink.seatunnel.install;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Constructor;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Makes the same class loaders as the engine of a home, from its own jars. */
public final class HomeLoaders {
    private static final String API = "org.apache.seatunnel.api.table.factory.";
    private static final String ZETA_STARTER = "seatunnel-starter.jar";
    private static final String ZETA_LOADER =
            "org.apache.seatunnel.engine.common.loader.SeaTunnelChildFirstClassLoader";

    /**
     * If a starter consists of several jars, this one has patched copies of classes of config-base.
     */
    private static final String COMES_FIRST = "seatunnel-config-shade";

    private final Home home;
    private final URLClassLoader application;
    private final List<Path> common;

    public HomeLoaders(Home home) throws IOException {
        this.home = home;
        List<Path> jars = new ArrayList<>(Home.jars(home.lib()));
        Path zeta = home.starter().resolve(ZETA_STARTER);
        if (Files.exists(zeta)) {
            jars.add(zeta);
        } else {
            List<Path> starter = Home.jars(home.starter());
            starter.stream().filter(HomeLoaders::comesFirst).forEach(jars::add);
            starter.stream().filter(jar -> !comesFirst(jar)).forEach(jars::add);
        }
        // The starters of Flink and Spark have no slf4j: it is in this folder, and in their
        // engines.
        jars.addAll(Home.jars(home.starter().resolve("logging")));
        // Our own class loader is not the parent, because the home's classes must be found.
        application =
                new URLClassLoader(urls(jars), ClassLoader.getSystemClassLoader().getParent());
        common = plugins();
    }

    private static boolean comesFirst(Path jar) {
        return jar.getFileName().toString().startsWith(COMES_FIRST);
    }

    /** Every jar under plugins/ is on the class path of every job, behind the connectors. */
    private List<Path> plugins() throws IOException {
        Path folder = home.root().resolve("plugins");
        if (!Files.isDirectory(folder)) {
            return new ArrayList<>();
        }
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> file.getFileName().toString().endsWith(".jar"))
                    .sorted()
                    .collect(Collectors.toList());
        }
    }

    /** A job's class loader with these jars: Zeta's own, or a plain one in a home without Zeta. */
    public ClassLoader job(List<Path> jars) throws IOException {
        List<Path> all = new ArrayList<>(jars);
        all.addAll(common);
        List<URL> urls = new ArrayList<>();
        for (URL url : urls(all)) {
            urls.add(url);
        }
        try {
            for (Constructor<?> made : application.loadClass(ZETA_LOADER).getConstructors()) {
                Class<?>[] parameters = made.getParameterTypes();
                // Up to 2.3.4 it takes a List, later a Collection.
                if (parameters.length == 2
                        && parameters[0].isAssignableFrom(List.class)
                        && parameters[1] == ClassLoader.class) {
                    return (ClassLoader) made.newInstance(urls, application);
                }
            }
        } catch (ClassNotFoundException e) {
            // A home for Flink or Spark. There, too, lib/ comes first.
        } catch (ReflectiveOperationException e) {
            throw new IOException("SeaTunnel's own class loader cannot be made: " + e, e);
        }
        return new URLClassLoader(urls.toArray(new URL[0]), application);
    }

    /**
     * The factory that SeaTunnel finds for a plugin. It uses a method handle, because reflection
     * would also load the parameter types of all other methods of the class.
     *
     * @param kind the simple name of the factory's interface
     */
    public static Object discover(ClassLoader loader, String kind, String plugin) throws Throwable {
        MethodType type =
                MethodType.methodType(
                        Class.forName(API + "Factory", true, loader),
                        ClassLoader.class,
                        Class.class,
                        String.class);
        Class<?> util = Class.forName(API + "FactoryUtil", true, loader);
        // The lookup is made from the class itself. Up to Java 13 a lookup from another class would
        // keep the types of the first home's class loader for all later homes.
        return MethodHandles.publicLookup()
                .in(util)
                .findStatic(util, "discoverFactory", type)
                .invokeWithArguments(loader, Class.forName(API + kind, true, loader), plugin);
    }

    private static URL[] urls(List<Path> jars) throws MalformedURLException {
        URL[] urls = new URL[jars.size()];
        for (int i = 0; i < urls.length; i++) {
            urls[i] = jars.get(i).toUri().toURL();
        }
        return urls;
    }
}

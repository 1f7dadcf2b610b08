package io.dsqlsink.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.Base64;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Jobs with encrypted configs, which SeaTunnel's own class or a user's class decrypts. */
class EncryptedConfigIT {
    private static final long ROWS = 777;
    private static final String SHADE = "io.dsqlsink.e2e.shade.OwnShade";

    @TempDir Path folder;

    /** The options that every release decrypts: the source's password and the sink's user. */
    @Test
    void namesThatTheReleaseKnows() throws Exception {
        Table table = Shop.ITEMS.named("shaded_items").without("closes");
        MySqlSource mysql = MySqlSource.of("shaded");
        try (Connection source = mysql.connect();
                Connection target = Servers.dsql().connectBehind()) {
            Sql.run(source, table.mysqlDdl());
            Servers.dsql().create(table.dsqlDdl());
            table.insert(source, 1, ROWS);
            String read =
                    mysql.jdbc(table)
                            .replace(quoted(MySqlServer.PASSWORD), base64(MySqlServer.PASSWORD));
            SinkBlock sink =
                    SinkBlock.dsql()
                            .with("table", quoted(table.name()))
                            .with("username", base64("admin"));
            run("shaded-base64", encrypted("base64", sink.batchFrom(read)));
            TableDiff diff = TableDiff.compare(source, target, table.name(), table.columnNames());
            assertThat(diff.shown()).isEmpty();
            assertThat(diff.rows()).isEqualTo(ROWS);
        }
    }

    /**
     * The user's class names the encrypted options, so the file has no secret of the sink in plain
     * text.
     */
    @Test
    void aUsersDecryptionNamesTheOptionsOfTheSink() throws Exception {
        SeaTunnelHome home = Servers.home();
        Path classes = Files.createDirectory(folder.resolve("classes"));
        compile(home, classes);
        Path jar = home.lib().resolve("own-shade.jar");
        try {
            pack(classes, jar);
            SinkBlock sink =
                    SinkBlock.dsqlInto("shaded_own")
                            .with("username", own(home, classes, "admin"))
                            .with("access_key_id", own(home, classes, DsqlLocal.ACCESS_KEY_ID))
                            .with(
                                    "secret_access_key",
                                    own(home, classes, DsqlLocal.SECRET_ACCESS_KEY));
            String fake = "row.num = 10, schema = {fields {id = bigint, name = string}}";
            String config = encrypted("own", sink.batchFromFake(fake));
            Secrets.assertAbsent(config);
            run("shaded-own", config);
            try (Connection target = Servers.dsql().connectBehind()) {
                assertThat(Sql.number(target, "SELECT count(*) FROM shaded_own")).isPositive();
            }
        } finally {
            Files.deleteIfExists(jar);
        }
    }

    private static String encrypted(String identifier, String config) {
        return config.replaceFirst("env \\{", "env {\n  shade.identifier = \"" + identifier + "\"");
    }

    private static void run(String name, String config) {
        try (Job job = Servers.run(name, config)) {
            assertThat(job.await(Servers.JOB)).as(job::tail).isZero();
            Servers.assertNativeSink(job, 1);
        }
    }

    private static String quoted(String text) {
        return "\"" + text + "\"";
    }

    private static String base64(String text) {
        return quoted(Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8)));
    }

    private static List<Path> jars(SeaTunnelHome home) throws IOException {
        try (Stream<Path> files = Files.list(home.starter())) {
            return files.filter(f -> f.toString().endsWith(".jar")).collect(Collectors.toList());
        }
    }

    private static void compile(SeaTunnelHome home, Path classes) throws IOException {
        String classPath =
                jars(home).stream()
                        .map(Path::toString)
                        .collect(Collectors.joining(File.pathSeparator));
        String source = Places.ROOT.resolve("tests/e2e/src/shade/OwnShade.java").toString();
        int exit =
                ToolProvider.getSystemJavaCompiler()
                        .run(
                                null,
                                null,
                                null,
                                "--release",
                                "8",
                                "-Xlint:-options",
                                "-cp",
                                classPath,
                                "-d",
                                classes.toString(),
                                source);
        assertThat(exit).isZero();
    }

    /** Encrypts a text as a user would, with the class itself. */
    private static String own(SeaTunnelHome home, Path classes, String text) throws Exception {
        List<Path> jars = jars(home);
        jars.add(classes);
        URL[] path = new URL[jars.size()];
        for (int i = 0; i < path.length; i++) {
            path[i] = jars.get(i).toUri().toURL();
        }
        try (URLClassLoader loader =
                new URLClassLoader(path, ClassLoader.getPlatformClassLoader())) {
            Class<?> type = loader.loadClass(SHADE);
            Object shade = type.getConstructor().newInstance();
            return quoted((String) type.getMethod("encrypt", String.class).invoke(shade, text));
        }
    }

    private static void pack(Path classes, Path jar) throws IOException {
        String file = SHADE.replace('.', '/') + ".class";
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar))) {
            out.putNextEntry(new JarEntry(file));
            Files.copy(classes.resolve(file), out);
            out.putNextEntry(
                    new JarEntry(
                            "META-INF/services/"
                                    + "org.apache.seatunnel.api.configuration.ConfigShade"));
            out.write(SHADE.getBytes(StandardCharsets.UTF_8));
        }
    }
}

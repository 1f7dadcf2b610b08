package io.dsqlsink.seatunnel.sink;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnitAccess;
import com.tngtech.archunit.core.domain.JavaFieldAccess;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import io.dsqlsink.seatunnel.compat.EngineLoaders;
import java.net.URLClassLoader;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One build links with every supported release, although it is compiled against the oldest one. */
class LinkageTest {
    @ParameterizedTest
    @ValueSource(strings = {"2.3.4", "2.3.8", "2.3.10"})
    void everythingThatOurClassesUseExists(String version) throws Exception {
        JavaClasses ours = new ClassFileImporter().importPath(System.getProperty("classes.dir"));
        Set<String> missing = new TreeSet<>();
        int checked = 0;
        try (URLClassLoader engine =
                EngineLoaders.flat(
                        Arrays.asList(EngineLoaders.jars(version, "engine")),
                        EngineLoaders.libraries())) {
            for (JavaClass type : ours) {
                if (!isFor(type, version)) {
                    continue;
                }
                for (JavaCodeUnitAccess<?> call : type.getCodeUnitCallsFromSelf()) {
                    String owner = call.getTargetOwner().getName();
                    if (owner.startsWith("org.apache.seatunnel.") && !ours.contain(owner)) {
                        checked++;
                        if (!hasMethod(engine.loadClass(owner), call)) {
                            missing.add(call.getTarget().getFullName());
                        }
                    }
                }
                for (JavaFieldAccess access : type.getFieldAccessesFromSelf()) {
                    String owner = access.getTargetOwner().getName();
                    if (owner.startsWith("org.apache.seatunnel.") && !ours.contain(owner)) {
                        checked++;
                        engine.loadClass(owner).getField(access.getTarget().getName());
                    }
                }
            }
        }
        assertThat(missing).isEmpty();
        assertThat(checked).isGreaterThan(50);
    }

    /** Two pairs of classes are each loaded by only one range of releases. */
    private static boolean isFor(JavaClass type, String version) {
        boolean newer = version.equals("2.3.10");
        return !type.getSimpleName().startsWith(newer ? "EventWriter" : "Evolving");
    }

    /** By name, parameters and result, as the JVM resolves it. */
    private static boolean hasMethod(Class<?> owner, JavaCodeUnitAccess<?> call) {
        String wanted =
                describe(
                        call.getTarget().getName(),
                        call.getTarget().getRawReturnType().getName(),
                        call.getTarget().getRawParameterTypes().stream().map(JavaClass::getName));
        Stream<String> constructors =
                Arrays.stream(owner.getDeclaredConstructors())
                        .map(c -> describe("<init>", "void", names(c.getParameterTypes())));
        Stream<String> methods =
                Stream.concat(
                                Arrays.stream(owner.getMethods()),
                                Arrays.stream(owner.getDeclaredMethods()))
                        .map(
                                m ->
                                        describe(
                                                m.getName(),
                                                m.getReturnType().getName(),
                                                names(m.getParameterTypes())));
        return Stream.concat(constructors, methods).anyMatch(wanted::equals);
    }

    private static String describe(String name, String result, Stream<String> parameters) {
        return result + " " + name + parameters.collect(Collectors.toList());
    }

    private static Stream<String> names(Class<?>[] types) {
        return Arrays.stream(types).map(Class::getName);
    }
}

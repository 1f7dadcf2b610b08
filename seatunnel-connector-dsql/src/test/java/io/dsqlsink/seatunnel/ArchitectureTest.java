package io.dsqlsink.seatunnel;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.seatunnel.api.configuration.Option;
import org.apache.seatunnel.connectors.seatunnel.jdbc.sink.JdbcSinkFactory;
import org.slf4j.LoggerFactory;

@AnalyzeClasses(
        packages = {"io.dsqlsink.seatunnel", "org.apache.seatunnel.connectors.seatunnel.jdbc"},
        importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    private static final DescribedPredicate<JavaClass> CONSTANT =
            DescribedPredicate.describe(
                    "a constant",
                    type ->
                            type.isPrimitive()
                                    || type.isArray()
                                    || type.isEnum()
                                    || type.isAssignableTo(String.class)
                                    || type.isAssignableTo(Option.class)
                                    || type.isEquivalentTo(SinkLog.class)
                                    || type.isEquivalentTo(Pattern.class)
                                    || type.isEquivalentTo(List.class)
                                    || type.isEquivalentTo(Set.class)
                                    || type.isEquivalentTo(Map.class));

    private static final String[] API = {
        "io.dsqlsink.bridge..",
        "io.dsqlsink.seatunnel..",
        "java..",
        "javax.management",
        "org.slf4j",
        "org.apache.seatunnel.api..",
        "org.apache.seatunnel.common.constants",
        "org.apache.seatunnel.common.exception",
        "org.apache.seatunnel.connectors.seatunnel.jdbc.sink"
    };

    /** The packages that run from the command line. */
    private static final String[] COMMANDS = {
        "io.dsqlsink.seatunnel.doctor..", "io.dsqlsink.seatunnel.install.."
    };

    /**
     * The packages that every supported release has. Guava, jackson and commons differ or are
     * shaded.
     */
    @ArchTest
    static final ArchRule NEEDS_ONLY_THE_API =
            classes()
                    .that()
                    .resideOutsideOfPackages(COMMANDS)
                    .should()
                    .onlyDependOnClassesThat()
                    .resideInAnyPackage(API);

    /** A merged connector contains neither the commands nor their libraries. */
    @ArchTest
    static final ArchRule THE_SINK_KNOWS_NO_COMMAND =
            noClasses()
                    .that()
                    .resideOutsideOfPackages(COMMANDS)
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(COMMANDS);

    /** Text in a log line must not start another line. */
    @ArchTest
    static final ArchRule EACH_LINE_GOES_THROUGH_ONE_CLASS =
            noClasses()
                    .that()
                    .areNotAssignableTo(SinkLog.class)
                    .should()
                    .dependOnClassesThat()
                    .areAssignableTo(LoggerFactory.class);

    @ArchTest
    static final ArchRule ONE_CLASS_BEARS_A_STOCK_NAME =
            classes().that().resideInAPackage("org.apache..").should().be(JdbcSinkFactory.class);

    @ArchTest
    static final ArchRule NATIVES_ARE_THE_BRIDGES =
            methods().should().notHaveModifier(JavaModifier.NATIVE);

    @ArchTest
    static final ArchRule NO_STATIC_MUTABLE_STATE =
            fields().that().areStatic().should().beFinal().andShould().haveRawType(CONSTANT);

    @ArchTest
    static void theDiagramShowsEveryPackage(JavaClasses ours) throws IOException {
        String page = Files.readString(Path.of("..", "ARCHITECTURE.md"));
        String drawing = page.split("### Packages of the connector\n")[1].split("```")[1];
        Set<String> drawn =
                drawing.lines()
                        .skip(1) // the fence says that it is text
                        .map(line -> line.split(" ")[0])
                        .collect(Collectors.toSet());
        String root = "io.dsqlsink.seatunnel.";
        Set<String> found =
                ours.stream()
                        .map(type -> type.getPackageName() + ".")
                        .filter(name -> name.startsWith(root) && !name.equals(root))
                        .map(name -> name.substring(root.length(), name.length() - 1))
                        .collect(Collectors.toSet());
        assertThat(drawn).isEqualTo(found);
    }
}

package io.dsqlsink.bridge;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(
        packages = "io.dsqlsink.bridge",
        importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    private static final DescribedPredicate<JavaClass> IMMUTABLE =
            DescribedPredicate.describe(
                    "a primitive or a String",
                    type -> type.isPrimitive() || type.isEquivalentTo(String.class));

    @ArchTest
    static final ArchRule NEEDS_NOTHING_BUT_THE_JDK =
            classes()
                    .should()
                    .onlyDependOnClassesThat()
                    .resideInAnyPackage("io.dsqlsink.bridge", "java..");

    @ArchTest
    static final ArchRule TWO_CLASSES_DECLARE_NATIVES =
            methods()
                    .that()
                    .haveModifier(JavaModifier.NATIVE)
                    .should()
                    .beDeclaredIn(NativeSink.class)
                    .orShould()
                    .beDeclaredIn(NativeSession.class);

    @ArchTest
    static final ArchRule NO_STATIC_MUTABLE_STATE =
            fields().that().areStatic().should().beFinal().andShould().haveRawType(IMMUTABLE);
}

# Artifacts from Maven Central. Sourced by lib.sh.
# shellcheck shell=bash

# Runs a goal of Maven's dependency plugin on a pom that is written to its standard input.
maven_dependency() {
    local dir=$1 goal=$2 pom=$1/fetch.pom
    need mvn
    mkdir -p "$dir"
    {
        cat <<'POM'
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>io.dsqlsink</groupId><artifactId>fetch</artifactId><version>1</version><packaging>pom</packaging>
POM
        cat
        echo '</project>'
    } >"$pom"
    mvn --quiet --batch-mode --no-transfer-progress -Dstyle.color=never --file "$pom" \
        "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:$goal" -DoutputDirectory="$dir"
    rm "$pom"
}

# xml_of ELEMENT GROUP:ARTIFACT:VERSION[:CLASSIFIER]...
xml_of() {
    local element=$1 coordinate group artifact version classifier
    shift
    for coordinate in "$@"; do
        IFS=: read -r group artifact version classifier <<<"$coordinate"
        printf '<%s><groupId>%s</groupId><artifactId>%s</artifactId><version>%s</version>' \
            "$element" "$group" "$artifact" "$version"
        [[ -z $classifier ]] || printf '<classifier>%s</classifier>' "$classifier"
        printf '</%s>\n' "$element"
    done
}

# Copies Maven artifacts into a folder in one Maven run: maven_copy DIR GROUP:ARTIFACT:VERSION[:CLASSIFIER]...
maven_copy() {
    local dir=$1
    shift
    maven_dependency "$dir" copy <<POM
<build><plugins><plugin>
  <groupId>org.apache.maven.plugins</groupId><artifactId>maven-dependency-plugin</artifactId><version>3.6.1</version>
  <configuration><artifactItems>
$(xml_of artifactItem "$@")
  </artifactItems></configuration></plugin></plugins></build>
POM
}

# The same, with all runtime dependencies of the artifacts.
maven_closure() {
    local dir=$1
    shift
    maven_dependency "$dir" copy-dependencies <<<"<dependencies>$(xml_of dependency "$@")</dependencies>"
}

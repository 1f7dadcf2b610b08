#!/usr/bin/env bash
# Creates the release folder: the jar for both processors, its sources and pages, examples, lists of its parts (SBOM), checksums,
# and an archive of all.
#
# Usage: scripts/dist.sh
# -> target/dist/seatunnel-connector-dsql-VERSION/ and .tar.gz beside it; a Maven repository in target/dist/maven
# Two runs from one commit give the same bytes. Tests the archive: unpacks it and installs the jar into a stock home.

set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

[[ ${1:-} != --help && ${1:-} != -h ]] || help_and_exit
[[ $# -eq 0 ]] || die "takes no arguments"
need cargo rustup mvn java tar sha256sum
cd "$ROOT"
dist=$ROOT/target/dist name=seatunnel-connector-dsql-$PROJECT_VERSION

for option in '' --aarch64; do
    say "building the native library ${option#--}"
    # shellcheck disable=SC2086
    scripts/build-native.sh $option
done
mkdir -p target/logs
for platform in x86_64 aarch64; do
    scripts/verify-native.sh "target/native/linux-$platform/libdsql_sink.so" --glibc "$GLIBC" >"target/logs/verify-$platform.log"
done
say "testing the library for aarch64"
quietly target/logs/test-aarch64.log scripts/test-aarch64.sh
say "building the jars"
rm -rf "$dist"
quietly target/logs/dist-build.log maven -Prelease -pl seatunnel-connector-dsql -am deploy -DskipTests \
    -DaltDeploymentRepository="dist::file://$dist/maven"

say "creating the archive"
mkdir -p "$dist/$name"
cp seatunnel-connector-dsql/target/"$name"{,-sources,-javadoc}.jar "$dist/$name"
cp -r README.md README.zh-CN.md CHANGELOG.md ERRORS.md LICENSE docs examples scripts/dist/install.sh "$dist/$name"
scripts/sbom.sh "$dist/$name"
sums=$(cd "$dist/$name" && find . -type f | LC_ALL=C sort | xargs sha256sum)
echo "$sums" >"$dist/$name/SHA256SUMS"
tar --directory "$dist" --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner -cf - "$name" |
    gzip --no-name >"$dist/$name.tar.gz"

say "testing the archive"
scripts/home.sh zeta "$dist/home"
mkdir "$dist/unpacked"
tar --directory "$dist/unpacked" -xzf "$dist/$name.tar.gz"
(cd "$dist/unpacked/$name" && sha256sum --quiet --check SHA256SUMS)
"$dist/unpacked/$name/install.sh" --home "$dist/home"
rm -rf "${dist:?}"/{home,unpacked}
say "$dist/$name.tar.gz ($(stat -c %s "$dist/$name.tar.gz") bytes)"

#!/usr/bin/env bash
# Creates the release folder: the jar for both processors, its sources and pages, examples, lists of its parts (SBOM), checksums,
# and an archive of all.
#
# Usage: scripts/dist.sh [--aarch64 LIBRARY]
#   --aarch64 LIBRARY  takes the library that was built and tested on an aarch64 machine; by default it is built here and
#                      its tests run on an emulated processor
# -> target/dist/seatunnel-connector-dsql-VERSION/ and .tar.gz beside it; a Maven repository in target/dist/maven
# Two runs from one commit give the same bytes. Tests the archive: unpacks it and installs the jar into a stock home.

set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

[[ ${1:-} != --help && ${1:-} != -h ]] || help_and_exit
[[ $# -eq 0 || ($# -eq 2 && $1 == --aarch64) ]] || die "takes only --aarch64 LIBRARY; see --help"
ready=${2:+$(realpath "$2")}
[[ -z $ready || -f $ready ]] || die "no such file: $ready"
need cargo rustup mvn java tar sha256sum
cd "$ROOT"
dist=$ROOT/target/dist name=seatunnel-connector-dsql-$PROJECT_VERSION

say "building the native library"
scripts/build-native.sh
mkdir -p target/logs
if [[ -n $ready ]]; then
    install -D -m 644 "$ready" target/native/linux-aarch64/libdsql_sink.so
else
    say "building and testing the native library for aarch64"
    scripts/build-native.sh --aarch64
    quietly target/logs/test-aarch64.log scripts/test-aarch64.sh
fi
for platform in x86_64 aarch64; do
    scripts/verify-native.sh "target/native/linux-$platform/libdsql_sink.so" --glibc "$GLIBC" >"target/logs/verify-$platform.log"
done
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

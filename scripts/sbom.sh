#!/usr/bin/env bash
# Lists the parts of the connector's jar in CycloneDX format: one list for the native library, one for the Java parts.
#
# Usage: scripts/sbom.sh [DIR]
# -> DIR (default target/sbom)/seatunnel-connector-dsql-VERSION-{native,java}.cdx.json
# The first run builds cargo-cyclonedx from crates.io, which takes some minutes, and keeps it in the cache. Two runs from one commit
# give the same bytes.

set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

[[ ${1:-} != --help && ${1:-} != -h ]] || help_and_exit
[[ $# -le 1 ]] || die "takes one folder; see --help"
need cargo mvn python3
cd "$ROOT"
dir=${1:-$ROOT/target/sbom} name=seatunnel-connector-dsql-$PROJECT_VERSION
mkdir -p "$dir" target/logs

tool=$CACHE/tools/bin/cargo-cyclonedx
[[ -x $tool ]] || cargo install cargo-cyclonedx --version 0.5.7 --locked --quiet --root "$CACHE/tools"
# It writes next to the Cargo.toml of every member of the workspace, including paths of this machine.
trap 'rm -f {rust-core,tests/dsql-local,tests/bench/report}/sbom-part.json' EXIT
"$tool" cyclonedx --quiet --manifest-path rust-core/Cargo.toml --format json --spec-version 1.5 --no-build-deps \
    --target x86_64-unknown-linux-gnu --override-filename sbom-part
python3 scripts/lib/sbom.py rust-core/sbom-part.json "$dir/$name-native.cdx.json" "$PROJECT_VERSION"

quietly target/logs/sbom.log maven -pl seatunnel-connector-dsql -am compile org.cyclonedx:cyclonedx-maven-plugin:2.9.1:makeBom \
    -DincludeProvidedScope=false -DincludeTestScope=false -DincludeSystemScope=false -DoutputFormat=json \
    -DoutputName=sbom-java -DoutputReactorProjects=false -DincludeBomSerialNumber=false
python3 scripts/lib/sbom.py seatunnel-connector-dsql/target/sbom-java.json "$dir/$name-java.cdx.json" "$PROJECT_VERSION"
say "$dir: $(grep -ho '"purl"' "$dir/$name"-*.cdx.json | wc -l) parts"

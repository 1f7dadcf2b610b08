#!/usr/bin/env bash
# Builds the native library that the connector jar carries.
#
# Usage: scripts/build-native.sh [--portable] [--fault-injection]
#   (nothing)          for this machine               -> target/native/linux-x86_64/libdsql_sink.so
#   --portable         runs on glibc 2.17 and newer   -> the same place. Links with zig, which comes from PyPI into
#                      a Python environment in the cache
#   --fault-injection  for the border tests: an export panics when asked to. Never shipped, quicker to build
#                                                     -> target/native-test/linux-x86_64/libdsql_sink.so

set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

portable=''
fault_injection=''
for argument in "$@"; do
    case $argument in
        --help | -h) help_and_exit ;;
        --portable) portable=yes ;;
        --fault-injection) fault_injection=yes ;;
        *) die "unknown option '$argument'; see --help" ;;
    esac
done
[[ $(uname -sm) == "Linux x86_64" ]] || die "builds on Linux x86_64 only, this is $(uname -sm)"
need cargo

# The oldest glibc that the portable library may ask for: that of RHEL 7 and of every engine image since.
GLIBC=2.17
TRIPLE=x86_64-unknown-linux-gnu

# Puts cargo-zigbuild and zig on the PATH.
use_zig() {
    local env=$CACHE/zigbuild
    if [[ ! -x $env/bin/cargo-zigbuild ]]; then
        need python3
        say "fetching cargo-zigbuild and zig from PyPI"
        rm -rf "$env" "$env.part"
        python3 -m venv "$env.part"
        "$env.part/bin/pip" --quiet --disable-pip-version-check install cargo-zigbuild==0.24.0 ziglang==0.17.1
        mv -T "$env.part" "$env"
    fi
    export PATH=$env/bin:$PATH
    export CARGO_ZIGBUILD_PYTHON_PATH=$env/bin/python3
}

cd "$ROOT"
# A crate-type list of cdylib and rlib in Cargo.toml would drop LTO without a word (cargo#9672): asked for here instead.
library=(-p dsql-sink --lib --crate-type cdylib --locked)
# Once mapped, always mapped: what the library keeps for the whole process, such as the sockets by which tokio hears of
# signals, would be there once more each time that an engine has dropped a class loader and makes another.
linking=(-- -C 'link-arg=-Wl,-z,nodelete')
target=target/native
if [[ -n $fault_injection ]]; then
    target=target/native-test
    cargo rustc "${library[@]}" --features fault-injection "${linking[@]}"
    built=$CARGO_TARGET/debug
elif [[ -n $portable ]]; then
    use_zig
    cargo-zigbuild rustc "${library[@]}" --release --target "$TRIPLE.$GLIBC" "${linking[@]}"
    built=$CARGO_TARGET/$TRIPLE/release
else
    cargo rustc "${library[@]}" --release "${linking[@]}"
    built=$CARGO_TARGET/release
fi

mkdir -p "$target/$PLATFORM"
# Unchanged bytes keep their time, so that nothing that is built from them is built again.
cmp --silent "$built/libdsql_sink.so" "$target/$PLATFORM/libdsql_sink.so" ||
    install -m 644 "$built/libdsql_sink.so" "$target/$PLATFORM/libdsql_sink.so"

# The shipped library: linked against an old glibc, the same wherever it is built. Sourced by lib.sh.
# shellcheck shell=bash disable=SC2034

# The newest glibc that the library may need: that of RHEL 7. Every later system and engine image has it.
GLIBC=2.17

# Adds cargo-zigbuild and zig to the PATH.
use_zig() {
    python_env zig
    export PATH=$PYTHON_ENV/bin:$PATH
    export CARGO_ZIGBUILD_PYTHON_PATH=$PYTHON_ENV/bin/python3
}

# Messages of panics contain paths of this machine; fixed paths instead give the same bytes everywhere
# (scripts/reproduce.sh).
without_paths() {
    local from to flags=()
    while IFS='=' read -r to from; do
        flags+=("--remap-path-prefix=$from=$to")
    done <<MAP
/dsql-sink=$ROOT
/target=$CARGO_TARGET
/cargo=${CARGO_HOME:-$HOME/.cargo}
/rust=$(rustc --print sysroot)
MAP
    # The flags are separated by a character that no path has.
    CARGO_ENCODED_RUSTFLAGS=$(printf '%s\x1f' "${flags[@]}")
    export CARGO_ENCODED_RUSTFLAGS=${CARGO_ENCODED_RUSTFLAGS%$'\x1f'}
}

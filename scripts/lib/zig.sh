# The shipped library: linked against an old glibc, the same wherever it is built. Sourced by lib.sh.
# shellcheck shell=bash disable=SC2034

# The oldest glibc that the library may ask for: that of RHEL 7 and of every engine image since.
GLIBC=2.17

# Puts cargo-zigbuild and zig on the PATH.
use_zig() {
    python_env zig
    export PATH=$PYTHON_ENV/bin:$PATH
    export CARGO_ZIGBUILD_PYTHON_PATH=$PYTHON_ENV/bin/python3
}

# The paths of this machine stand in messages of panics; fixed ones in their place make the same bytes everywhere
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
    # Its parts are separated by a character that no path has.
    CARGO_ENCODED_RUSTFLAGS=$(printf '%s\x1f' "${flags[@]}")
    export CARGO_ENCODED_RUSTFLAGS=${CARGO_ENCODED_RUSTFLAGS%$'\x1f'}
}

# Linking against an old glibc. Sourced by lib.sh.
# shellcheck shell=bash disable=SC2034

# The oldest glibc that the library may ask for: that of RHEL 7 and of every engine image since.
GLIBC=2.17

# Puts cargo-zigbuild and zig on the PATH.
use_zig() {
    python_env zig
    export PATH=$PYTHON_ENV/bin:$PATH
    export CARGO_ZIGBUILD_PYTHON_PATH=$PYTHON_ENV/bin/python3
}

# Linking against an old glibc. Sourced by lib.sh.
# shellcheck shell=bash disable=SC2034

# The oldest glibc that the library may ask for: that of RHEL 7 and of every engine image since.
GLIBC=2.17

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

#!/usr/bin/env bash
# Prints and checks the interface of a native library: exported symbols, glibc, libraries, size.
#
# Usage: scripts/verify-native.sh [LIBRARY] [--glibc VERSION]
#   LIBRARY          by default target/native/linux-x86_64/libdsql_sink.so, or linux-aarch64 there
#   --glibc VERSION  fails if the library needs a newer glibc than this (ours: 2.17)
# It fails if the library exports anything but Java_* functions, or can be unmapped (see build-native.sh).

set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

library=$NATIVE_LIBRARY
ceiling=''
while [[ $# -gt 0 ]]; do
    case $1 in
        --help | -h) help_and_exit ;;
        --glibc) ceiling=${2:?--glibc needs a version} && shift ;;
        -*) die "unknown option '$1'; see --help" ;;
        *) library=$1 ;;
    esac
    shift
done
[[ -f $library ]] || die "no such file: $library (scripts/build-native.sh makes it)"
need nm objdump

exported=$(nm --dynamic --defined-only "$library" | awk '{print $NF}' | sort)
glibc=$(objdump -T "$library" | grep -o 'GLIBC_[0-9.]*' | sed 's/GLIBC_//' | sort -Vu | tail -n 1)
needed=$(objdump -p "$library" | awk '/NEEDED/ {print $2}' | tr '\n' ' ')

printf 'library  %s\nsize     %d bytes\nglibc    %s\nneeds    %s\nexports\n%s\n' \
    "$library" "$(stat -c %s "$library")" "$glibc" "$needed" "${exported//Java_/  Java_}"

! grep -v '^Java_io_dsqlsink_bridge_Native\(Sink\|Session\)_' <<<"$exported" || die "exports more than the border (above)"
[[ -n $exported ]] || die "exports nothing"
# DF_1_NODELETE, in hexadecimal among other flags.
flags=$(objdump -p "$library" | awk '$1 == "FLAGS_1" {print $2}')
(((${flags:-0} & 0x8) != 0)) || die "is not linked with -z nodelete"
[[ -z $ceiling || $(printf '%s\n%s\n' "$glibc" "$ceiling" | sort -V | tail -n 1) == "$ceiling" ]] ||
    die "needs glibc $glibc, which is newer than $ceiling"

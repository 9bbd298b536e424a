#!/usr/bin/env bash
# Builds into build/ with the preset "release": what is missing is installed first (setup.sh).
# Usage: build.sh [TARGET]   programs (the default: build/bin/lathe), all (with the tests), bench_programs
# CXX, CC and CMAKE_ARGS (-DLATHE_WERROR=ON …) are passed on to CMake; JOBS=1 compiles one file at a time.
set -euo pipefail
# shellcheck source=scripts/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
target=${1:-programs}

configure() {
  local options=(-DTORCH_ROOT="${TORCH_ROOT:-}") given log=$build/configure.log
  read -ra given <<<"${CMAKE_ARGS:-}"
  if [[ $target == bench_programs ]]; then options+=(-DLATHE_BUILD_BENCH=ON); fi
  # A checkout that was moved or copied brings a cache full of the old place's paths.
  if [[ -f $build/CMakeCache.txt ]] && ! grep -qxF "CMAKE_HOME_DIRECTORY:INTERNAL=$root" $build/CMakeCache.txt; then
    options+=(--fresh)
  fi
  mkdir -p $build
  cmake --preset release "${options[@]}" "${given[@]}" >$log 2>&1 && return
  tail -n 25 $log >&2
  die "CMake could not configure the build (above: the end of $log)" \
    "something is not found? 'make setup' installs what is missing; then run the same command again" \
    "still the same? 'make clean' removes build/ and with it what an older attempt remembered"
}

compile() {
  local seconds=$SECONDS
  if cmake --build $build --target "$target" -j "$jobs"; then
    say "build: done in $((SECONDS - seconds)) s"
    return
  fi
  die "the build failed: the first line above with 'error:' says where and why" \
    "to see it alone: cmake --build $build --target $target -j 1" \
    "'Killed' or 'internal compiler error' mean that memory ran out: JOBS=1 make build" \
    "an interrupted or mixed-up build: make clean build"
}

scripts/setup.sh
say "build: $target into $build/, $jobs at a time (the first time takes minutes, later only what changed)"
configure
compile

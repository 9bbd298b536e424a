#!/usr/bin/env bash
# Installs lathe into a temporary folder, builds examples/ against that alone, and runs them and the installed program.
set -euo pipefail
# shellcheck source=scripts/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
prefix=$scratch/prefix

cmake --install $build --prefix "$prefix" >/dev/null
cmake -S examples -B "$scratch/build" -G Ninja -DCMAKE_PREFIX_PATH="$prefix"
cmake --build "$scratch/build" -j "$jobs"
ctest --test-dir "$scratch/build" --verbose
if [[ -x $prefix/bin/lathe ]]; then
  "$prefix/bin/lathe" --version
  "$prefix/bin/lathe" list ops
fi

#!/usr/bin/env bash
# Compiles library and program with the second compiler, clang 14, warnings as errors; leaves build-clang/. No tests.
set -euo pipefail
# shellcheck source=scripts/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
build="build-clang"
command -v clang++-14 >/dev/null || die "clang++-14 is not here" "scripts/setup.sh --ci installs it"

cmake -S . -B $build -G Ninja -DCMAKE_BUILD_TYPE=Release -DCMAKE_CXX_COMPILER=clang++-14 -DCMAKE_C_COMPILER=clang-14 \
  -DLATHE_BUILD_TESTS=OFF -DLATHE_WERROR=ON -DTORCH_ROOT="${TORCH_ROOT:-}"
cmake --build $build --target programs -j "$jobs"

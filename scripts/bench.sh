#!/usr/bin/env bash
# Builds and runs the benchmarks: one program a folder of bench/ (Google Benchmark).
# Usage: bench.sh [FILTER]   (FILTER: a regular expression over benchmark names)
# bench/beside_pytorch.py runs PyTorch and ONNX Runtime beside lathe; bench/cost_model.py fits the choice of methods.
set -euo pipefail
# shellcheck source=scripts/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
filter=${1:--cost_model}  # all but the thousands of bench/cost_model.py

scripts/build.sh bench_programs
shopt -s nullglob
programs=("$build"/bench/bench_*)
if ((${#programs[@]} == 0)); then die "there is nothing to run in $build/bench" "bench/FOLDER/SUBJECT.cpp makes a program"; fi
for program in "${programs[@]}"; do
  say "bench: $program"
  "$program" --benchmark_filter="$filter"
done

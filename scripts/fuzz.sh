#!/usr/bin/env bash
# Throws mutated bytes at every reader of files, under the address and undefined-behaviour sanitizers, and lists what broke.
# Usage: fuzz.sh [SUBJECT|all] [SECONDS]   (SUBJECT: fuzz/*/SUBJECT_fuzz.cpp; 60 s each unless SECONDS says otherwise)
# Leaves build-fuzz/: found/SUBJECT holds the inputs of findings, corpus/SUBJECT what the next run goes on from.
set -euo pipefail
# shellcheck source=scripts/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
wanted=${1:-all} seconds=${2:-60}
build="build-fuzz"
mapfile -t known < <(basename -s _fuzz.cpp fuzz/*/*_fuzz.cpp)
[[ $seconds =~ ^[0-9]+$ ]] || die "fuzz.sh: '$seconds' is no number of seconds" "usage: scripts/fuzz.sh [SUBJECT|all] [SECONDS]"
if [[ $wanted == all ]]; then
  subjects=("${known[@]}")
elif [[ " ${known[*]} " == *" $wanted "* ]]; then
  subjects=("$wanted")
else
  die "fuzz.sh: there is no subject '$wanted'" "known: ${known[*]}"
fi

scripts/setup.sh --fuzz
cmake -S . -B $build -G Ninja -DCMAKE_BUILD_TYPE=RelWithDebInfo -DCMAKE_CXX_COMPILER=clang++-14 -DCMAKE_C_COMPILER=clang-14 \
  -DLATHE_BUILD_TESTS=OFF -DLATHE_BUILD_FUZZ=ON -DLATHE_SANITIZE=address,undefined,fuzzer-no-link -DLATHE_WERROR=ON \
  -DTORCH_ROOT="${TORCH_ROOT:-}" >/dev/null
cmake --build $build -j "$jobs" --target "${subjects[@]/#/fuzz_}"

# Without a limit of its own the sanitizer keeps freed memory up to a quarter of what a run may take.
export ASAN_OPTIONS=quarantine_size_mb=64 UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1
all_found=0 table=()
for subject in "${subjects[@]}"; do
  corpus=$build/corpus/$subject found=$build/found/$subject log=$build/found/$subject.log program=$build/fuzz/fuzz_$subject
  rm -rf "$found"
  mkdir -p "$corpus" "$found"
  "$program" --seeds "$build/seeds/$subject"
  say "fuzz: $subject for $seconds s"
  "$program" "$corpus" "$build/seeds/$subject" -max_total_time="$seconds" -timeout=5 -rss_limit_mb=1024 -max_len=65536 \
    -artifact_prefix="$found/" -print_final_stats=1 -verbosity=1 >"$log" 2>&1 || tail -n 40 "$log"
  count=$(find "$found" -type f | wc -l)
  runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
  all_found=$((all_found + count))
  table+=("$(printf '%-12s %12s runs %6s s %4s findings' "$subject" "${runs:-?}" "$seconds" "$count")")
done
printf '\n'
printf '%s\n' "${table[@]}"
if ((all_found > 0)); then
  die "$all_found findings in $build/found" "one alone: ASAN_OPTIONS=$ASAN_OPTIONS $build/fuzz/fuzz_SUBJECT FILE" \
    "make it a test before it is mended"
fi

#!/usr/bin/env bash
# Builds everything and runs all tests, two programs at a time; the last line is 'N passed, N failed, N skipped'.
# Usage: test.sh   LABEL=unit|law|golden|vector|slow and NAME=REGEX (over FOLDER.KIND) run a part.
set -euo pipefail
# shellcheck source=scripts/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
results=$root/$build/test-results

scripts/build.sh all
part=()
if [[ -n ${LABEL:-} ]]; then part+=(-L "^($LABEL)$"); fi
if [[ -n ${NAME:-} ]]; then part+=(-R "$NAME"); fi
ctest --test-dir $build "${part[@]}" --show-only=json-v1 >$build/tests.json
if ! grep -q '"command"' $build/tests.json; then
  die "no test matches LABEL='${LABEL:-}' NAME='${NAME:-}'" "ctest --test-dir $build --show-only names them all"
fi
rm -rf "$results" # yesterday's results must not be counted
mkdir -p "$results"
mv $build/tests.json "$results/list.json"

say "test: unit, law, golden, vector and slow tests ${LABEL:+with label $LABEL }${NAME:+named $NAME }(a line each program)"
# One thread a program, one program a core (not nproc: that counts what OMP_NUM_THREADS says). Only what fails speaks.
export OMP_NUM_THREADS=1 GTEST_BRIEF=1 GTEST_COLOR=no
ctest --test-dir $build "${part[@]}" -j "$(getconf _NPROCESSORS_ONLN)" --output-on-failure --output-junit "$results/ctest.junit" || true
[[ -f $results/ctest.junit ]] || die "ctest itself failed (see above)" "ctest --test-dir $build shows it again"
python3 scripts/count_tests.py "$results"

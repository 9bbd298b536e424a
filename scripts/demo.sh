#!/usr/bin/env bash
# Shows the main job on simulated recordings: trains learned kernels, merges the similar ones, proves what was lost,
# explains the model, and leaves model, numbers and report in runs/demo. Runs again only when program or recipe changed.
# Usage: demo.sh   (FRESH=1: runs again in any case)
set -euo pipefail
# shellcheck source=scripts/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
recipe=recipes/ppg-quality-demo.toml
run=runs/demo
stamp=$run.sha256
log=$run.txt

scripts/build.sh programs
fingerprint=$(cat $build/bin/lathe $build/libexec/lathe/* $recipe | sha256sum)

if [[ ${FRESH:-} != 1 && -f $run/report.html && -f $log && $(cat $stamp 2>/dev/null) == "$fingerprint" ]]; then
  say "demo: nothing changed since the last run (FRESH=1 make demo runs it again); it said:"
  echo
  cat $log
else
  say "demo: simulates wrist pulse recordings with motion artifacts, trains a detector for them, makes it smaller and"
  say "demo: reports on it; under 3 minutes on two cores. The same as: build/bin/lathe run $recipe --out $run"
  rm -rf $run $stamp
  mkdir -p runs
  if ! build/bin/lathe run $recipe --out $run | tee $log; then
    rm -f $log
    die "the demo run failed (see above)" "to run it alone: build/bin/lathe run $recipe --out $run" \
      "a program that is older than its sources? make clean demo"
  fi
  echo "$fingerprint" >$stamp
fi
echo
say "demo: open $run/report.html in a browser; $run/metrics.json holds the numbers, $run/model.safetensors the model"

#!/usr/bin/env bash
# Shows the main job on simulated recordings: trains learned kernels, merges the similar ones, proves what was lost,
# explains the model, and leaves model, numbers and report in runs/demo (made anew each time).
set -euo pipefail
# shellcheck source=scripts/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
recipe=recipes/ppg-quality-demo.toml
run=runs/demo

scripts/build.sh programs
say "demo: simulates wrist pulse recordings with motion artifacts, trains a detector of the artifacts, makes it smaller,"
say "demo: measures both and reports; seconds once it is built. The same by hand:"
say "demo:   build/bin/lathe run $recipe --out $run"
rm -rf $run
build/bin/lathe run $recipe --out $run || die "the demo run failed (see above)" \
  "to run it alone: build/bin/lathe run $recipe --out $run" \
  "a build that was interrupted or mixed up? make clean demo"
say "demo: open $run/report.html in a browser; $run/metrics.json holds the numbers, $run/model.safetensors the model"

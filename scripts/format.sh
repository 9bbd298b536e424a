#!/usr/bin/env bash
# Brings all C++ sources into the shape of .clang-format, with the one version of clang-format whose shape is agreed on.
# Usage: format.sh [--check]   (--check: changes nothing, names the files that differ, fails when there are any)
set -euo pipefail
# shellcheck source=scripts/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
mode=(-i)
case ${1:-} in
  --check) mode=(--dry-run -Werror) ;;
  "") ;;
  *) die "format.sh: unknown argument '$1'" "usage: scripts/format.sh [--check]" ;;
esac

formatter=.venv/bin/clang-format
if ! [[ $($formatter --version 2>/dev/null) == *" $clang_format_version"* ]]; then
  ensure_venv
  venv_pip install -q "clang-format==$clang_format_version" ||
    die "pip could not install clang-format==$clang_format_version" "without a network, format with another clang-format: clang-format -i FILE…"
fi
find lathe tests examples bench \( -name '*.cpp' -o -name '*.h' \) -print0 | xargs -0 -r $formatter "${mode[@]}" ||
  die "some files are not formatted (named above)" "make format"
say "format: done"

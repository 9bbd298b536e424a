#!/usr/bin/env bash
# Installs what lathe is built with, where it is missing: Debian packages, and LibTorch into .venv.
# Usage: setup.sh [--ci|--fuzz]   (also what only the checks of .ci/run, or only scripts/fuzz.sh, need)
# TORCH_ROOT=DIR takes LibTorch from DIR and downloads nothing; LATHE_PACKAGES=skip leaves the system's packages alone.
set -euo pipefail
# shellcheck source=scripts/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

lists=(scripts/packages.txt)
case ${1:-} in
  --ci) lists+=(scripts/packages-ci.txt) ;;
  --fuzz) lists+=(scripts/packages-fuzz.txt) ;;
  "") ;;
  *) die "setup.sh: unknown argument '$1'" "usage: scripts/setup.sh [--ci|--fuzz]" ;;
esac

missing_packages() {
  local wanted there
  wanted=$(sed 's/#.*//' "${lists[@]}" | awk 'NF {print $1}' | sort)
  # dpkg-query fails when it does not know a package at all, and still lists the others.
  # shellcheck disable=SC2086,SC2016  # one word a package; the ${…} are dpkg-query's
  there=$({ dpkg-query -W -f='${db:Status-Status} ${Package}\n' $wanted 2>/dev/null || true; } | sed -n 's/^installed //p' | sort)
  comm -23 <(echo "$wanted") <(echo "$there")
}

install_packages() {
  if [[ ${LATHE_PACKAGES:-} == skip ]]; then return; fi
  if ! command -v dpkg-query >/dev/null; then
    say "setup: this is not Debian; the build needs what ${lists[*]} list, under the names of this system"
    return
  fi
  local listing missing
  listing=$(missing_packages)
  if [[ -z $listing ]]; then return; fi
  mapfile -t missing <<<"$listing"
  local as_root=()
  if ((EUID != 0)); then
    if command -v sudo >/dev/null && { sudo -n true 2>/dev/null || [[ -t 0 ]]; }; then
      as_root=(sudo)
    else
      die "these Debian packages are missing, and installing them needs root: ${missing[*]}" \
        "run this as root, then the same make command again:" "" \
        "  apt-get update && apt-get install -y --no-install-recommends ${missing[*]}" "" \
        "(LATHE_PACKAGES=skip passes over this step where they are installed in another way)"
    fi
  fi
  say "setup: installing Debian packages: ${missing[*]}"
  local apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=300)
  "${apt[@]}" update || say "setup: apt-get update failed; trying with the package lists that are there"
  "${apt[@]}" install -y --no-install-recommends "${missing[@]}" || die "apt-get could not install: ${missing[*]}" \
    "its own message above says why; without a network or with old package lists it cannot work" \
    "to try by hand, as root: apt-get update && apt-get install -y --no-install-recommends ${missing[*]}"
}

check_torch_root() {
  local file
  for file in include/ATen/core/Tensor.h lib/libtorch_cpu.so lib/libc10.so; do
    [[ -e $TORCH_ROOT/$file ]] || die "TORCH_ROOT=$TORCH_ROOT holds no $file" \
      "give the folder that holds LibTorch's include/ and lib/ (of a pip wheel: …/site-packages/torch)," \
      "or unset TORCH_ROOT to have LibTorch $torch_version installed into .venv"
  done
}

# pip writes RECORD last: where it is, the wheel is whole.
torch_is_there() {
  compgen -G ".venv/lib/python3*/site-packages/torch-$torch_version*.dist-info/RECORD" >/dev/null &&
    compgen -G ".venv/lib/python3*/site-packages/torch/lib/libtorch_cpu.so" >/dev/null
}

torch_failed() {
  die "pip could not install torch==$torch_version (see above)" \
    "No network, or no room? The default wheel carries CUDA and takes several gigabytes; the CPU-only one some 200 MB." \
    "To use an index that has the CPU-only wheel, tell pip in its own way and run 'make setup' again:" \
    "  PIP_INDEX_URL=URL or PIP_EXTRA_INDEX_URL=URL in the environment, or index-url in pip.conf (pip config --help)" \
    "LibTorch is already on this machine? TORCH_ROOT=DIR make build (DIR holds its lib/ and include/)"
}

install_torch() {
  if torch_is_there; then return; fi
  ensure_venv
  say "setup: installing LibTorch (pip, torch==$torch_version) into .venv"
  # What an interrupted pip left, pip itself can neither use nor remove.
  rm -rf .venv/lib/python3*/site-packages/torch .venv/lib/python3*/site-packages/torch-*.dist-info
  venv_pip install "torch==$torch_version" || torch_failed
  torch_is_there || torch_failed
}

install_packages
if [[ -n ${TORCH_ROOT:-} ]]; then
  check_torch_root
  say "setup: nothing is missing; LibTorch is taken from $TORCH_ROOT"
else
  install_torch
  say "setup: nothing is missing; LibTorch $torch_version is in .venv"
fi

# What the scripts share: the checkout's root, one way to speak, one way to fail. Sourced, never run.
# shellcheck shell=bash disable=SC2034  # its variables are for those who source it
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root" || exit 1

torch_version=2.13.0
clang_format_version=23.1.5

# A compiler that reads LibTorch's headers takes over a gigabyte: two at once unless JOBS says otherwise.
jobs=${JOBS:-$(($(getconf _NPROCESSORS_ONLN) < 2 ? 1 : 2))}
build=build

say() { printf 'lathe: %s\n' "$*"; }

# die WHAT HINT…: what failed, then one line a hint on how to mend it.
die() {
  printf '\nlathe: error: %s\n' "$1" >&2
  shift
  if (($#)); then printf '  %s\n' "$@" >&2; fi
  exit 1
}

# The first Python that is new enough for LibTorch's wheel and can make a virtual environment. A python3 of another
# origin (pyenv, conda) may lack ensurepip; Debian's own has it once python3-venv is there.
find_python() {
  local python
  for python in python3 /usr/bin/python3; do
    if "$python" -c 'import ensurepip, venv, sys; sys.exit(sys.version_info < (3, 10))' 2>/dev/null; then
      echo "$python"
      return
    fi
  done
  return 1
}

# Makes .venv, or makes it anew when an interrupted run or a removed Python left half of one.
ensure_venv() {
  if .venv/bin/python -c 'import pip._internal.cli.main' 2>/dev/null; then return; fi
  local python
  python=$(find_python) || die "no Python 3.10 or newer here can make a virtual environment" \
    "install Debian's: apt-get install -y python3-venv"
  if [[ -e .venv ]]; then say "setup: .venv is half made: making it anew"; fi
  "$python" -m venv --clear .venv || die "$python -m venv --clear .venv failed (see above)" \
    "is the disk full, or the folder not writable? Then run 'make setup' again"
}

# pip of .venv with the user's own settings; only 'user = true' is taken back, which no virtual environment can follow.
venv_pip() { PIP_USER=0 .venv/bin/python -m pip --disable-pip-version-check "$@"; }

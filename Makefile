# The few commands of lathe. Each is a script in scripts/ that installs and builds what it needs, whatever came before.
.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help setup build demo test bench format clean
export TORCH_ROOT LATHE_PACKAGES CMAKE_ARGS JOBS LABEL NAME

help:
	@echo 'lathe turns neural networks down to size.'
	@echo
	@echo '  make demo     the main job on simulated recordings: train, merge, evaluate, explain; see runs/demo/report.html'
	@echo '  make test     builds everything and runs all tests; the last line counts them'
	@echo '                (LABEL=unit|law|golden|vector|slow or NAME=graph runs a part)'
	@echo '  make build    the program alone: build/bin/lathe'
	@echo '  make setup    installs what is missing: Debian packages, LibTorch into .venv (the others do it by themselves)'
	@echo '  make bench    builds and runs the benchmarks (FILTER=conv runs a part)'
	@echo '  make format   brings the sources into the shape of .clang-format'
	@echo '  make clean    removes build*/; .venv and runs/ stay'
	@echo
	@echo 'New here? `make demo` needs about 15 minutes the first time (LibTorch, build), then build/bin/lathe --help shows'
	@echo 'the rest. LibTorch of your own: TORCH_ROOT=DIR make demo. How to add an op or a reader: CONTRIBUTING.md.'

setup:
	@scripts/setup.sh

build:
	@scripts/build.sh programs

demo:
	@scripts/demo.sh

test:
	@scripts/test.sh

bench:
	@scripts/bench.sh '$(FILTER)'

format:
	@scripts/format.sh

clean:
	@rm -rf build build-*
	@echo 'lathe: clean: removed build/ and its siblings'

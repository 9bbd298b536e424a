#!/usr/bin/env python3
"""Times an epoch over windows that do not fit into memory beside one over windows that do: windows a second and peak memory.

Usage: streaming.py --lathe build/bin/lathe [--gigabytes 3] [--in-memory 0.9] [--rounds 3] [--threads 1] [--model conv1d|harnet]
                    [--work DIR]

Both files hold windows [N, 3, 300] of noise in g. conv1d is so small that reading shows if it shows anywhere; with harnet, a few
windows of each of a hundred subjects make an epoch, drawn from the whole file. Wants numpy and the space for both files.
"""
import argparse
import csv
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time

import numpy

SUBJECTS = 100


def write_windows(folder, name, gigabytes):
    rows = int(gigabytes * 2**30 / (3 * 300 * 4)) // SUBJECTS * SUBJECTS
    x = numpy.lib.format.open_memmap(folder / f"{name}.npy", mode="w+", dtype="<f4", shape=(rows, 3, 300))
    block = numpy.random.default_rng(0).normal(size=(SUBJECTS, 3, 300)).astype("<f4")
    for begin in range(0, rows, SUBJECTS):
        x[begin:begin + SUBJECTS] = block
    x.flush()
    numpy.save(folder / f"{name}-y.npy", numpy.arange(rows) % 4)
    numpy.save(folder / f"{name}-who.npy", numpy.arange(rows) % SUBJECTS)
    return rows


def run(command):
    """Runs it; its peak memory in GiB, asked for while it runs (that of wait4 counts what this process had mapped)."""
    done = subprocess.Popen([str(part) for part in command], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    peak = [0.0]

    def watch():
        while done.poll() is None:
            try:
                lines = pathlib.Path(f"/proc/{done.pid}/status").read_text().splitlines()
                peak[0] = max([peak[0]] + [int(line.split()[1]) / 2**20 for line in lines if line.startswith("VmHWM")])
            except OSError:
                pass
            time.sleep(0.05)

    watcher = threading.Thread(target=watch)
    watcher.start()
    error = done.stderr.read()
    watcher.join()
    if done.wait() != 0:
        sys.exit(error)
    return peak[0]


def epoch(options, work, name, rows):
    """Windows a second of the last epoch, and the peak memory of the whole run."""
    shutil.rmtree(work / "run", ignore_errors=True)
    common = [work / "fresh.safetensors", "--inputs", work / f"{name}.npy", "--normalize", "none", "--threads", options.threads,
              "--checkpoints", work / "run", "--set", "checkpoint_seconds=0", "-o", work / "out.safetensors"]
    if options.model == "conv1d":
        peak = run([options.lathe, "train", *common, "--targets", work / f"{name}-y.npy", "--set", "epochs=1", "--set", "batch=256"])
    else:
        peak = run([options.lathe, "pretrain", *common, "--groups", work / f"{name}-who.npy", "--set", "windows_per_subject=5",
             "--set", "sampling=uniform", "--set", "epochs=3", "--set", "batch=64"])
        rows = 5 * SUBJECTS
    seconds = [float(row["seconds"]) for row in csv.DictReader(open(work / "run" / "history.csv"))]
    return rows / (seconds[-1] - (seconds[-2] if len(seconds) > 1 else 0)), peak


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lathe", required=True)
    parser.add_argument("--gigabytes", type=float, default=3)
    parser.add_argument("--in-memory", type=float, default=0.9)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--model", choices=["conv1d", "harnet"], default="conv1d")
    parser.add_argument("--work", type=pathlib.Path)
    options = parser.parse_args()
    options.lathe = pathlib.Path(options.lathe).resolve()
    with tempfile.TemporaryDirectory() as scratch:
        work = options.work or pathlib.Path(scratch)
        work.mkdir(parents=True, exist_ok=True)
        settings = ["in_channels=3", "samples=300", "hidden=64", "n_classes=4"] if options.model == "conv1d" else ["seconds=10"]
        run([options.lathe, "new", options.model, *[part for one in settings for part in ("--set", one)], "-o",
             work / "fresh.safetensors"])
        small, large = write_windows(work, "small", options.in_memory), write_windows(work, "large", options.gigabytes)
        speeds, peaks = {"small": [], "large": []}, {"small": 0, "large": 0}
        for _ in range(options.rounds):
            for name, rows in (("large", large), ("small", small)):
                speed, peak = epoch(options, work, name, rows)
                speeds[name].append(speed)
                peaks[name] = max(peaks[name], peak)
        ratios = [kept / read for kept, read in zip(speeds["small"], speeds["large"])]
        print(f"{options.model}, {options.threads} thread(s): {statistics.median(speeds['large']):.0f} windows a second from "
              f"{options.gigabytes:g} GiB, {statistics.median(speeds['small']):.0f} in memory: an epoch takes "
              f"{statistics.median(ratios):.3f} times as long ({min(ratios):.3f} to {max(ratios):.3f}); peak memory "
              f"{peaks['large']:.2f} GiB while streaming, {peaks['small']:.2f} in memory")


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Times the training of harnet in lathe and in PyTorch, interleaved, with the same threads; windows a second, medians.

Usage: harnet_beside_pytorch.py --lathe build/bin/lathe [--seconds 10] [--threads 1,2] [--rounds 5] [--rows 512]
                                [--batch 64] [--frozen] [--work DIR]

Adam with amsgrad, cross-entropy, noise in g. An epoch of lathe is the second of a run of two, as history.csv has it; one of
PyTorch follows another that is not measured. --frozen trains the classifier alone. Wants torch and numpy.
"""
import argparse
import csv
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

import numpy
import torch

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "tools"))
from reference_nets.harnet import Harnet, initialise  # noqa: E402


def torch_epoch(options, x, y):
    model = Harnet(options.seconds, 4)
    initialise(model)
    if options.frozen:
        for parameter in model.feature_extractor.parameters():
            parameter.requires_grad_(False)
    optimizer = torch.optim.Adam([p for p in model.parameters() if p.requires_grad], 1e-4, amsgrad=True)

    def epoch():
        model.train()
        if options.frozen:
            model.feature_extractor.eval()
        start = time.perf_counter()
        for rows in torch.randperm(len(x)).split(options.batch):
            optimizer.zero_grad()
            torch.nn.functional.cross_entropy(model(x[rows]), y[rows]).backward()
            optimizer.step()
        return time.perf_counter() - start

    epoch()
    return epoch()


def lathe_epoch(options, work, threads):
    shutil.rmtree(work / "run", ignore_errors=True)
    freeze = ["--freeze", "feature_extractor.*"] if options.frozen else []
    command = [options.lathe, "finetune" if options.frozen else "train", work / "fresh.safetensors", "--inputs", work / "x.npy",
               "--targets", work / "y.npy", "--normalize", "none", "--set", "epochs=2", "--set", f"batch={options.batch}",
               "--set", 'optimizer={kind="adam", learning_rate=1e-4, amsgrad=true}', "--checkpoints", work / "run",
               "--set", "checkpoint_seconds=0", "--threads", str(threads), *freeze, "-o", work / "out.safetensors"]
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(done.stderr)
    with open(work / "run" / "history.csv") as file:
        seconds = [float(row["seconds"]) for row in csv.DictReader(file)]
    return seconds[1] - seconds[0]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lathe", required=True)
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--threads", default="1,2")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--rows", type=int, default=512)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--frozen", action="store_true")
    parser.add_argument("--work", type=pathlib.Path, default=pathlib.Path(tempfile.gettempdir()) / "harnet_bench")
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(0)
    x, y = torch.randn(options.rows, 3, 30 * options.seconds), torch.arange(options.rows) % 4
    numpy.save(options.work / "x.npy", x.numpy())
    numpy.save(options.work / "y.npy", y.numpy())
    fresh = [options.lathe, "new", "harnet", "--set", f"seconds={options.seconds}", "-o", options.work / "fresh.safetensors"]
    subprocess.run([str(part) for part in fresh], check=True, capture_output=True)
    for threads in [int(one) for one in options.threads.split(",")]:
        torch.set_num_threads(threads)
        os.environ["OMP_NUM_THREADS"] = str(threads)
        rounds = [(torch_epoch(options, x, y), lathe_epoch(options, options.work, threads)) for _ in range(options.rounds)]
        theirs, ours = (statistics.median(side) for side in zip(*rounds))
        ratios = sorted(their / our for their, our in rounds)
        print(f"harnet{options.seconds}, {threads} thread(s), batch {options.batch}: lathe {options.rows / ours:.1f} windows a "
              f"second, PyTorch {options.rows / theirs:.1f}: {theirs / ours:.2f} times ({ratios[0]:.2f} to {ratios[-1]:.2f})",
              flush=True)


if __name__ == "__main__":
    main()

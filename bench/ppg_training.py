#!/usr/bin/env python3
"""Times a full-batch training step of the learned-kernel segmenter: lathe beside PyTorch, interleaved, medians.

Usage: ppg_training.py --data DIR [--kernels 8,24,128] [--threads 1] [--rounds 7] [--lathe build/bin/lathe]
Wants torch and numpy. Both sides do what training does: forward, BCE, backward, Adam, on 85 windows of 1920 samples.
"""
import argparse
import json
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

import numpy
import torch


def torch_step_seconds(kernels, x, y, steps):
    torch.manual_seed(0)
    convs = torch.nn.ModuleList(torch.nn.Conv1d(1, kernels, length, padding="same") for length in (192, 96, 64))
    mix = torch.nn.Parameter(torch.zeros(3 * kernels))
    optimizer = torch.optim.Adam([*convs.parameters(), mix], lr=0.01, weight_decay=1e-4)
    seconds = []
    for _ in range(steps + 1):
        start = time.perf_counter()
        optimizer.zero_grad()
        responses = torch.cat([torch.relu(conv(x)) for conv in convs], 1)
        output = torch.sigmoid((responses * mix[None, :, None]).sum(1))
        loss = torch.nn.functional.binary_cross_entropy(output, y)
        loss.backward()
        optimizer.step()
        loss.item()
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds[1:])


def lathe_step_seconds(lathe, data, kernels, threads):
    with tempfile.TemporaryDirectory() as folder:
        run = Path(folder) / "run"
        subprocess.run([lathe, "run", "recipes/ppg-quality.toml", "--data", data, "--out", run, "--threads", str(threads),
                        "--set", f"model.kernels={kernels}", "--set", "train.epochs=12", "--set", "evaluate.resamples=0",
                        "--set", "evaluate.report_windows=1"], check=True, capture_output=True)
        return json.loads((run / "metrics.json").read_text())["train"]["epoch_seconds_median"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", required=True)
    parser.add_argument("--kernels", default="8,24,128")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--lathe", default="build/bin/lathe")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    signals = numpy.load(Path(options.data) / "troika-ppg" / "scaled_ppgs.npy")[28:]
    labels = numpy.load(Path(options.data) / "troika-ppg" / "seg_labels.npy")[28:]
    signals = (signals - signals.mean(1, keepdims=True)) / signals.std(1, keepdims=True)
    x = torch.tensor(signals, dtype=torch.float32).unsqueeze(1)
    y = torch.tensor(labels, dtype=torch.float32)
    print(f"{'kernels':>8}{'threads':>8}{'PyTorch ms':>12}{'lathe ms':>10}{'ratio':>8}   (medians of {options.rounds} rounds; ratio of each round)")
    for kernels in map(int, options.kernels.split(",")):
        pairs = []
        for _ in range(options.rounds):
            theirs = torch_step_seconds(kernels, x, y, 3)
            ours = lathe_step_seconds(options.lathe, options.data, kernels, options.threads)
            pairs.append((theirs, ours, theirs / ours))
        theirs, ours, ratio = (statistics.median(column) for column in zip(*pairs))
        spread = f"{min(p[2] for p in pairs):.1f} to {max(p[2] for p in pairs):.1f}"
        print(f"{kernels:>8}{options.threads:>8}{theirs * 1e3:>12.1f}{ours * 1e3:>10.1f}{ratio:>8.1f}   {spread}", flush=True)


if __name__ == "__main__":
    main()

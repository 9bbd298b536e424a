#!/usr/bin/env python3
"""Fine-tunes a ResNet-18 in PyTorch and, imported from ONNX, in lathe: the losses of 20 steps side by side.

    python tools/check_onnx_training.py --runner build/tests/test_formats_vector [--work DIR] [--steps 20] [--size 64]

Full batch of 16 random images in 10 classes, cross entropy, SGD with momentum 0.9, batch norm in training mode, one
thread. Exits with 1 when a loss differs by more than 1e-4 of its value. Wants torch and safetensors.
"""
import argparse
import json
import os
import pathlib
import subprocess
import sys

import torch
from safetensors.torch import save_file
from torch.nn.functional import cross_entropy

from check_onnx import quietly
from onnx_models import NETS, randomised


def losses_of(model, inputs, targets, steps, rate, momentum):
    """Losses before each update."""
    model.train()
    optimizer = torch.optim.SGD(model.parameters(), lr=rate, momentum=momentum)
    losses = []
    for _ in range(steps):
        optimizer.zero_grad()
        loss = cross_entropy(model(inputs), targets)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


def write_training(path, model, inputs, targets, steps, rate=0.01, momentum=0.9):
    """What onnx_training_vector_test.cpp reads."""
    losses = torch.tensor(losses_of(model, inputs, targets, steps, rate, momentum), dtype=torch.float64)
    save_file({"inputs": inputs, "targets": targets, "losses": losses}, path,
              {"learning_rate": str(rate), "momentum": str(momentum)})


def export_for_training(model, x, path):
    """Batch norms and weights as they are: nothing fused, nothing folded."""
    quietly(lambda: torch.onnx.export(model.eval(), (x[:2],), path, dynamo=False, opset_version=17,
                                      training=torch.onnx.TrainingMode.PRESERVE, do_constant_folding=False,
                                      input_names=["x"], output_names=["y"],
                                      dynamic_axes={"x": {0: "batch"}, "y": {0: "batch"}}))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runner", required=True, help="tests/test_formats_vector of a build")
    parser.add_argument("--work", type=pathlib.Path, default=pathlib.Path("runs/onnx_training"))
    parser.add_argument("--net", default="resnet18", choices=NETS)
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--rows", type=int, default=16)
    parser.add_argument("--size", type=int, default=64, help="of the images")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    torch.set_num_threads(1)
    options.work.mkdir(parents=True, exist_ok=True)
    model = randomised(options.net, options.seed)
    inputs = torch.randn(options.rows, 3, options.size, options.size)
    targets = torch.randint(10, (options.rows,))
    export_for_training(model, inputs, str(options.work / "model.onnx"))
    write_training(options.work / "training.safetensors", model, inputs, targets, options.steps)
    report = options.work / "report.json"
    report.unlink(missing_ok=True)
    environment = dict(os.environ, LATHE_ONNX_TRAINING=str(options.work), LATHE_ONNX_TRAINING_REPORT=str(report))
    done = subprocess.run([options.runner, "--gtest_filter=OnnxTraining.TheNetworkOfTheFolder*"], capture_output=True,
                          text=True, env=environment)
    if not report.exists():
        raise SystemExit(f"{options.runner} wrote no report:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    rows = json.loads(report.read_text())
    for i, row in enumerate(rows):
        print(f"step {i + 1:2}  PyTorch {row['expected']:.7f}  lathe {row['loss']:.7f}")
    worst = max(abs(row["loss"] - row["expected"]) / abs(row["expected"]) for row in rows)
    print(f"{len(rows)} steps, largest relative difference {worst:.1e}")
    return 0 if worst <= 1e-4 and len(rows) == options.steps else 1


if __name__ == "__main__":
    sys.exit(main())

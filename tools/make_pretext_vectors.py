#!/usr/bin/env python3
"""Writes tests/vectors/pretext.safetensors: what pretext tasks, augmentations and losses give in scipy, NumPy and PyTorch.

    python tools/make_pretext_vectors.py [--out tests/vectors]

`speeds` is scipy's CubicSpline (not-a-knot) through `knots`, `clock` and `warped` what NumPy makes of it: cumsum, scaled so that the
last is T - 1, and interp. `rotation` and `axis_swap` start from torch.manual_seed(seed) and draw in lathe's order. `network` is one
step of a multi-task training: the mean of the heads' cross-entropies and its gradients. `nt_xent` is SimCLR's loss over the views of
a batch, written pair by pair.
"""
import argparse
import pathlib

import numpy
import torch
from safetensors.torch import save_file
from scipy.interpolate import CubicSpline
from torch.nn import functional

SEED = 7


def warps(rng, knots, samples, count=4):
    values = rng.normal(1, 0.2, (count, knots))
    windows = rng.normal(0, 1, (count, samples)).cumsum(1).astype(numpy.float32)
    time = numpy.arange(samples)
    speeds = CubicSpline(numpy.linspace(0, samples - 1, knots), values, axis=1)(time)
    clock = speeds.cumsum(1)
    clock *= (samples - 1) / clock[:, -1:]
    warped = numpy.stack([numpy.interp(time, c, x) for c, x in zip(clock, windows)])
    assert (speeds > 0).all()
    tensors = {"knots": values, "windows": windows, "speeds": speeds, "clock": clock, "warped": warped}
    return {f"warp_{knots}_{samples}.{name}": torch.tensor(value) for name, value in tensors.items()}


def rotated(x):
    drawn, _ = torch.rand(len(x), 4, dtype=torch.float64), torch.rand(len(x))
    turned = []
    for window, (a, b, c, share) in zip(x, drawn.numpy()):
        a, b, c = numpy.array([2 * a - 1, 2 * b - 1, 2 * c - 1]) / numpy.linalg.norm([2 * a - 1, 2 * b - 1, 2 * c - 1])
        cross = numpy.array([[0, -c, b], [c, 0, -a], [-b, a, 0]])
        angle = (2 * share - 1) * numpy.pi
        matrix = numpy.eye(3) + numpy.sin(angle) * cross + (1 - numpy.cos(angle)) * cross @ cross
        turned.append(torch.tensor(matrix @ window.numpy().astype(numpy.float64)).float())
    return torch.stack(turned)


def swapped(x):
    orders = [(0, 1, 2), (0, 2, 1), (1, 0, 2), (1, 2, 0), (2, 0, 1), (2, 1, 0)]
    drawn, _ = torch.randint(0, 6, (len(x),)), torch.rand(len(x))
    return torch.stack([window[list(orders[order])] for window, order in zip(x, drawn.tolist())])


def one_step():
    x, labels = torch.randn(12, 3, 40), torch.randint(0, 2, (3, 12))
    weights = torch.tensor([1.0, 2.0, 0.5])
    conv = torch.nn.Conv1d(3, 5, 7, padding=3)
    heads = {name: torch.nn.Linear(5, 2) for name in ("aot_h", "permute_h", "time_w_h")}
    features = conv(x).relu().mean(2)
    losses = torch.stack([functional.cross_entropy(head(features), y) for head, y in zip(heads.values(), labels)])
    loss = (losses * weights).sum() / weights.sum()
    loss.backward()
    tensors = {"x": x, "labels": labels, "weights": weights, "loss": loss.reshape(1), "losses": losses}
    modules = {"conv": conv} | {f"{name}.linear1": head for name, head in heads.items()}
    for name, module in modules.items():
        for key, value in module.named_parameters():
            tensors |= {f"value.{name}.{key}": value, f"gradient.{name}.{key}": value.grad}
    return {f"network.{name}": value.detach() for name, value in tensors.items()}


def nt_xent(views, temperature):
    unit, half = functional.normalize(views), len(views) // 2
    losses = []
    for i in range(len(views)):
        partner = (i + half) % len(views)
        others = torch.stack([unit[i] @ unit[k] / temperature for k in range(len(views)) if k != i])
        losses.append(torch.logsumexp(others, 0) - unit[i] @ unit[partner] / temperature)
    return torch.stack(losses).mean()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path("tests/vectors"))
    out = parser.parse_args().out
    rng = numpy.random.default_rng(SEED)
    tensors = warps(rng, 6, 100) | warps(rng, 4, 40) | warps(rng, 9, 80)
    torch.manual_seed(SEED)
    windows = torch.randn(9, 3, 20)
    tensors["windows"] = windows
    for name, change in (("rotation", rotated), ("axis_swap", swapped)):
        torch.manual_seed(SEED)
        tensors[name] = change(windows)
    torch.manual_seed(SEED)
    tensors |= one_step()
    views = torch.randn(10, 6, requires_grad=True)
    loss = nt_xent(views, 0.1)
    loss.backward()
    tensors |= {"nt_xent.views": views.detach(), "nt_xent.loss": loss.detach().reshape(1), "nt_xent.gradient": views.grad}
    save_file({name: value.contiguous() for name, value in tensors.items()}, out / "pretext.safetensors",
              {"tool": "tools/make_pretext_vectors.py", "torch": torch.__version__, "seed": str(SEED), "tolerance": "1e-5"})


if __name__ == "__main__":
    main()

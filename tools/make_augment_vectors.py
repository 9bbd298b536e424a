#!/usr/bin/env python3
"""Writes tests/vectors/augment.safetensors: rows before and after every augmentation, drawn and computed by PyTorch.

    python tools/make_augment_vectors.py [--out tests/vectors]

Every case starts from torch.manual_seed(seed). Draws come in the order in which lathe makes them; what is done with them is
written here row by row, in the plainest way. `mixup` also holds class scores and the loss that its authors train with: the mean of
the two rows' cross-entropies, weighted as the rows are.
"""
import argparse
import pathlib

import torch
from safetensors.torch import save_file
from torch.distributions import Beta
from torch.nn import functional

SEED = 7


def time_roll(x, most):
    shifts = torch.randint(-most, most + 1, (len(x),))
    return torch.stack([row.roll(int(shift), -1) for row, shift in zip(x, shifts)])


def crop(x, padding):
    height, width = x.shape[2:]
    corners = torch.randint(0, 2 * padding + 1, (len(x), 2))
    framed = functional.pad(x, [padding] * 4)
    return torch.stack([row[:, top:top + height, left:left + width] for row, (top, left) in zip(framed, corners.tolist())])


def flip(x, chance):
    chosen = torch.rand(len(x)) < chance
    return torch.stack([row.flip(-1) if mirrored else row for row, mirrored in zip(x, chosen)])


def mask(x, axis, most, count):
    x = x.clone()
    for _ in range(count):
        widths = torch.rand(len(x), 1) * most
        firsts = torch.rand(len(x), 1) * (x.shape[axis] - widths)
        for row, first, width in zip(x, firsts.long().flatten().tolist(), widths.long().flatten().tolist()):
            row.narrow(axis - 1, first, width).zero_()
    return x


def mixstyle(x, alpha):
    assert torch.rand(1) < 1  # the draw that decides whether
    own = Beta(alpha, alpha).sample((len(x),))
    partner = torch.randperm(len(x))
    mixed = []
    for row, other, weight in zip(x, x[partner], own):
        def style(of):
            return of.mean((0, 2), keepdim=True), (of.var((0, 2), unbiased=True, keepdim=True) + 1e-6).sqrt()
        (mean, deviation), (other_mean, other_deviation) = style(row), style(other)
        mixed.append((row - mean) / deviation * (weight * deviation + (1 - weight) * other_deviation)
                     + weight * mean + (1 - weight) * other_mean)
    return torch.stack(mixed)


def mixup(x, classes, scores, alpha):
    partner = torch.randperm(len(x))
    own = Beta(alpha, alpha).sample((len(x),))
    own = torch.maximum(own, 1 - own)
    mixed = torch.stack([weight * row + (1 - weight) * other for row, other, weight in zip(x, x[partner], own)])
    loss = functional.cross_entropy(scores, classes, reduction="none") * own
    loss = loss + functional.cross_entropy(scores, classes[partner], reduction="none") * (1 - own)
    return mixed, loss.mean()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path("tests/vectors"))
    torch.manual_seed(0)
    recordings, images = torch.randn(6, 1, 30), torch.randn(6, 2, 8, 11)
    classes, scores = torch.tensor([0, 2, 1, 1, 0, 2]), torch.randn(6, 3, requires_grad=True)
    tensors = {"recordings": recordings, "images": images, "classes": classes, "scores": scores.detach().clone()}

    def case(name, work):
        torch.manual_seed(SEED)
        tensors[name] = work()

    case("time_roll", lambda: time_roll(recordings, 12))
    case("crop", lambda: crop(images, 3))
    case("flip", lambda: flip(images, 0.5))
    case("frequency_mask", lambda: mask(images, 2, 5, 2))
    case("time_mask", lambda: mask(images, 3, 6, 1))
    case("mixstyle", lambda: mixstyle(images, 0.3))
    torch.manual_seed(SEED)
    tensors["mixup"], loss = mixup(images, classes, scores, 0.4)
    loss.backward()
    tensors["mixup_loss"], tensors["mixup_gradient"] = loss.detach().reshape(1), scores.grad
    path = parser.parse_args().out / "augment.safetensors"
    save_file({name: tensor.contiguous() for name, tensor in tensors.items()}, path,
              metadata={"seed": str(SEED), "tolerance": "2e-6"})
    print(f"{path}: {path.stat().st_size} bytes")


if __name__ == "__main__":
    main()

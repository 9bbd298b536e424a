"""Writes tests/vectors/harnet.safetensors: first weights, logits, a training and the 135 names of harnet in PyTorch.

Weights are not stored, for LibTorch draws the same ones: their sums of squares are.
"""
import argparse
import json
import pathlib

import torch
from torch.nn.functional import cross_entropy

from make_vectors import save
from reference_nets.harnet import Harnet, HarnetPretext, initialise

NETS = {"harnet5": (5, 1), "harnet10": (10, 1), "harnet30": (30, 1), "small": (30, 2)}
SEED, CLASSES, ROWS = 42, 4, 16


def fresh(kind, *settings):
    torch.manual_seed(SEED)
    model = kind(*settings)
    initialise(model)
    return model


def squares(model):
    return torch.tensor([value.detach().double().square().sum() for value in model.parameters()], dtype=torch.float64)


@torch.no_grad()
def forward():
    out = {}
    for name, (seconds, version) in NETS.items():
        model = fresh(Harnet, seconds, CLASSES, version)
        out[f"{name}/squares"] = squares(model)
        x = torch.randn(ROWS, 3, 30 * seconds)  # drawn behind the weights, as the test does
        out[f"{name}/trained_mode"] = model.train()(x)
        out[f"{name}/logits"] = model.eval()(x)  # with the statistics of the call before
    return out


def pretext():
    model = fresh(HarnetPretext, 5)
    return {"pretext/squares": squares(model), "pretext/logits": torch.stack(model.eval()(torch.randn(2, 3, 150))).detach()}


def training(steps=5, rate=1e-6):
    """In float64 and with small steps of plain gradient descent: a fresh harnet is so steep that PyTorch's own float32
    losses are 1e-4 away from these, and 1e-3 and more with Adam, whose first steps follow signs that rounding decides.
    """
    model = fresh(Harnet, 5, CLASSES, 1)
    x, y = torch.randn(ROWS, 3, 150).double(), torch.arange(ROWS) % CLASSES  # drawn in float32, as the test does
    model.double()
    optimizer = torch.optim.SGD(model.parameters(), lr=rate)
    losses = []
    for _ in range(steps):
        optimizer.zero_grad()
        loss = cross_entropy(model(x), y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return {"train/losses": torch.tensor(losses, dtype=torch.float64), "train/squares": squares(model)}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    vectors = pathlib.Path(__file__).parent.parent / "tests" / "vectors"
    parser.add_argument("--out", default=vectors / "harnet.safetensors", type=pathlib.Path)
    out = parser.parse_args().out
    torch.set_num_threads(1)
    model = Harnet(10, CLASSES)
    notes = {"torch": torch.__version__, "seed": str(SEED), "written_by": "tools/make_harnet_vectors.py",
             "state_dict": json.dumps({name: list(value.shape) for name, value in model.state_dict().items()}),
             "parameters": json.dumps({name: [one for one, _ in Harnet(seconds, CLASSES, version).named_parameters()]
                                       for name, (seconds, version) in NETS.items()})}
    save(out, forward() | pretext() | training(), notes)
    print(f"{out}: {out.stat().st_size} bytes")
    assert out.stat().st_size <= 50_000


if __name__ == "__main__":
    main()

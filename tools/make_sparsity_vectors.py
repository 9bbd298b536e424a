"""Writes tests/vectors/sparsity.safetensors: trainings with few connections step by step in PyTorch.

Masks are written out plainly: what is active is what is not 0 at first; gradients, weights and momentum are masked at every step;
after each epoch but the last, connections go and come back by the rule. Co-activations are the weight's gradient of the binarised layer.
"""
import argparse
import pathlib

import torch
from torch import nn
from torch.nn.functional import cross_entropy
from torch.nn.grad import conv1d_weight

from make_vectors import save

ROWS, BATCH, EPOCHS, SHARE, RATE = 24, 8, 4, 0.3, 0.05


def network():
    torch.manual_seed(5)
    return nn.ModuleDict({"conv": nn.Conv1d(2, 6, 5, stride=2, padding=2), "head": nn.Linear(6, 3)})


def forward(net, x):
    """Outputs, and what the two layers took and gave."""
    before = net["conv"](x)
    mean = torch.relu(before).mean(2)
    logits = net["head"](mean)
    return logits, {"conv": (x, before), "head": (mean, logits)}


def coactivations(net, seen):
    (x, before), (mean, logits) = seen["conv"], seen["head"]
    on = lambda values: (values > 0).double()
    return {"conv": conv1d_weight(on(x), net["conv"].weight.shape, on(before), stride=2, padding=2),
            "head": on(logits).T @ on(mean)}


def first_of_smallest(places, scores, count):
    """Equal scores: the first place goes first."""
    return sorted(places, key=lambda place: (scores[place].item(), place))[:count]


def pruned(rule, weight, mask, strength):
    active = mask.nonzero().flatten().tolist()
    gone = [place for place in active if weight[place] == 0]
    if rule == "magnitude":
        sides, scores = [[place for place in active if weight[place] != 0]], weight.abs()
    else:
        sides = [[place for place in active if weight[place] > 0], [place for place in active if weight[place] < 0]]
        scores = (weight.double() * strength).abs()
    return gone + [place for side in sides for place in first_of_smallest(side, scores, int(SHARE * len(side)))]


def train(prune, grow, x, y):
    net = network()
    optimizer = torch.optim.SGD(net.parameters(), RATE, momentum=0.9, weight_decay=1e-4)
    layers = {name: layer.weight for name, layer in net.items()}
    with torch.no_grad():
        masks = {name: (torch.rand(weight.shape) < 0.5).float() for name, weight in layers.items()}
        for name, weight in layers.items():
            weight.mul_(masks[name])
    out = {f"{name}.first": weight.detach().clone() for name, weight in layers.items()}
    out |= {f"{name}.bias": layer.bias.detach().clone() for name, layer in net.items()}
    strength = {name: torch.zeros(weight.shape, dtype=torch.float64) for name, weight in layers.items()}
    steps = EPOCHS * ROWS // BATCH
    for step in range(1, steps + 1):
        begin = (step - 1) * BATCH % ROWS
        logits, seen = forward(net, x[begin:begin + BATCH])
        with torch.no_grad():
            for name, counts in coactivations(net, seen).items():
                strength[name] += counts
        optimizer.zero_grad()
        cross_entropy(logits, y[begin:begin + BATCH]).backward()
        dense = {name: weight.grad.clone() for name, weight in layers.items()}
        for name, weight in layers.items():
            weight.grad.mul_(masks[name])
        optimizer.step()
        with torch.no_grad():
            for name, weight in layers.items():
                if step * BATCH % ROWS == 0 and step < steps:
                    mask = masks[name].flatten()
                    gone = pruned(prune, weight.flatten(), mask, strength[name].flatten())
                    mask[gone] = 0
                    free = (mask == 0).nonzero().flatten().tolist()
                    wanted = dense[name].abs() if grow == "gradient" else strength[name]
                    grown = first_of_smallest(free, -wanted.flatten(), len(gone))
                    mask[grown] = 1
                    anew = [place for place in gone if mask[place] == 1]
                    weight.view(-1)[anew] = 0
                    optimizer.state[weight]["momentum_buffer"].view(-1)[anew] = 0
                    strength[name].zero_()
                weight.mul_(masks[name])
                optimizer.state[weight]["momentum_buffer"].mul_(masks[name])
    out |= {f"{name}.last": weight.detach().clone() for name, weight in layers.items()}
    return out | {f"{name}.mask": masks[name] for name in layers}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    vectors = pathlib.Path(__file__).parent.parent / "tests" / "vectors"
    parser.add_argument("--out", default=vectors / "sparsity.safetensors", type=pathlib.Path)
    out = parser.parse_args().out
    torch.set_num_threads(1)
    generator = torch.Generator().manual_seed(1)
    x, y = torch.randn(ROWS, 2, 40, generator=generator), torch.randint(3, (ROWS,), generator=generator)
    tensors = {"x": x, "y": y}
    for prune, grow in (("magnitude", "gradient"), ("weighted_hebbian", "hebbian")):
        tensors |= {f"{prune} {grow} {name}": value for name, value in train(prune, grow, x, y).items()}
    notes = {"torch": torch.__version__, "written_by": "tools/make_sparsity_vectors.py", "share": str(SHARE), "tolerance": "1e-6"}
    save(out, tensors, notes)
    print(f"{out}: {out.stat().st_size} bytes")


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Writes tests/vectors/train_*.safetensors and ops_*.safetensors: what PyTorch computes, for lathe's tests to compare with.

    python tools/make_vectors.py [--out tests/vectors]

One file a case. Every file carries its seed and tolerances in the metadata, so that a test holds no number of its own.
Data and initial weights are drawn from torch's CPU generator, which LibTorch reproduces bit for bit.
"""
import argparse
import json
import math
import pathlib

import torch
from torch import nn
from torch.nn import functional
from torch.optim import lr_scheduler

STEPS = 20


class Segmenter(nn.Module):
    """Three banks of learned kernels, ReLU, one scalar a kernel (zero at first, no bias), sigmoid."""

    def __init__(self, kernels, lengths):
        super().__init__()
        self.conv1 = nn.Conv1d(1, kernels, lengths[0], padding="same")
        self.conv2 = nn.Conv1d(1, kernels, lengths[1], padding="same")
        self.conv3 = nn.Conv1d(1, kernels, lengths[2], padding="same")
        self.mix = nn.Conv1d(3 * kernels, 1, 1, bias=False)
        nn.init.zeros_(self.mix.weight)

    def forward(self, x):
        banks = [torch.relu(bank(x)) for bank in (self.conv1, self.conv2, self.conv3)]
        return torch.sigmoid(self.mix(torch.cat(banks, 1)))


class Classifier(nn.Module):
    """Conv, batch norm, ReLU, mean over time, linear."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv1d(2, 6, 5, stride=2, padding=2)
        self.norm = nn.BatchNorm1d(6)
        self.head = nn.Linear(6, 3)

    def forward(self, x):
        return self.head(torch.relu(self.norm(self.conv(x))).mean(2))


def train(model, inputs, targets, loss_of, optimizer, scheduler=None, after=None):
    """20 full-batch steps; losses before each update, rates, and the gradients of the first two steps."""
    out = {f"initial/{name}": value.clone() for name, value in model.state_dict().items()}
    losses, rates = [], []
    for step in range(STEPS):
        optimizer.zero_grad()
        loss = loss_of(model(inputs), targets)
        loss.backward()
        if step < 2:
            for name, parameter in model.named_parameters():
                if parameter.requires_grad:
                    out[f"gradient{step}/{name}"] = parameter.grad.clone()
        if after:
            after(model)
        losses.append(loss.item())
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        if scheduler:
            scheduler.step()
    out |= {f"final/{name}": value.clone() for name, value in model.state_dict().items()}
    out["losses"] = torch.tensor(losses, dtype=torch.float64)
    out["rates"] = torch.tensor(rates, dtype=torch.float64)
    out["inputs"], out["targets"] = inputs, targets
    return out


def segmenter():
    torch.manual_seed(0)
    model = Segmenter(3, (12, 6, 5))
    inputs = torch.randn(8, 1, 96)
    targets = (torch.randn(8, 96) > 0).float()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01, weight_decay=1e-4)
    scheduler = lr_scheduler.LinearLR(optimizer, 1.0, 0.2, total_iters=STEPS)
    return train(model, inputs, targets,
                 lambda y, t: functional.binary_cross_entropy(y.squeeze(1), t), optimizer, scheduler)


def classifier(make_optimizer, weights=None, after=None, parameters=lambda model: model.parameters()):
    torch.manual_seed(1)
    model = Classifier()
    inputs = torch.randn(18, 2, 40)
    targets = torch.randint(0, 3, (18,))
    return train(model, inputs, targets, lambda y, t: functional.cross_entropy(y, t, weights),
                 make_optimizer(parameters(model)), None, after)


def slower_norm_and_conv(rate):
    """Parameter groups: the head at `rate`, the norm at a half, the conv at a tenth of it."""
    return lambda model: [{"params": model.head.parameters()}, {"params": model.norm.parameters(), "lr": 0.5 * rate},
                          {"params": model.conv.parameters(), "lr": 0.1 * rate}]


def frozen_norm(model):
    """The norm stays as it is: weights and running statistics."""
    model.norm.requires_grad_(False).eval()
    return [parameter for parameter in model.parameters() if parameter.requires_grad]


def schedules():
    """The learning rate of 40 units of every schedule that PyTorch has, from a base of 0.05."""
    def rates(make):
        optimizer = torch.optim.SGD([nn.Parameter(torch.zeros(1))], lr=0.05)
        scheduler = make(optimizer)
        out = []
        for _ in range(40):
            out.append(optimizer.param_groups[0]["lr"])
            optimizer.step()
            scheduler.step()
        return torch.tensor(out, dtype=torch.float64)

    def warmed(optimizer):
        return lr_scheduler.SequentialLR(
            optimizer, [lr_scheduler.LinearLR(optimizer, 0.25, 1.0, total_iters=5),
                        lr_scheduler.ExponentialLR(optimizer, 0.9)], [5])

    def ramp(epoch):
        up = math.exp(-5 * (1 - max(epoch, 0.5) / 6) ** 2) if epoch < 6 else 1
        return up * (1 if epoch <= 20 else max(0.001, 0.001 + 0.999 * (30 - epoch) / 10))

    out = {
        "linear": rates(lambda o: lr_scheduler.LinearLR(o, 1.0, 0.2, total_iters=32)),
        "step": rates(lambda o: lr_scheduler.StepLR(o, 7, 0.3)),
        "cosine": rates(lambda o: lr_scheduler.CosineAnnealingLR(o, 39, eta_min=0.005)),
        "exponential": rates(lambda o: lr_scheduler.ExponentialLR(o, 0.9)),
        "warmed_exponential": rates(warmed),
        "warmup": rates(lambda o: lr_scheduler.LambdaLR(o, ramp)),
    }
    optimizer = torch.optim.SGD([nn.Parameter(torch.zeros(1))], lr=0.05)
    plateau = lr_scheduler.ReduceLROnPlateau(optimizer, factor=0.5, patience=2, threshold=1e-2, cooldown=1, min_lr=0.004)
    torch.manual_seed(3)
    losses = torch.linspace(1, 0.7, 40, dtype=torch.float64) + 0.05 * torch.randn(40, dtype=torch.float64)
    plateau_rates = []
    for loss in losses.tolist():
        plateau_rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        plateau.step(loss)
    out["plateau"], out["plateau_losses"] = torch.tensor(plateau_rates, dtype=torch.float64), losses
    return out


def optimizers():
    """30 given gradients through every optimiser: the same bits are expected."""
    torch.manual_seed(2)
    initial, gradients = torch.randn(3, 67), torch.randn(30, 3, 67)

    def final(make):
        parameter = nn.Parameter(initial.clone())
        optimizer = make([parameter])
        for step, gradient in enumerate(gradients):
            optimizer.param_groups[0]["lr"] = 0.01 * (1 - 0.01 * step)
            parameter.grad = gradient.clone()
            optimizer.step()
        return parameter.detach()

    return {
        "initial": initial,
        "gradients": gradients,
        "adam": final(lambda p: OPTIM.Adam(p, lr=0.01, weight_decay=1e-4)),
        "amsgrad": final(lambda p: OPTIM.Adam(p, lr=0.01, amsgrad=True)),
        "adamw": final(lambda p: OPTIM.AdamW(p, lr=0.01)),
        "sgd": final(lambda p: OPTIM.SGD(p, lr=0.01, momentum=0.9, dampening=0.1, weight_decay=1e-3)),
        "nesterov": final(lambda p: OPTIM.SGD(p, lr=0.01, momentum=0.9, nesterov=True)),
    }


def op_case(function, *sizes, positive=False, **constants):
    """An op's output and the gradients of sum(output * weights): inputs x0, x1, ...; constants by their parameter's name."""
    inputs = [torch.randn(size) * 2 for size in sizes]
    if positive:
        inputs = [x.abs() + 0.2 for x in inputs]
    params = {name: torch.rand(size) + 0.5 for name, size in constants.items()}
    leaves = {f"x{i}": x for i, x in enumerate(inputs)} | params
    for leaf in leaves.values():
        leaf.requires_grad_(True)
    output = function(*inputs, **params)
    weights = torch.randn(output.shape)
    (output * weights).sum().backward()
    return ({"output": output, "weights": weights} | leaves
            | {f"gradient/{name}": leaf.grad for name, leaf in leaves.items()})


def elementwise_ops():
    """Activations and arithmetic. The names of the cases are those of tests/ops/elementwise_vector_test.cpp."""
    torch.manual_seed(4)
    line, picture, gate = (2, 3, 5), (2, 3, 2, 4), (2, 3, 1, 1)
    cases = {
        "abs": op_case(torch.abs, line),
        "clip": op_case(lambda x: torch.clamp(x, -0.5, 1.5), line),
        "clip_relu6": op_case(lambda x: functional.relu6(4 * x), line),
        "elu": op_case(lambda x: functional.elu(x, 0.7), line),
        "erf": op_case(torch.erf, line),
        "exp": op_case(torch.exp, line),
        "gelu": op_case(functional.gelu, line),
        "gelu_tanh": op_case(lambda x: functional.gelu(x, approximate="tanh"), line),
        "hard_sigmoid": op_case(functional.hardsigmoid, line),
        "hard_swish": op_case(functional.hardswish, line),
        "log": op_case(torch.log, line, positive=True),
        "log_softmax": op_case(lambda x: functional.log_softmax(x, 1), line),
        "log_softmax_last": op_case(lambda x: functional.log_softmax(x, -1), line),
        "neg": op_case(torch.neg, line),
        "prelu": op_case(functional.prelu, picture, weight=(1,)),
        "prelu_per_channel": op_case(functional.prelu, picture, weight=(3,)),
        "reciprocal": op_case(torch.reciprocal, line, positive=True),
        "silu": op_case(functional.silu, line),
        "softmax": op_case(lambda x: functional.softmax(x, 1), picture),
        "softmax_last": op_case(lambda x: functional.softmax(x, -1), picture),
        "softplus": op_case(lambda x: functional.softplus(12 * x), line),
        "sqrt": op_case(torch.sqrt, line, positive=True),
        "tanh": op_case(torch.tanh, line),
        "concat_last": op_case(lambda a, b: torch.cat([a, b], -1), line, (2, 3, 4)),
    }
    for name, function in {"add": torch.add, "sub": torch.sub, "mul": torch.mul, "div": torch.div, "pow": torch.pow,
                           "maximum": torch.maximum, "minimum": torch.minimum}.items():
        positive = name in ("div", "pow")
        cases[f"{name}_gate"] = op_case(function, picture, gate, positive=positive)
        cases[f"{name}_constant"] = op_case(lambda x, value, f=function: f(x, value), picture, positive=positive,
                                            value=(3, 1, 1))
        cases[f"{name}_constant_first"] = op_case(lambda x, value, f=function: f(value, x), line, positive=positive,
                                                  value=(5,))
    return {f"{case}/{name}": tensor for case, tensors in cases.items() for name, tensor in tensors.items()}


def shape_ops():
    """Pools, pads, norms, resampling, reductions. The names of the cases are those of tests/ops/shape_vector_test.cpp."""
    torch.manual_seed(5)
    f = functional
    line, picture, channels = (1, 4, 7), (1, 3, 5, 4), (1, 6, 5)
    taps = torch.tensor([0.125, 0.375, 0.375, 0.125])
    cases = {
        "adaptive_average_pool_line": op_case(lambda x: f.adaptive_avg_pool1d(x, 3), line),
        "adaptive_average_pool_picture": op_case(lambda x: f.adaptive_avg_pool2d(x, (3, 2)), picture),
        "average_pool_ceil": op_case(lambda x: f.avg_pool1d(x, 3, 2, 1, ceil_mode=True), (1, 3, 8)),
        "average_pool_ceil_uncounted": op_case(
            lambda x: f.avg_pool2d(x, 3, 2, 1, ceil_mode=True, count_include_pad=False), (1, 2, 6, 7)),
        "average_pool_uncounted": op_case(lambda x: f.avg_pool1d(x, 4, 2, 2, count_include_pad=False), line),
        "conv_transpose_depthwise": op_case(lambda x, weight, bias: f.conv_transpose1d(
            x, weight, bias, stride=2, groups=4), line, weight=(4, 1, 3), bias=(4,)),
        "conv_transpose_grouped": op_case(lambda x, weight, bias: f.conv_transpose1d(
            x, weight, bias, stride=3, padding=1, output_padding=2, groups=2, dilation=2), line, weight=(4, 3, 3), bias=(6,)),
        "conv_transpose_picture": op_case(lambda x, weight: f.conv_transpose2d(
            x, weight, stride=(2, 1), padding=(0, 1)), picture, weight=(3, 2, 2, 3)),
        "fir": op_case(lambda x: f.conv1d(x, taps.expand(4, 1, 4), stride=2, padding=1, groups=4), line),
        "global_max_pool": op_case(lambda x: f.adaptive_max_pool2d(x, 1).flatten(1), picture),
        "group_norm": op_case(lambda x, weight, bias: f.group_norm(x, 3, weight, bias), channels, weight=(6,), bias=(6,)),
        "instance_norm": op_case(lambda x, weight, bias: f.instance_norm(x, weight=weight, bias=bias), picture,
                                 weight=(3,), bias=(3,)),
        "layer_norm_features": op_case(lambda x, weight, bias: f.layer_norm(x, (7,), weight, bias), line,
                                       weight=(7,), bias=(7,)),
        "layer_norm_rows": op_case(lambda x, weight, bias: f.layer_norm(x, (4, 7), weight, bias, 1e-3), line,
                                   weight=(4, 7), bias=(4, 7)),
        "linear_last_axis": op_case(f.linear, line, weight=(5, 7), bias=(5,)),
        "matmul": op_case(torch.matmul, line, (1, 7, 3)),
        "max_pool_ceil": op_case(lambda x: f.max_pool2d(x, 2, 2, ceil_mode=True), picture),
        "max_pool_dilated": op_case(lambda x: f.max_pool1d(x, 3, 1, 1, dilation=2), line),
        "pad_circular": op_case(lambda x: f.pad(x, (3, 7), "circular"), line),
        "pad_edge": op_case(lambda x: f.pad(x, (1, 2, 0, 3), "replicate"), picture),
        "pad_reflect": op_case(lambda x: f.pad(x, (3, 1, 2, 4), "reflect"), picture),
        "pad_value": op_case(lambda x: f.pad(x, (1, 2), value=0.75), line),
        "reduce_max": op_case(lambda x: x.amax((1,), keepdim=True), line),
        "reduce_mean": op_case(lambda x: x.mean((2, 3), keepdim=True), picture),
        "reduce_sum": op_case(lambda x: x.sum(-1), picture),
        "reshape": op_case(lambda x: x.reshape(1, 2, -1, 4), (1, 4, 5, 4)),
        "slice": op_case(lambda x: x[:, :, 1:-1:2], line),
        "squeeze": op_case(lambda x: x.squeeze(3), (1, 3, 4, 1)),
        "transpose": op_case(lambda x: x.permute(0, 2, 3, 1), picture),
        "unsqueeze": op_case(lambda x: x.unsqueeze(1), line),
        "upsample_linear": op_case(lambda x: f.interpolate(x, scale_factor=2, mode="linear"), line),
        "upsample_linear_corners": op_case(
            lambda x: f.interpolate(x, size=(8, 6), mode="bilinear", align_corners=True), picture),
        "upsample_linear_size": op_case(lambda x: f.interpolate(x, size=(7, 3), mode="bilinear"), picture),
        "upsample_nearest": op_case(lambda x: f.interpolate(x, scale_factor=3), line),
        "upsample_nearest_size": op_case(lambda x: f.interpolate(x, size=(7, 6)), picture),
    }
    return {f"{case}/{name}": tensor for case, tensors in cases.items() for name, tensor in tensors.items()}


def clip_norm(model):
    torch.nn.utils.clip_grad_norm_(model.parameters(), 0.3)


def clip_value(model):
    torch.nn.utils.clip_grad_value_(model.parameters(), 0.02)


OPTIM = torch.optim
CASES = {
    "train_segmenter_adam": (0, segmenter),
    "train_classifier_sgd": (1, lambda: classifier(
        lambda p: OPTIM.SGD(p, lr=0.05, momentum=0.9, dampening=0.1, weight_decay=1e-3))),
    "train_classifier_nesterov_clipped": (1, lambda: classifier(
        lambda p: OPTIM.SGD(p, lr=0.05, momentum=0.9, nesterov=True), after=clip_norm)),
    "train_classifier_adamw_weighted": (1, lambda: classifier(
        lambda p: OPTIM.AdamW(p, lr=0.02), torch.tensor([0.2, 0.5, 0.3]))),
    "train_classifier_amsgrad_clipped": (1, lambda: classifier(
        lambda p: OPTIM.Adam(p, lr=0.02, amsgrad=True, weight_decay=1e-3), after=clip_value)),
    "train_classifier_sgd_rates": (1, lambda: classifier(
        lambda p: OPTIM.SGD(p, lr=0.05, momentum=0.9, weight_decay=1e-3), parameters=slower_norm_and_conv(0.05))),
    "train_classifier_amsgrad_rates": (1, lambda: classifier(
        lambda p: OPTIM.Adam(p, lr=0.02, amsgrad=True, weight_decay=1e-3), parameters=slower_norm_and_conv(0.02))),
    "train_classifier_frozen_norm": (1, lambda: classifier(
        lambda p: OPTIM.Adam(p, lr=0.02, amsgrad=True), parameters=frozen_norm)),
    "train_optimizers": (2, optimizers),
    "train_schedules": (3, schedules),
    "ops_elementwise": (4, elementwise_ops),
    "ops_shape": (5, shape_ops),
}


def save(path, tensors, notes):
    """A safetensors file whose bytes follow from its content (the safetensors package shuffles the notes)."""
    types = {torch.float32: "F32", torch.float64: "F64", torch.int64: "I64"}
    header, data = {"__metadata__": notes}, b""
    for name, tensor in sorted(tensors.items(), key=lambda item: -item[1].element_size()):
        raw = tensor.detach().contiguous().numpy().tobytes()
        header[name] = {"dtype": types[tensor.dtype], "shape": list(tensor.shape),
                        "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(len(text).to_bytes(8, "little") + text + data)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", default=pathlib.Path(__file__).parent.parent / "tests" / "vectors", type=pathlib.Path)
    out = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(1)
    for name, (seed, make) in CASES.items():
        notes = {"torch": torch.__version__, "seed": str(seed), "loss_tolerance": "1e-5", "rate_tolerance": "1e-12",
                 "gradient_tolerance": "1e-6", "weight_tolerance": "1e-5", "written_by": "tools/make_vectors.py"}
        path = out / f"{name}.safetensors"
        save(path, make(), notes)
        print(f"{path}: {path.stat().st_size} bytes")
        assert path.stat().st_size <= 50_000


if __name__ == "__main__":
    main()

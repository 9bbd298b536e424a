#!/usr/bin/env python3
"""Writes tests/vectors/state_dicts: small files of torch.save in every form that lathe meets, good and bad.

    python tools/make_state_dicts.py [--out tests/vectors/state_dicts]

The values are no secret: tensor number k of a state dict holds k, k + 1/8, k + 2/8, … in its own type, so that a test
needs no second file to compare with.
"""
import argparse
import pathlib
import sys
import types

import numpy
import torch
from torch import nn


class Net(nn.Module):
    """Conv, batch norm, linear: seven parameters and buffers and a counter."""

    def __init__(self):
        super().__init__()
        self.stem = nn.Conv1d(1, 2, 3)
        self.norm = nn.BatchNorm1d(2)
        self.head = nn.Linear(2, 3)
        with torch.no_grad():
            for k, value in enumerate(self.state_dict().values()):
                value.copy_((k + torch.arange(value.numel()) / 8).reshape(value.shape))

    def forward(self, x):
        return self.head(torch.relu(self.norm(self.stem(x))).mean(2))


def importable(cls, module):
    """Makes a class look as if it came from an importable module, so that pickles name it so."""
    cls.__module__ = module
    sys.modules[module] = types.ModuleType(module)
    setattr(sys.modules[module], cls.__name__, cls)


def checkpoint(model):
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    model(torch.ones(2, 1, 8)).sum().backward()
    optimizer.step()
    return {"epoch": 3, "best": 0.5, "state_dict": Net().state_dict(), "optimizer": optimizer.state_dict(),
            "seen": {1, 2}, "note": b"\x00\xff", "none": None, "big": 2**70, "shape": torch.Size([1, 2]),
            "device": torch.device("cpu"), "dtype": torch.float16}


def lightning(model):
    return {"epoch": 3, "global_step": 40, "pytorch-lightning_version": "2.5.0",
            "state_dict": {f"model.{name}": value for name, value in model.state_dict().items()},
            "loops": {"fit_loop": {"state_dict": {}}}, "callbacks": {"ModelCheckpoint{}": {"best": torch.tensor(0.5)}},
            "optimizer_states": [torch.optim.SGD(model.parameters(), lr=0.1).state_dict()], "lr_schedulers": [],
            "hparams_name": "kwargs", "hyper_parameters": {"width": 2}}


def tensors():
    """One tensor a type, then every way to lie in a storage. A name says what is meant."""
    made = {str(dtype)[6:]: torch.arange(6).reshape(2, 3).to(dtype)
            for dtype in (torch.float64, torch.float32, torch.float16, torch.bfloat16, torch.int64, torch.int32,
                          torch.int16, torch.int8, torch.uint8, torch.bool, torch.uint16, torch.float8_e4m3fn)}
    base = torch.arange(24.0).reshape(4, 6)
    made.update(scalar=torch.tensor(2.5), empty=torch.ones(0, 3), parameter=nn.Parameter(torch.arange(2.0)),
                transposed=base.t(), sliced=base[1:, 1::2], shared=base, tied=base, row=base[2],
                broadcast=torch.arange(3.0).expand(2, 3))
    return made


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=pathlib.Path, default="tests/vectors/state_dicts")
    out = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(0)
    net = Net()
    torch.save(net.state_dict(), out / "plain.pt")
    torch.save(checkpoint(Net()), out / "checkpoint.pt")
    torch.save(checkpoint(Net()), out / "protocol4.pt", pickle_protocol=4)
    torch.save(lightning(Net()), out / "lightning.ckpt")
    torch.save({"generator": net.state_dict(), "discriminator": net.state_dict()}, out / "several.pt")
    torch.save(Net().half().state_dict(), out / "half.pt")
    torch.save(tensors(), out / "tensors.pt")
    torch.save({"w": torch.ones(2, dtype=torch.complex64)}, out / "complex.pt")
    torch.save({"state_dict": net.state_dict(), "best": numpy.float64(0.5)}, out / "numpy.pt")
    torch.save(net.state_dict(), out / "legacy.pt", _use_new_zipfile_serialization=False)
    torch.jit.script(nn.Linear(1, 1)).save(out / "script.pt")
    torch.serialization.set_crc32_options(False)
    torch.save(net.state_dict(), out / "no_checksums.pt")
    torch.serialization.set_crc32_options(True)
    importable(Net, "wrist_models")
    torch.save(net, out / "module.pt")
    torch.save({"model": net, "epoch": 3}, out / "module_in_checkpoint.pt")


if __name__ == "__main__":
    main()

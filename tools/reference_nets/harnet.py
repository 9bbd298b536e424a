"""harnet: Yuan et al. 2022 (arXiv:2206.02909): accelerometer windows [3, T], circular padding, fixed FIR."""
import numpy
import torch
from torch import nn
from torch.nn import functional as F


class ResBlock(nn.Module):
    def __init__(self, width, kernel):
        super().__init__()
        def circular():
            return nn.Conv1d(width, width, kernel, padding=kernel // 2, padding_mode="circular", bias=False)
        self.bn1, self.bn2 = nn.BatchNorm1d(width), nn.BatchNorm1d(width)
        self.conv1, self.conv2 = circular(), circular()

    def forward(self, x):
        return x + self.conv2(F.relu(self.bn2(self.conv1(F.relu(self.bn1(x))))))


class Downsample(nn.Module):
    """A box filter convolved `order` times with itself, one channel at a time; not trained."""

    def __init__(self, channels, factor, order):
        super().__init__()
        box = kernel = numpy.ones(factor) / factor
        for _ in range(order):
            kernel = numpy.convolve(kernel, box)
        self.factor, self.padding, self.channels = factor, order * (factor - 1) // 2, channels
        self.register_buffer("kernel", torch.tensor(kernel, dtype=torch.float32).repeat(channels, 1, 1))

    def forward(self, x):
        return F.conv1d(x, self.kernel, None, self.factor, self.padding, groups=self.channels)


HARNET = {5: ((64, 2, 2, 2), (128, 2, 2, 2), (256, 2, 3, 1), (256, 2, 3, 1), (512, 0, 3, 1)),
          10: ((64, 2, 2, 2), (128, 2, 2, 2), (256, 2, 5, 1), (512, 2, 5, 1), (1024, 0, 3, 1)),
          30: ((64, 2, 3, 1), (128, 2, 3, 1), (256, 2, 5, 1), (512, 2, 5, 1), (1024, 0, 4, 0))}


HARNET_SMALL = ((64, 2, 3, 1), (64, 2, 3, 1), (128, 2, 5, 1), (128, 2, 5, 1), (256, 2, 4, 0))  # version 2, 30 s


def initialise(model):
    """He's normal by what goes out, drawn again in the order of the modules."""
    for module in model.modules():
        if isinstance(module, (nn.Conv1d, nn.Linear)):
            nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")


class Extractor(nn.Module):
    """What Harnet and its pretext network share: [N, 3, T] -> [N, F]."""

    def __init__(self, seconds, version=1):
        super().__init__()
        self.feature_extractor, cin = nn.Sequential(), 3
        for i, (width, blocks, factor, order) in enumerate(HARNET_SMALL if version == 2 else HARNET[seconds]):
            first = nn.Conv1d(cin, width, 5, padding=2, padding_mode="circular", bias=False)
            layer = nn.Sequential(first, *[ResBlock(width, 5) for _ in range(blocks)], nn.BatchNorm1d(width), nn.ReLU(),
                                  Downsample(width, factor, order))
            self.feature_extractor.add_module(f"layer{i + 1}", layer)
            cin = width
        self.width = cin

    def features(self, x):
        features = self.feature_extractor(x)
        return features.view(features.shape[0], -1)


class Harnet(Extractor):
    def __init__(self, seconds, classes=4, version=1):
        super().__init__(seconds, version)
        cin = self.width
        self.classifier = nn.Sequential()
        self.classifier.add_module("linear1", nn.Linear(cin, 512))
        self.classifier.add_module("relu", nn.ReLU())
        self.classifier.add_module("linear2", nn.Linear(512, classes))

    def forward(self, x):
        return self.classifier(self.features(x))


class Head(nn.Module):
    def __init__(self, cin, classes=2):
        super().__init__()
        self.linear1 = nn.Linear(cin, classes)

    def forward(self, x):
        return self.linear1(x)


class HarnetPretext(Extractor):
    """One head a pretext task, in the published order."""

    HEADS = ("aot_h", "scale_h", "permute_h", "time_w_h")

    def __init__(self, seconds, version=1):
        super().__init__(seconds, version)
        for name in self.HEADS:
            self.add_module(name, Head(self.width))

    def forward(self, x):
        features = self.features(x)
        return [getattr(self, name)(features) for name in self.HEADS]

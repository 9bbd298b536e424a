#!/usr/bin/env python3
"""Networks in plain PyTorch, written from their papers: what check_onnx.py exports, imports and compares. No weights.

    python tools/onnx_models.py        # a table: parameters and MACs of each, beside what is published

Parameters are named as in the published state dicts where there are some. `NETS` lists them all.
"""
from dataclasses import dataclass
from typing import Callable, Optional

import numpy
import torch
from torch import nn
from torch.nn import functional as F


def conv_norm(cin, cout, kernel, stride=1, groups=1, act=None, same=False):
    """Conv, batch norm, activation. `same` pads as TensorFlow does: the odd sample behind (a Pad of its own)."""
    layers = [nn.Conv2d(cin, cout, kernel, stride, 0 if same else kernel // 2, groups=groups, bias=False),
              nn.BatchNorm2d(cout)]
    if same:
        total = kernel - stride
        layers.insert(0, nn.ZeroPad2d((total // 2, total - total // 2) * 2))
    return nn.Sequential(*layers, *([act()] if act else []))


# --- ResNet: He et al. 2015 (arXiv:1512.03385); the bottleneck strides in its 3x3, as everybody's weights do ---------

class Residual(nn.Module):
    def __init__(self, cin, width, stride, bottleneck):
        super().__init__()
        cout = 4 * width if bottleneck else width
        plan = [(1, 1), (3, stride), (1, 1)] if bottleneck else [(3, stride), (3, 1)]
        channels = [cin] + [width] * (len(plan) - 1) + [cout]
        self.depth = len(plan)
        for i, (kernel, step) in enumerate(plan):
            setattr(self, f"conv{i + 1}", nn.Conv2d(channels[i], channels[i + 1], kernel, step, kernel // 2, bias=False))
            setattr(self, f"bn{i + 1}", nn.BatchNorm2d(channels[i + 1]))
        self.relu = nn.ReLU(inplace=True)
        same = stride == 1 and cin == cout
        self.downsample = None if same else nn.Sequential(nn.Conv2d(cin, cout, 1, stride, bias=False),
                                                          nn.BatchNorm2d(cout))

    def forward(self, x):
        y = x
        for i in range(1, self.depth + 1):
            y = getattr(self, f"bn{i}")(getattr(self, f"conv{i}")(y))
            if i < self.depth:
                y = self.relu(y)
        return self.relu(y + (x if self.downsample is None else self.downsample(x)))


class ResNet(nn.Module):
    def __init__(self, blocks, bottleneck=False, classes=1000):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.relu = nn.ReLU(inplace=True)
        self.maxpool = nn.MaxPool2d(3, 2, 1)
        cin = 64
        for stage, count in enumerate(blocks):
            width, layers = 64 << stage, []
            for i in range(count):
                layers.append(Residual(cin, width, 2 if stage and i == 0 else 1, bottleneck))
                cin = 4 * width if bottleneck else width
            setattr(self, f"layer{stage + 1}", nn.Sequential(*layers))
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(cin, classes)

    def forward(self, x):
        x = self.maxpool(self.relu(self.bn1(self.conv1(x))))
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return self.fc(torch.flatten(self.avgpool(x), 1))


# --- DenseNet-121: Huang et al. 2016 (arXiv:1608.06993) ---------------------------------------------------------------

class DenseLayer(nn.Module):
    def __init__(self, cin, growth):
        super().__init__()
        self.norm1, self.conv1 = nn.BatchNorm2d(cin), nn.Conv2d(cin, 4 * growth, 1, bias=False)
        self.norm2, self.conv2 = nn.BatchNorm2d(4 * growth), nn.Conv2d(4 * growth, growth, 3, padding=1, bias=False)
        self.relu1, self.relu2 = nn.ReLU(), nn.ReLU()

    def forward(self, x):
        return self.conv2(self.relu2(self.norm2(self.conv1(self.relu1(self.norm1(x))))))


class DenseBlock(nn.Module):
    def __init__(self, cin, count, growth):
        super().__init__()
        for i in range(count):
            setattr(self, f"denselayer{i + 1}", DenseLayer(cin + i * growth, growth))

    def forward(self, x):
        features = [x]
        for layer in self.children():
            features.append(layer(torch.cat(features, 1)))
        return torch.cat(features, 1)


class DenseNet121(nn.Module):
    def __init__(self, growth=32, blocks=(6, 12, 24, 16), classes=1000):
        super().__init__()
        width = 2 * growth
        self.features = nn.Sequential()
        self.features.add_module("conv0", nn.Conv2d(3, width, 7, 2, 3, bias=False))
        self.features.add_module("norm0", nn.BatchNorm2d(width))
        self.features.add_module("relu0", nn.ReLU())
        self.features.add_module("pool0", nn.MaxPool2d(3, 2, 1))
        for i, count in enumerate(blocks):
            self.features.add_module(f"denseblock{i + 1}", DenseBlock(width, count, growth))
            width += count * growth
            if i + 1 < len(blocks):
                transition = nn.Sequential()
                transition.add_module("norm", nn.BatchNorm2d(width))
                transition.add_module("relu", nn.ReLU())
                transition.add_module("conv", nn.Conv2d(width, width // 2, 1, bias=False))
                transition.add_module("pool", nn.AvgPool2d(2, 2))
                self.features.add_module(f"transition{i + 1}", transition)
                width //= 2
        self.features.add_module("norm5", nn.BatchNorm2d(width))
        self.classifier = nn.Linear(width, classes)

    def forward(self, x):
        x = F.relu(self.features(x))
        return self.classifier(torch.flatten(F.adaptive_avg_pool2d(x, 1), 1))


# --- VGG-16: Simonyan and Zisserman 2014 (arXiv:1409.1556), configuration D -------------------------------------------

class VGG16(nn.Module):
    def __init__(self, classes=1000):
        super().__init__()
        layers, cin = [], 3
        for width, count in ((64, 2), (128, 2), (256, 3), (512, 3), (512, 3)):
            for _ in range(count):
                layers += [nn.Conv2d(cin, width, 3, padding=1), nn.ReLU(inplace=True)]
                cin = width
            layers.append(nn.MaxPool2d(2, 2))
        self.features = nn.Sequential(*layers)
        self.avgpool = nn.AdaptiveAvgPool2d(7)
        self.classifier = nn.Sequential(nn.Linear(512 * 49, 4096), nn.ReLU(inplace=True), nn.Dropout(),
                                        nn.Linear(4096, 4096), nn.ReLU(inplace=True), nn.Dropout(),
                                        nn.Linear(4096, classes))

    def forward(self, x):
        return self.classifier(torch.flatten(self.avgpool(self.features(x)), 1))


# --- MobileNet-v2 (arXiv:1801.04381), -v3-small (arXiv:1905.02244), EfficientNet-lite0 (arXiv:1905.11946) ------------

def round_to_eight(width):
    """The nearest multiple of eight that loses no more than a tenth."""
    rounded = max(8, int(width + 4) // 8 * 8)
    return rounded + 8 if rounded < 0.9 * width else rounded


class SqueezeExcite(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.fc1 = nn.Conv2d(width, round_to_eight(width / 4), 1)
        self.fc2 = nn.Conv2d(round_to_eight(width / 4), width, 1)

    def forward(self, x):
        gate = F.adaptive_avg_pool2d(x, 1)
        return x * F.hardsigmoid(self.fc2(F.relu(self.fc1(gate))))


class InvertedResidual(nn.Module):
    def __init__(self, cin, middle, cout, kernel, stride, act, squeeze=False, same=False):
        super().__init__()
        expand = [conv_norm(cin, middle, 1, act=act)] if middle != cin else []
        depthwise = conv_norm(middle, middle, kernel, stride, middle, act, same and stride == 2)
        self.conv = nn.Sequential(*expand, depthwise, *([SqueezeExcite(middle)] if squeeze else []),
                                  conv_norm(middle, cout, 1))
        self.shortcut = stride == 1 and cin == cout

    def forward(self, x):
        return x + self.conv(x) if self.shortcut else self.conv(x)


def inverted_stages(cin, stages, act, same=False):
    blocks = []
    for factor, kernel, stride, cout, count in stages:
        for i in range(count):
            blocks.append(InvertedResidual(cin, cin * factor, cout, kernel, stride if i == 0 else 1, act, same=same))
            cin = cout
    return blocks


class MobileNetV2(nn.Module):
    def __init__(self, classes=1000):
        super().__init__()
        stages = ((1, 3, 1, 16, 1), (6, 3, 2, 24, 2), (6, 3, 2, 32, 3), (6, 3, 2, 64, 4), (6, 3, 1, 96, 3),
                  (6, 3, 2, 160, 3), (6, 3, 1, 320, 1))
        self.features = nn.Sequential(conv_norm(3, 32, 3, 2, act=nn.ReLU6), *inverted_stages(32, stages, nn.ReLU6),
                                      conv_norm(320, 1280, 1, act=nn.ReLU6))
        self.classifier = nn.Sequential(nn.Dropout(0.2), nn.Linear(1280, classes))

    def forward(self, x):
        return self.classifier(self.features(x).mean([2, 3]))


class MobileNetV3Small(nn.Module):
    def __init__(self, classes=1000):
        super().__init__()
        relu, swish, cin = nn.ReLU, nn.Hardswish, 16
        blocks = [conv_norm(3, 16, 3, 2, act=swish)]
        for kernel, middle, cout, squeeze, act, stride in (
                (3, 16, 16, True, relu, 2), (3, 72, 24, False, relu, 2), (3, 88, 24, False, relu, 1),
                (5, 96, 40, True, swish, 2), (5, 240, 40, True, swish, 1), (5, 240, 40, True, swish, 1),
                (5, 120, 48, True, swish, 1), (5, 144, 48, True, swish, 1), (5, 288, 96, True, swish, 2),
                (5, 576, 96, True, swish, 1), (5, 576, 96, True, swish, 1)):
            blocks.append(InvertedResidual(cin, middle, cout, kernel, stride, act, squeeze))
            cin = cout
        self.features = nn.Sequential(*blocks, conv_norm(cin, 576, 1, act=swish))
        self.classifier = nn.Sequential(nn.Linear(576, 1024), nn.Hardswish(), nn.Dropout(0.2), nn.Linear(1024, classes))

    def forward(self, x):
        return self.classifier(torch.flatten(F.adaptive_avg_pool2d(self.features(x), 1), 1))


class EfficientNetLite0(nn.Module):
    def __init__(self, classes=1000):
        super().__init__()
        stages = ((1, 3, 1, 16, 1), (6, 3, 2, 24, 2), (6, 5, 2, 40, 2), (6, 3, 2, 80, 3), (6, 5, 1, 112, 3),
                  (6, 5, 2, 192, 4), (6, 3, 1, 320, 1))
        self.features = nn.Sequential(conv_norm(3, 32, 3, 2, act=nn.ReLU6, same=True),
                                      *inverted_stages(32, stages, nn.ReLU6, same=True),
                                      conv_norm(320, 1280, 1, act=nn.ReLU6))
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.classifier = nn.Linear(1280, classes)

    def forward(self, x):
        return self.classifier(self.pool(self.features(x)).flatten(1))


# --- CP-ResNet: Koutini et al. 2021 (arXiv:2105.12395), receptive field rho = 4 --------------------------------------

class CpBlock(nn.Module):
    def __init__(self, cin, cout, kernel1, kernel2):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(cin, cout, kernel1, padding=kernel1 // 3, bias=False), nn.BatchNorm2d(cout)
        self.conv2, self.bn2 = nn.Conv2d(cout, cout, kernel2, padding=kernel2 // 3, bias=False), nn.BatchNorm2d(cout)
        self.shortcut, self.relu = nn.Sequential(), nn.ReLU()
        if cin != cout:
            self.shortcut = nn.Sequential(nn.Conv2d(cin, cout, 1, bias=False), nn.BatchNorm2d(cout))

    def forward(self, x):
        return self.relu(self.bn2(self.conv2(self.relu(self.bn1(self.conv1(x))))) + self.shortcut(x))


class CpResNet(nn.Module):
    def __init__(self, base=32, factor=2, classes=10):
        super().__init__()
        a, b, c = base, base * factor, base * factor ** 2
        self.in_c = nn.Sequential(nn.Conv2d(1, a, 5, 2, 1, bias=False), nn.BatchNorm2d(a), nn.Hardswish())
        self.stage1 = nn.Sequential(nn.MaxPool2d(2, 2), CpBlock(a, a, 3, 1), nn.MaxPool2d((2, 1)),
                                    CpBlock(a, a, 3, 3), nn.MaxPool2d((2, 1)))
        self.stage2 = nn.Sequential(CpBlock(a, b, 3, 1), CpBlock(b, b, 1, 1))
        self.stage3 = nn.Sequential(CpBlock(b, c, 1, 1), CpBlock(c, c, 1, 1))
        self.feed_forward = nn.Sequential(nn.Conv2d(c, classes, 1, bias=False), nn.BatchNorm2d(classes),
                                          nn.AdaptiveAvgPool2d(1))

    def forward(self, x):
        x = self.feed_forward(self.stage3(self.stage2(self.stage1(self.in_c(x)))))
        return x.squeeze(-1).squeeze(-1)


# --- harnet: Yuan et al. 2022 (arXiv:2206.02909): accelerometer windows [3, T], circular padding, fixed FIR ----------

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


class Harnet(nn.Module):
    def __init__(self, seconds, classes=4):
        super().__init__()
        self.feature_extractor, cin = nn.Sequential(), 3
        for i, (width, blocks, factor, order) in enumerate(HARNET[seconds]):
            first = nn.Conv1d(cin, width, 5, padding=2, padding_mode="circular", bias=False)
            layer = nn.Sequential(first, *[ResBlock(width, 5) for _ in range(blocks)], nn.BatchNorm1d(width), nn.ReLU(),
                                  Downsample(width, factor, order))
            self.feature_extractor.add_module(f"layer{i + 1}", layer)
            cin = width
        self.classifier = nn.Sequential()
        self.classifier.add_module("linear1", nn.Linear(cin, 512))
        self.classifier.add_module("relu", nn.ReLU())
        self.classifier.add_module("linear2", nn.Linear(512, classes))

    def forward(self, x):
        features = self.feature_extractor(x)
        return self.classifier(features.view(features.shape[0], -1))


# --- Three small ones for signals: TCN (arXiv:1803.01271), U-Net (arXiv:1505.04597) in 1-D, DS-CNN (arXiv:1711.07128) -

class CausalBlock(nn.Module):
    def __init__(self, cin, cout, dilation, kernel, normed):
        super().__init__()
        wrap = nn.utils.parametrizations.weight_norm if normed else lambda layer: layer
        self.left = (kernel - 1) * dilation
        self.conv1 = wrap(nn.Conv1d(cin, cout, kernel, dilation=dilation))
        self.conv2 = wrap(nn.Conv1d(cout, cout, kernel, dilation=dilation))
        self.dropout = nn.Dropout(0.2)
        self.downsample = nn.Conv1d(cin, cout, 1) if cin != cout else None

    def forward(self, x):
        y = self.dropout(F.relu(self.conv1(F.pad(x, (self.left, 0)))))
        y = self.dropout(F.relu(self.conv2(F.pad(y, (self.left, 0)))))
        return F.relu(y + (x if self.downsample is None else self.downsample(x)))


class Tcn(nn.Module):
    def __init__(self, normed=False, width=32, levels=5, classes=6):
        super().__init__()
        self.network = nn.Sequential(*[CausalBlock(3 if i == 0 else width, width, 2 ** i, 5, normed)
                                       for i in range(levels)])
        self.linear = nn.Linear(width, classes)

    def forward(self, x):
        return self.linear(self.network(x)[:, :, -1])


def double_conv(cin, cout):
    return nn.Sequential(*[layer for i in range(2) for layer in (
        nn.Conv1d(cin if i == 0 else cout, cout, 3, padding=1, bias=False), nn.BatchNorm1d(cout), nn.ReLU())])


class UNet1d(nn.Module):
    def __init__(self, widths=(16, 32, 64, 128), classes=2):
        super().__init__()
        self.down = nn.ModuleList([double_conv(1 if i == 0 else widths[i - 1], w) for i, w in enumerate(widths)])
        pairs = list(zip(reversed(widths[1:]), reversed(widths[:-1])))
        self.up = nn.ModuleList([nn.ConvTranspose1d(a, b, 2, 2) for a, b in pairs])
        self.join = nn.ModuleList([double_conv(2 * b, b) for _, b in pairs])
        self.head = nn.Conv1d(widths[0], classes, 1)

    def forward(self, x):
        skips = []
        for i, block in enumerate(self.down):
            x = block(x if i == 0 else F.max_pool1d(x, 2))
            skips.append(x)
        for up, join, skip in zip(self.up, self.join, reversed(skips[:-1])):
            x = join(torch.cat([skip, up(x)], 1))
        return self.head(x)


class DsCnn(nn.Module):
    def __init__(self, width=64, blocks=4, classes=12):
        super().__init__()
        self.pad = nn.ZeroPad2d((1, 1, 4, 5))  # 'same' for a kernel of 10 x 4 with stride 2 on 49 x 10
        self.stem = nn.Sequential(nn.Conv2d(1, width, (10, 4), 2, bias=False), nn.BatchNorm2d(width), nn.ReLU())
        self.blocks = nn.Sequential(*[nn.Sequential(conv_norm(width, width, 3, groups=width, act=nn.ReLU),
                                                    conv_norm(width, width, 1, act=nn.ReLU)) for _ in range(blocks)])
        self.pool = nn.AvgPool2d((25, 5))
        self.dropout = nn.Dropout(0.2)
        self.linear = nn.Linear(width, classes)

    def forward(self, x):
        return self.linear(self.dropout(self.pool(self.blocks(self.stem(self.pad(x))))).flatten(1))


# --- What is published of each ----------------------------------------------------------------------------------------

@dataclass
class Net:
    build: Callable[[], nn.Module]
    input: tuple                           # without the batch
    parameters: Optional[int] = None       # None: no other source than this file
    macs: Optional[int] = None             # sums of convolutions and linear layers
    counted_macs: Optional[int] = None     # as Torch-Pruning 1.6 counts: see counted()


NETS = {
    "resnet18": Net(lambda: ResNet((2, 2, 2, 2)), (3, 224, 224), 11_689_512, 1_814_073_344, 1_822_177_768),
    "resnet50": Net(lambda: ResNet((3, 4, 6, 3), True), (3, 224, 224), 25_557_032, None, 4_121_925_096),
    "densenet121": Net(DenseNet121, (3, 224, 224), 7_978_856, None, 2_882_620_136),
    "vgg16": Net(VGG16, (3, 224, 224), 138_357_544, None, 15_503_523_304),
    "mobilenet_v2": Net(MobileNetV2, (3, 224, 224), 3_504_872, None, 320_237_288),
    "mobilenet_v3_small": Net(MobileNetV3Small, (3, 224, 224), 2_542_856),
    "efficientnet_lite0": Net(EfficientNetLite0, (3, 224, 224), 4_652_008),
    "cp_resnet_small": Net(lambda: CpResNet(32, 1), (1, 256, 44), 47_028, 16_804_320, 17_390_612),
    "cp_resnet": Net(lambda: CpResNet(32, 2), (1, 256, 44), 131_316, 29_236_320, 30_110_612),
    "harnet5": Net(lambda: Harnet(5), (3, 150), 4_492_612, 117_185_152),
    "harnet10": Net(lambda: Harnet(10), (3, 300), 10_984_260, 287_616_256),
    "harnet30": Net(lambda: Harnet(30), (3, 900), 10_984_260, 461_616_896),
    "tcn": Net(Tcn, (3, 256)),
    "tcn_weight_norm": Net(lambda: Tcn(True), (3, 256)),
    "unet_1d": Net(UNet1d, (1, 256)),
    "ds_cnn": Net(DsCnn, (1, 49, 10)),
}


def randomised(name, seed=0):
    """The net in inference mode, its batch norms with statistics that are not trivial."""
    torch.manual_seed(seed)
    model = NETS[name].build().eval()
    with torch.no_grad():
        for layer in model.modules():
            if isinstance(layer, nn.modules.batchnorm._BatchNorm):
                layer.weight.uniform_(0.5, 1.5)
                layer.bias.normal_(0, 0.2)
                layer.running_mean.normal_(0, 0.2)
                layer.running_var.uniform_(0.5, 1.5)
    return model


def parameters(model):
    """Trained values; a weight that is computed from two counts once, as the layer uses it."""
    total = 0
    for layer in model.modules():
        if isinstance(layer, (nn.Conv1d, nn.Conv2d, nn.ConvTranspose1d)) or not list(layer.children()):
            held = [layer.weight] if getattr(layer, "weight", None) is not None else []
            held += [layer.bias] if getattr(layer, "bias", None) is not None else []
            total += sum(value.numel() for value in held)
    return total


def counted(model, input_shape):
    """MACs of one input: (convolutions and linear layers, the same as Torch-Pruning 1.6 counts)."""
    sums, others = 0, 0

    def layer_hook(layer, x, y):
        nonlocal sums, others
        if isinstance(layer, nn.Linear):
            sums += layer.weight.numel() * (y.numel() // y.shape[-1])
            others += y.numel() if layer.bias is not None else 0
        elif isinstance(layer, (nn.Conv1d, nn.Conv2d)):
            sums += layer.weight[0].numel() * y.numel()
            others += y.numel() if layer.bias is not None else 0
        elif isinstance(layer, nn.ConvTranspose1d):
            sums += layer.weight[0].numel() * x[0].numel()
            others += y.numel() if layer.bias is not None else 0
        elif isinstance(layer, Downsample):
            sums += layer.kernel.shape[2] * y.numel()
        elif isinstance(layer, nn.modules.batchnorm._BatchNorm):
            others += 2 * y.numel()
        elif isinstance(layer, (nn.ReLU, nn.ReLU6)):
            others += y.numel()
        elif isinstance(layer, (nn.MaxPool2d, nn.AvgPool2d, nn.AdaptiveAvgPool2d)):
            others += x[0].numel()

    hooks = [layer.register_forward_hook(layer_hook) for layer in model.modules()]
    with torch.no_grad():
        model(torch.zeros(1, *input_shape))
    for hook in hooks:
        hook.remove()
    return sums, sums + others


if __name__ == "__main__":
    for name, net in NETS.items():
        model = randomised(name)
        macs, more = counted(model, net.input)
        print(f"{name:20} parameters {parameters(model):>11,} (published {net.parameters}), MACs {macs:>14,} "
              f"(published {net.macs}), Torch-Pruning's {more:>14,} (published {net.counted_macs})")

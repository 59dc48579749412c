"""The small models that make_model_fixtures.py writes, one trait of real models each."""

from typing import Dict, List, NamedTuple, Optional, Tuple

import torch
from torch import Tensor, nn


def conv_bn(inputs, outputs, kernel=3, stride=1, groups=1, activation=nn.ReLU):
    """Convolution, batch norm and, unless it is None, an in-place activation."""
    layers = [nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, groups=groups, bias=False),
              nn.BatchNorm2d(outputs)]
    if activation is not None:
        layers.append(activation(inplace=True))
    return nn.Sequential(*layers)


class Chain(nn.Module):
    """VGG: no shortcuts, so every value is a cut of one tensor."""

    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(3, 8, 3, padding=1), nn.BatchNorm2d(8), nn.ReLU(inplace=True),
            nn.MaxPool2d(2, 2), nn.Conv2d(8, 12, 3, padding=1), nn.ReLU(inplace=True))
        self.avgpool = nn.AdaptiveAvgPool2d((2, 2))
        self.classifier = nn.Sequential(nn.Flatten(1), nn.Dropout(0.5), nn.Linear(48, 10))

    def forward(self, x):
        return self.classifier(self.avgpool(self.features(x)))


class BasicBlock(nn.Module):
    """ResNet's block: one relu module called twice, `out += identity` in place."""

    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.relu = nn.ReLU(inplace=True)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.downsample = None
        if stride != 1 or inputs != outputs:
            self.downsample = conv_bn(inputs, outputs, 1, stride, activation=None)

    def forward(self, x: Tensor) -> Tensor:
        identity = x
        out = self.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        if self.downsample is not None:
            identity = self.downsample(x)
        out += identity
        return self.relu(out)


class Residual(nn.Module):
    """ResNet: a cut inside a block has to carry the shortcut as well."""

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 8, 3, 2, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(8)
        self.relu = nn.ReLU(inplace=True)
        self.maxpool = nn.MaxPool2d(3, 2, 1)
        self.layer1 = nn.Sequential(BasicBlock(8, 8, 1), BasicBlock(8, 8, 1))
        self.layer2 = nn.Sequential(BasicBlock(8, 12, 2))
        self.avgpool = nn.AdaptiveAvgPool2d((1, 1))
        self.fc = nn.Linear(12, 10)

    def forward(self, x):
        x = self.maxpool(self.relu(self.bn1(self.conv1(x))))
        x = self.layer2(self.layer1(x))
        return self.fc(torch.flatten(self.avgpool(x), 1))


class DenseLayer(nn.Module):
    """torchvision's _DenseLayer: takes a tensor or a list, and scripts with overloads."""

    def __init__(self, inputs, growth):
        super().__init__()
        self.norm1 = nn.BatchNorm2d(inputs)
        self.relu1 = nn.ReLU(inplace=True)
        self.conv1 = nn.Conv2d(inputs, 2 * growth, 1, bias=False)
        self.norm2 = nn.BatchNorm2d(2 * growth)
        self.relu2 = nn.ReLU(inplace=True)
        self.conv2 = nn.Conv2d(2 * growth, growth, 3, padding=1, bias=False)

    def bottleneck(self, inputs: List[Tensor]) -> Tensor:
        return self.conv1(self.relu1(self.norm1(torch.cat(inputs, 1))))

    @torch.jit._overload_method  # noqa: F811
    def forward(self, input: List[Tensor]) -> Tensor:  # noqa: F811
        pass

    @torch.jit._overload_method  # noqa: F811
    def forward(self, input: Tensor) -> Tensor:  # noqa: F811
        pass

    def forward(self, input):  # noqa: F811
        if isinstance(input, Tensor):
            previous = [input]
        else:
            previous = input
        return self.conv2(self.relu2(self.norm2(self.bottleneck(previous))))


class DenseBlock(nn.ModuleDict):
    """torchvision's _DenseBlock: a list that grows while the layers run."""

    def __init__(self, layers, inputs, growth):
        super().__init__()
        for i in range(layers):
            self.add_module(f"denselayer{i + 1}", DenseLayer(inputs + i * growth, growth))

    def forward(self, init_features: Tensor) -> Tensor:
        features = [init_features]
        for name, layer in self.items():
            new_features = layer(features)
            features.append(new_features)
        return torch.cat(features, 1)


class Dense(nn.Module):
    """DenseNet: the further into a block, the more tensors cross a cut."""

    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(
            conv_bn(3, 8, 3, 2), DenseBlock(2, 8, 4), nn.BatchNorm2d(16), nn.ReLU(inplace=True),
            nn.Conv2d(16, 10, 1, bias=False), nn.AvgPool2d(2, 2), DenseBlock(2, 10, 4))
        self.classifier = nn.Linear(18, 10)

    def forward(self, x):
        x = nn.functional.relu(self.features(x), inplace=True)
        x = nn.functional.adaptive_avg_pool2d(x, (1, 1))
        return self.classifier(torch.flatten(x, 1))


class InceptionBlock(nn.Module):
    """Parallel branches, gathered in a list and joined."""

    def __init__(self, inputs):
        super().__init__()
        self.branch1 = conv_bn(inputs, 4, 1)
        self.branch2 = nn.Sequential(conv_bn(inputs, 3, 1), conv_bn(3, 6, 3))
        self.branch3 = nn.Sequential(nn.MaxPool2d(3, 1, 1), conv_bn(inputs, 2, 1))

    def _forward(self, x: Tensor) -> List[Tensor]:
        return [self.branch1(x), self.branch2(x), self.branch3(x)]

    def forward(self, x: Tensor) -> Tensor:
        return torch.cat(self._forward(x), 1)


class Inception(nn.Module):
    """GoogLeNet: natural cuts only between the blocks."""

    def __init__(self):
        super().__init__()
        self.conv1 = conv_bn(3, 8, 3, 2)
        self.inception1 = InceptionBlock(8)
        self.maxpool = nn.MaxPool2d(3, 2, ceil_mode=True)
        self.inception2 = InceptionBlock(12)
        self.fc = nn.Linear(12, 10)

    def forward(self, x):
        x = self.inception1(self.conv1(x))
        x = self.inception2(self.maxpool(x))
        x = nn.functional.adaptive_avg_pool2d(x, (1, 1))
        return self.fc(torch.flatten(x, 1))


def channel_shuffle(x: Tensor, groups: int) -> Tensor:
    """ShuffleNet's: sizes are read at run time, so integers cross the graph too."""
    batch, channels, height, width = x.size()
    x = x.view(batch, groups, channels // groups, height, width)
    x = torch.transpose(x, 1, 2).contiguous()
    return x.view(batch, channels, height, width)


class ShuffleUnit(nn.Module):
    """ShuffleNetV2's: with stride 1 half of the channels pass by."""

    def __init__(self, inputs, outputs, stride):
        super().__init__()
        half = outputs // 2
        self.stride = stride
        self.branch1 = nn.Sequential()
        if stride > 1:
            self.branch1 = nn.Sequential(conv_bn(inputs, inputs, 3, stride, inputs, None),
                                         conv_bn(inputs, half, 1))
        entry = inputs if stride > 1 else half
        self.branch2 = nn.Sequential(conv_bn(entry, half, 1),
                                     conv_bn(half, half, 3, stride, half, None),
                                     conv_bn(half, half, 1))

    def forward(self, x: Tensor) -> Tensor:
        if self.stride == 1:
            x1, x2 = x.chunk(2, dim=1)
            out = torch.cat((x1, self.branch2(x2)), dim=1)
        else:
            out = torch.cat((self.branch1(x), self.branch2(x)), dim=1)
        return channel_shuffle(out, 2)


class Shuffle(nn.Module):
    """ShuffleNetV2: chunks, views and transposes."""

    def __init__(self):
        super().__init__()
        self.conv1 = conv_bn(3, 8, 3, 2)
        self.stage2 = nn.Sequential(ShuffleUnit(8, 16, 2), ShuffleUnit(16, 16, 1))
        self.conv5 = conv_bn(16, 16, 1)
        self.fc = nn.Linear(16, 10)

    def forward(self, x):
        x = self.conv5(self.stage2(self.conv1(x)))
        return self.fc(x.mean([2, 3]))


def stochastic_depth(x: Tensor, rate: float, training: bool) -> Tensor:
    """Drops whole samples while training; hands its input on in evaluation."""
    if not training or rate == 0.0:
        return x
    noise = torch.empty([x.size(0), 1, 1, 1]).bernoulli_(1.0 - rate)
    return x * noise / (1.0 - rate)


class StochasticDepth(nn.Module):
    """torchvision.ops.StochasticDepth with mode "row"."""

    def __init__(self, rate: float):
        super().__init__()
        self.rate = rate

    def forward(self, x: Tensor) -> Tensor:
        return stochastic_depth(x, self.rate, self.training)


class SqueezeExcitation(nn.Module):
    """A side branch that scales the channels: two tensors cross while it runs."""

    def __init__(self, channels, squeezed):
        super().__init__()
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.fc1 = nn.Conv2d(channels, squeezed, 1)
        self.activation = nn.ReLU()
        self.fc2 = nn.Conv2d(squeezed, channels, 1)
        self.scale_activation = nn.Hardsigmoid()

    def forward(self, x: Tensor) -> Tensor:
        scale = self.fc2(self.activation(self.fc1(self.avgpool(x))))
        return self.scale_activation(scale) * x


class MBConv(nn.Module):
    """EfficientNet's block: expand, depthwise, squeeze and excite, project."""

    def __init__(self, inputs, outputs, stride, activation):
        super().__init__()
        wide = 2 * inputs
        self.use_residual = stride == 1 and inputs == outputs
        self.block = nn.Sequential(
            conv_bn(inputs, wide, 1, activation=activation),
            conv_bn(wide, wide, 3, stride, wide, activation),
            SqueezeExcitation(wide, 4),
            conv_bn(wide, outputs, 1, activation=None))
        self.stochastic_depth = StochasticDepth(0.2)

    def forward(self, x: Tensor) -> Tensor:
        result = self.block(x)
        if self.use_residual:
            result = self.stochastic_depth(result)
            result += x
        return result


class MBConvNet(nn.Module):
    """EfficientNet with MobileNetV3's hard swish in its second half."""

    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(
            conv_bn(3, 8, 3, 2, activation=nn.SiLU), MBConv(8, 8, 1, nn.SiLU),
            MBConv(8, 12, 2, nn.Hardswish))
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.classifier = nn.Sequential(nn.Dropout(0.2, inplace=True), nn.Linear(12, 10))

    def forward(self, x):
        x = self.avgpool(self.features(x))
        return self.classifier(torch.flatten(x, 1))


class Trunk(nn.Module):
    """The common part of the models whose trait is in their outputs."""

    def __init__(self):
        super().__init__()
        self.conv1 = conv_bn(3, 8, 3, 2)
        self.conv2 = conv_bn(8, 8, 3, 2)
        self.fc = nn.Linear(8, 10)
        self.aux = nn.Linear(8, 5)

    def both(self, x: Tensor) -> Tuple[Tensor, Tensor]:
        early = self.conv1(x)
        late = self.conv2(early)
        return self.fc(late.mean([2, 3])), self.aux(early.mean([2, 3]))


class Outputs(Trunk):
    """Returns a pair; the first is the result."""

    def forward(self, x: Tensor) -> Tuple[Tensor, Tensor]:
        return self.both(x)


class DictOutputs(Trunk):
    """Returns a dictionary, as torchvision's segmentation models do."""

    def forward(self, x: Tensor) -> Dict[str, Tensor]:
        main, aux = self.both(x)
        return {"out": main, "aux": aux}


class NamedOutputs(NamedTuple):
    logits: Tensor
    aux_logits: Optional[Tensor]


class NamedTupleOutputs(nn.Module):
    """GoogLeNet: scripted it returns a named tuple with no aux, traced the tensor alone."""

    def __init__(self):
        super().__init__()
        self.conv1 = conv_bn(3, 8, 3, 2)
        self.aux = nn.Linear(8, 10)
        self.fc = nn.Linear(8, 10)

    def forward(self, x: Tensor) -> NamedOutputs:
        x = self.conv1(x).mean([2, 3])
        aux: Optional[Tensor] = None
        if self.training:
            aux = self.aux(x)
        logits = self.fc(x)
        if torch.jit.is_scripting():
            return NamedOutputs(logits, aux)
        return self.eager_outputs(logits, aux)

    @torch.jit.unused
    def eager_outputs(self, logits: Tensor, aux: Optional[Tensor]) -> NamedOutputs:
        return logits


class If(nn.Module):
    """Control flow that depends on the data: each block is one atomic step."""

    def __init__(self):
        super().__init__()
        self.conv1 = conv_bn(3, 8, 3, 2)
        self.positive = nn.Conv2d(8, 8, 3, padding=1)
        self.negative = nn.Conv2d(8, 8, 1)
        self.repeated = nn.Conv2d(8, 8, 3, padding=1)
        self.fc = nn.Linear(8, 10)

    def forward(self, x: Tensor) -> Tensor:
        above = bool(x.mean() > 0)
        x = self.conv1(x)
        if above:
            x = self.positive(x)
        else:
            x = self.negative(x)
        n = int(x.abs().mean().clamp(1, 3).item())
        for i in range(n):
            x = torch.tanh(self.repeated(x)) + float(i)
        return self.fc(x.mean([2, 3]))


class Batch1(nn.Module):
    """A view that was written, or traced, for one image at a time."""

    def __init__(self):
        super().__init__()
        self.conv1 = conv_bn(3, 4, 3, 2)
        self.pool = nn.AdaptiveAvgPool2d((4, 4))
        self.fc = nn.Linear(64, 10)

    def forward(self, x):
        return self.fc(self.pool(self.conv1(x)).view(1, -1))


class Alias(nn.Module):
    """In-place statements without a user, and a view that sees a later change."""

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 4, 3, 4, 1)
        self.conv2 = nn.Conv2d(4, 6, 3, 2, 1)
        self.fc1 = nn.Linear(256, 10)
        self.fc2 = nn.Linear(6, 10)

    def forward(self, x: Tensor) -> Tensor:
        x = self.conv1(x)
        x.add_(1)
        v = x.view(x.size(0), -1)
        x.relu_()
        y = self.conv2(x)
        return self.fc1(v) + self.fc2(y.mean([2, 3]))


class SharedRelu(nn.Module):
    """One module called three times: its path alone is not a unique id."""

    def __init__(self):
        super().__init__()
        self.relu = nn.ReLU(inplace=True)
        self.conv1 = nn.Conv2d(3, 8, 3, 2, 1)
        self.conv2 = nn.Conv2d(8, 8, 3, 2, 1)
        self.conv3 = nn.Conv2d(8, 8, 3, 2, 1)
        self.fc = nn.Linear(8, 10)

    def forward(self, x):
        x = self.relu(self.conv1(x))
        x = self.relu(self.conv2(x))
        x = self.relu(self.conv3(x))
        return self.fc(x.mean([2, 3]))


class TwoInputs(nn.Module):
    """Takes two tensors, which splitbench refuses."""

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 4, 3, 2, 1)
        self.conv2 = nn.Conv2d(3, 4, 3, 2, 1)
        self.fc = nn.Linear(4, 10)

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        return self.fc((self.conv1(x) + self.conv2(y)).mean([2, 3]))

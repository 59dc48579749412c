#!/usr/bin/python3
"""Trains fashion-resnet, the small model that splitbench works with out of the box.

The model is a ResNet with a stem and four stages, small enough to be kept in the
repository and good enough (more than 93 % on Fashion-MNIST) for a codec's loss
of accuracy to mean something.  Needs no network: the images come from the Debian
package dataset-fashion-mnist, PyTorch from python3-torch.

The test images are looked at once, after the last epoch.  Nothing is chosen by
them: the recipe is fixed, the exported weights are those of the last epoch, and
the accuracy during training is measured on 5,000 training images held out.
"""

import argparse
import datetime
import gzip
import json
import math
import os
import sys
import time

import numpy
import torch
from torch import nn
from torch.nn import functional
from torch.nn.utils.fusion import fuse_conv_bn_eval

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import torchscript_file  # noqa: E402

CLASSES = ["T-shirt/top", "Trouser", "Pullover", "Dress", "Coat",
           "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"]
MEAN, STD = 0.2860, 0.3530  # of all training pixels, scaled to 0..1
WIDTHS = (32, 64, 96, 192)
HELD_OUT = 5000
PAD = 2
EMA_DECAY = 0.998


class BasicBlock(nn.Module):
    """Two convolutions and a shortcut, named and ordered as in torchvision."""

    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.relu = nn.ReLU(inplace=True)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.downsample = None
        if stride != 1 or inputs != outputs:
            self.downsample = nn.Sequential(
                nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))

    def forward(self, x):
        identity = x
        out = self.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        if self.downsample is not None:
            identity = self.downsample(x)
        out += identity
        return self.relu(out)


class FashionResNet(nn.Module):
    """28x28 -> 28x28 -> 14x14 -> 7x7 -> 4x4, one block a stage."""

    def __init__(self, widths=WIDTHS, classes=len(CLASSES)):
        super().__init__()
        self.conv1 = nn.Conv2d(1, widths[0], 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(widths[0])
        self.relu = nn.ReLU(inplace=True)
        self.layer1 = nn.Sequential(BasicBlock(widths[0], widths[0], 1))
        self.layer2 = nn.Sequential(BasicBlock(widths[0], widths[1], 2))
        self.layer3 = nn.Sequential(BasicBlock(widths[1], widths[2], 2))
        self.layer4 = nn.Sequential(BasicBlock(widths[2], widths[3], 2))
        self.avgpool = nn.AdaptiveAvgPool2d((1, 1))
        self.fc = nn.Linear(widths[3], classes)
        self._initialise()

    def _initialise(self):
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
        for stage in (self.layer1, self.layer2, self.layer3, self.layer4):
            nn.init.zeros_(stage[0].bn2.weight)  # a block starts as its shortcut

    def forward(self, x):
        x = self.relu(self.bn1(self.conv1(x)))
        x = self.layer1(x)
        x = self.layer2(x)
        x = self.layer3(x)
        x = self.layer4(x)
        x = torch.flatten(self.avgpool(x), 1)
        return self.fc(x)


def folded(model):
    """A copy of `model` without batch norms, its module names unchanged.

    What runs on a device has them folded into the convolutions, so this is what
    has to be measured.  An identity takes the place of each, for the paths of
    the other modules to stay those of torchvision's ResNets.
    """
    copy = FashionResNet()
    copy.load_state_dict(model.state_dict())
    copy.eval()
    _fold(copy, "conv1", "bn1")
    for stage in (copy.layer1, copy.layer2, copy.layer3, copy.layer4):
        _fold(stage[0], "conv1", "bn1")
        _fold(stage[0], "conv2", "bn2")
        if stage[0].downsample is not None:
            _fold(stage[0].downsample, "0", "1")
    return copy


def _fold(parent, convolution, norm):
    fused = fuse_conv_bn_eval(getattr(parent, convolution), getattr(parent, norm))
    setattr(parent, convolution, fused)
    setattr(parent, norm, nn.Identity())


def read_idx(path):
    """An idx file (`.gz`) as an array of bytes; the format of the MNIST family."""
    with gzip.open(path, "rb") as file:
        content = file.read()
    if len(content) < 4 or content[:3] != b"\0\0\x08":
        raise ValueError(f"{path}: not an idx file of bytes")
    rank = content[3]
    shape = numpy.frombuffer(content, ">i4", rank, 4)
    return numpy.frombuffer(content, numpy.uint8, offset=4 + 4 * rank).reshape(shape)


def load_part(folder, prefix):
    """Images [n, 28, 28] as bytes and labels [n] of the part `train` or `t10k`."""
    images = read_idx(os.path.join(folder, f"{prefix}-images-idx3-ubyte.gz"))
    labels = read_idx(os.path.join(folder, f"{prefix}-labels-idx1-ubyte.gz"))
    return torch.from_numpy(images.copy()), torch.from_numpy(labels.astype(numpy.int64))


def normalised(images):
    """Bytes [n, h, w] to the floats [n, 1, h, w] that the model takes."""
    x = images.unsqueeze(1).float().div_(255).sub_(MEAN).div_(STD)
    return x.contiguous(memory_format=torch.channels_last)


def augmented(padded, chosen, generator):
    """The `chosen` images of `padded`, each shifted by up to 2 pixels and maybe mirrored.

    One gather does the whole batch: a mirrored image is one whose columns are
    looked up from right to left.
    """
    count, side = len(chosen), padded.shape[1] - 2 * PAD
    shift = torch.randint(0, 2 * PAD + 1, (2, count, 1), generator=generator)
    mirrored = torch.rand(count, 1, generator=generator) < 0.5
    steps = torch.arange(side).expand(count, side)
    rows = shift[0] + steps
    columns = shift[1] + torch.where(mirrored, side - 1 - steps, steps)
    return padded[chosen[:, None, None], rows[:, :, None], columns[:, None, :]]


def learning_rate(progress, peak):
    """One cycle: a linear warm-up over the first fifth, then a cosine down to nothing."""
    warmup = 0.2
    if progress < warmup:
        return peak * (0.04 + 0.96 * progress / warmup)
    return peak * 0.5 * (1 + math.cos(math.pi * (progress - warmup) / (1 - warmup)))


def make_optimizer(model, options):
    """SGD that decays the weights proper, but neither biases nor batch norms."""
    decayed = [p for p in model.parameters() if p.dim() > 1]
    others = [p for p in model.parameters() if p.dim() <= 1]
    groups = [{"params": decayed, "weight_decay": options.weight_decay},
              {"params": others, "weight_decay": 0.0}]
    return torch.optim.SGD(groups, lr=options.learning_rate, momentum=0.9, nesterov=True)


def update_average(average, model, step):
    """Moves the averaged weights towards the current ones; quickly at first."""
    decay = min(EMA_DECAY, (1 + step) / (10 + step))
    with torch.no_grad():
        for mean, value in zip(average.state_dict().values(), model.state_dict().values()):
            if mean.is_floating_point():
                mean.lerp_(value, 1 - decay)
            else:
                mean.copy_(value)


def correct(model, images, labels):
    """How many of `images` the model puts into their own class."""
    model.eval()
    right = 0
    with torch.no_grad():
        for start in range(0, len(images), 500):
            scores = model(normalised(images[start:start + 500]))
            right += int((scores.argmax(1) == labels[start:start + 500]).sum())
    return right


class Run:
    """The state of a training run: all that a checkpoint holds."""

    def __init__(self, options):
        torch.manual_seed(options.seed)
        self.options = options
        self.model = FashionResNet().to(memory_format=torch.channels_last)
        self.average = FashionResNet().to(memory_format=torch.channels_last)
        self.average.load_state_dict(self.model.state_dict())
        self.optimizer = make_optimizer(self.model, options)
        self.epoch = 0
        self.log = {"started_utc": now(), "epochs": []}

    def save(self, path):
        state = {"model": self.model.state_dict(), "average": self.average.state_dict(),
                 "optimizer": self.optimizer.state_dict(), "epoch": self.epoch,
                 "log": self.log, "seed": self.options.seed, "epochs": self.options.epochs}
        torch.save(state, f"{path}.part")
        os.replace(f"{path}.part", path)

    def load(self, path):
        state = torch.load(path)
        for key in ("seed", "epochs"):
            if state[key] != getattr(self.options, key):
                raise ValueError(f"{path}: was made with --{key} {state[key]}, "
                                 f"not {getattr(self.options, key)}; train anew without --resume")
        self.model.load_state_dict(state["model"])
        self.average.load_state_dict(state["average"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.epoch, self.log = state["epoch"], state["log"]


def train_epoch(run, padded, labels):
    """One pass over the training images in an order given by seed and epoch."""
    options = run.options
    generator = torch.Generator().manual_seed(options.seed * 1000 + run.epoch)
    order = torch.randperm(len(labels), generator=generator)
    steps = len(labels) // options.batch
    run.model.train()
    total, started = 0.0, time.monotonic()
    for step in range(steps):
        chosen = order[step * options.batch:(step + 1) * options.batch]
        done = run.epoch + step / steps
        for group in run.optimizer.param_groups:
            group["lr"] = learning_rate(done / options.epochs, options.learning_rate)
        x = normalised(augmented(padded, chosen, generator))
        loss = functional.cross_entropy(run.model(x), labels[chosen], label_smoothing=0.1)
        run.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        run.optimizer.step()
        update_average(run.average, run.model, run.epoch * steps + step)
        total += loss.item()
        if not math.isfinite(total):
            raise RuntimeError(f"the loss diverged in epoch {run.epoch + 1}")
        if (step + 1) % 50 == 0:
            show_progress(run, step + 1, steps, total / (step + 1), started)
    return total / steps


def show_progress(run, step, steps, loss, started):
    """A line with the time left, taken from the pace of this epoch."""
    pace = (time.monotonic() - started) / step
    left = pace * (steps - step + steps * (run.options.epochs - run.epoch - 1))
    say(f"epoch {run.epoch + 1}/{run.options.epochs} step {step}/{steps} "
        f"loss {loss:.4f}, about {left / 60:.1f} min left")


def train(run, images, labels):
    """Trains to the last epoch, leaving a checkpoint after each."""
    kept = len(images) - HELD_OUT
    padded = functional.pad(images[:kept], (PAD, PAD, PAD, PAD))
    while run.epoch < run.options.epochs:
        started = time.monotonic()
        loss = train_epoch(run, padded, labels[:kept])
        right = correct(run.average, images[kept:], labels[kept:])
        run.epoch += 1
        entry = {"epoch": run.epoch, "learning_rate": run.optimizer.param_groups[0]["lr"],
                 "train_loss": loss, "validation_top1": right / HELD_OUT,
                 "seconds": round(time.monotonic() - started, 2)}
        run.log["epochs"].append(entry)
        run.save(run.options.checkpoint)
        say(f"epoch {run.epoch}/{run.options.epochs} done: loss {loss:.4f}, "
            f"validation {right / HELD_OUT:.4f}, {entry['seconds']:.0f} s")


def export(run, images, labels):
    """Writes the traced model, its manifest and the log of how it came about."""
    options = run.options
    model = folded(run.average).to(memory_format=torch.contiguous_format)
    model.requires_grad_(False)
    traced = torch.jit.trace(model, torch.zeros(1, 1, 28, 28))
    os.makedirs(options.output_dir, exist_ok=True)
    path = os.path.join(options.output_dir, "fashion-resnet.pt")
    torchscript_file.save(traced, path)
    right = correct(torch.jit.load(path), images, labels)  # the file, not the memory
    run.log.update(ended_utc=now(), parameters=sum(p.numel() for p in model.parameters()),
                   test_images=len(labels), test_right=right, test_top1=right / len(labels))
    write_json(os.path.join(options.output_dir, "fashion-resnet.json"), manifest(run, path))
    write_json(os.path.join(options.output_dir, "fashion-resnet.log.json"), training_log(run))
    say(f"test top-1 {right / len(labels):.4f} ({right} of {len(labels)}), wrote {path} "
        f"({os.path.getsize(path) / 1e6:.2f} MB)")


def manifest(run, path):
    """What splitbench has to know to feed the model; see docs on model manifests."""
    return {
        "name": "fashion-resnet",
        "file": os.path.basename(path),
        "sha256": torchscript_file.sha256(path),
        "input_shape": [1, 1, 28, 28],
        "preprocess": {"resize": None, "crop": None, "interpolation": "bilinear",
                       "mean": [MEAN], "std": [STD], "channels": "gray"},
        "classes": CLASSES,
        "dataset": "fashion-mnist",
        "reference_accuracy": run.log["test_top1"],
        "source": f"Trained by scripts/train_fashion_resnet.py with seed {run.options.seed} "
                  f"for {run.options.epochs} epochs on the first 55,000 training images of "
                  f"Fashion-MNIST; batch norms folded, traced by PyTorch {torch.__version__}.",
    }


def training_log(run):
    """The log of the run, with what is needed to run it again."""
    options = run.options
    head = {"argv": sys.argv, "torch": torch.__version__, "seed": options.seed,
            "threads": torch.get_num_threads(), "batch": options.batch,
            "peak_learning_rate": options.learning_rate, "weight_decay": options.weight_decay,
            "ema_decay": EMA_DECAY, "label_smoothing": 0.1, "widths": list(WIDTHS),
            "validation_images": HELD_OUT}
    return {**head, **run.log}


def write_json(path, document):
    with open(f"{path}.part", "w", encoding="utf-8") as file:
        json.dump(document, file, indent=2)
        file.write("\n")
    os.replace(f"{path}.part", path)


def now():
    return datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def say(text):
    print(text, file=sys.stderr, flush=True)


def parse_arguments():
    root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="example: scripts/train_fashion_resnet.py --threads 2 "
               "--output-dir profiles/models   (about a minute an epoch on two cores)")
    add = parser.add_argument
    add("--epochs", type=int, default=16,
        help="passes over the training images; the learning rate falls to zero at the "
             "last (default: %(default)s)")
    add("--seed", type=int, default=1,
        help="of weights, order and augmentation; the same seed and number of threads "
             "on the same machine give the same model (default: %(default)s)")
    add("--threads", type=int, default=os.cpu_count(), help="default: all cores (%(default)s)")
    add("--batch", type=int, default=256, help="images a step (default: %(default)s)")
    add("--learning-rate", type=float, default=0.15,
        help="at its peak, after a fifth of the run (default: %(default)s)")
    add("--weight-decay", type=float, default=5e-4, help="default: %(default)s")
    add("--data-dir", default="/usr/share/datasets/fashion-mnist",
        help="folder of the four idx .gz files (default: %(default)s, which comes with "
             "the Debian package dataset-fashion-mnist)")
    add("--output-dir", default=os.path.join(root, "profiles", "models"),
        help="where fashion-resnet.pt, .json and .log.json go (default: profiles/models)")
    add("--checkpoint", metavar="FILE", default="fashion-resnet.checkpoint",
        help="written after every epoch (default: %(default)s in the current folder)")
    add("--resume", action="store_true",
        help="go on from --checkpoint, with the same result as had the run not been killed")
    return parser.parse_args()


def main():
    options = parse_arguments()
    torch.set_num_threads(options.threads)
    try:
        run = Run(options)
        if options.resume:
            run.load(options.checkpoint)
            say(f"going on after epoch {run.epoch} of {options.epochs}")
        train(run, *load_part(options.data_dir, "train"))
        export(run, *load_part(options.data_dir, "t10k"))
    except (OSError, ValueError, RuntimeError) as error:
        sys.exit(f"train_fashion_resnet.py: {error}")


if __name__ == "__main__":
    main()

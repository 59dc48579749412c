#!/usr/bin/python3
"""Holds `splitbench train` against the same training in PyTorch, in images a second.

    scripts/training_throughput.py SPLITBENCH -o FILE     [--images N] [--turns N] [--threads N]

Both train the bottleneck of BottleFit (ver2, 3 channels) in front of layer3 of fashion-resnet by its
first stage: the network's own features after layer3 and layer4 as targets, batches of 64, Adam.
Neither augments or validates to speak of. They take turns, so that what else the machine does hits
both. PyTorch is Debian's python3-torch, whose libraries splitbench runs on too; its program is what
one would write: the images prepared once and kept as one tensor, modules and optimiser of torch.
"""

import argparse
import gzip
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

import numpy
import torch
from torch import nn

# Relative, so that documents name no path of this machine.
ROOT = pathlib.Path(os.path.relpath(pathlib.Path(__file__).resolve().parent.parent))
MODEL = ROOT / "profiles" / "models" / "fashion-resnet.pt"
IMAGES = pathlib.Path("/usr/share/datasets/fashion-mnist/train-images-idx3-ubyte.gz")
BATCH, LATENT, MEAN, STD = 64, 3, 0.2860, 0.3530


def encoder():
    return nn.Sequential(
        nn.Conv2d(1, 16, 7, 2, 3, bias=False), nn.BatchNorm2d(16), nn.ReLU(),
        nn.Conv2d(16, LATENT, 2, 2, 1, bias=False))


def decoder(width=96):
    layers = [nn.BatchNorm2d(LATENT), nn.ReLU()]
    for inputs, padding in ((LATENT, 1), (width, 1), (width, 0)):
        layers += [nn.Conv2d(inputs, width, 2, 1, padding, bias=False), nn.BatchNorm2d(width),
                   nn.ReLU()]
    return nn.Sequential(*layers, nn.Conv2d(width, width, 2, 1, 0, bias=False),
                         nn.AvgPool2d(2, 1))


def features(network, layer3):
    return layer3, network.layer4(layer3)


def teach(network, x):
    x = network.layer1(network.relu(network.conv1(x)))
    return features(network, network.layer3(network.layer2(x)))


def train_in_torch(images):
    network = torch.jit.load(str(MODEL)).eval()
    for parameter in network.parameters():
        parameter.requires_grad_(False)
    student = nn.Sequential(encoder(), decoder()).train()
    optimiser = torch.optim.Adam(student.parameters(), lr=1e-3)
    begin = time.monotonic()
    for batch in torch.randperm(len(images)).split(BATCH):
        x = images[batch]
        with torch.no_grad():
            targets = teach(network, x)
        outputs = features(network, student(x))
        loss = sum(((output - target) ** 2).sum() for output, target in zip(outputs, targets))
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    return len(images) / (time.monotonic() - begin)


def train_in_splitbench(program, count, threads):
    with tempfile.TemporaryDirectory() as folder:
        out = pathlib.Path(folder) / "b.bottleneck"
        held_out = 64
        subprocess.run(
            [program, "train", f"bottlefit:variant=ghnd:channels={LATENT}:width=16",
             str(MODEL.with_suffix(".json")), "--split", "layer3", "--limit", str(count + held_out),
             "--held-out", str(held_out), "--epochs", "1", "--augmentation", "none",
             "--threads", str(threads), "-o", str(out)],
            check=True, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        document = json.loads(pathlib.Path(f"{out}.training.json").read_text())
    assert document["data"]["images"] == count
    return document["data"]["images_per_second"], document["tool"]["version"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("splitbench")
    parser.add_argument("-o", "--output", required=True)
    parser.add_argument("--images", type=int, default=6400)
    parser.add_argument("--turns", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    raw = numpy.frombuffer(gzip.open(IMAGES).read(), numpy.uint8, offset=16)
    images = torch.from_numpy(raw.reshape(-1, 1, 28, 28)[:options.images].copy()).float()
    images = (images / 255 - MEAN) / STD
    ours, theirs = [], []
    for turn in range(options.turns):
        theirs.append(train_in_torch(images))
        rate, version = train_in_splitbench(options.splitbench, options.images, options.threads)
        ours.append(rate)
        print(f"turn {turn + 1}: splitbench {ours[-1]:.0f} images/s, PyTorch {theirs[-1]:.0f}",
              file=sys.stderr)
    ratios = sorted(a / b for a, b in zip(ours, theirs))
    document = {
        "what": "bottlefit:variant=ghnd:channels=3:width=16 at layer3 of fashion-resnet",
        "images": options.images, "threads": options.threads,
        "splitbench": version, "torch": torch.__version__,
        "splitbench_images_per_s": ours, "torch_images_per_s": theirs,
        "ratio": statistics.median(ratios), "ratio_range": [ratios[0], ratios[-1]]}
    pathlib.Path(options.output).write_text(json.dumps(document, indent=1) + "\n")
    print(f"splitbench trains {document['ratio']:.2f} times as fast "
          f"({ratios[0]:.2f} to {ratios[-1]:.2f})")


if __name__ == "__main__":
    main()

#!/usr/bin/python3
"""Makes the TorchScript archives of tests/data/networks: encoders, decoders and tails of
bottlenecks that are simple enough to know what they do.  The same PyTorch writes the same bytes."""

import argparse
import os
import sys

import torch
from torch import Tensor, nn

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "scripts"))
import torchscript_file  # noqa: E402


class Times8(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return x * 8.0


class Times8InPlace(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return x.mul_(8.0)


class By8(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return x / 8.0


class Spread32(nn.Module):
    """One channel becomes 32."""
    def forward(self, x: Tensor) -> Tensor:
        return (x / 8.0).repeat(1, 32, 1, 1)


class FirstTen(nn.Module):
    """Ten scores from a vector."""
    def forward(self, x: Tensor) -> Tensor:
        return x[:, :10] * 1.0


class TwoInputs(nn.Module):
    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        return x + y


NETWORKS = {"times_8": Times8, "times_8_in_place": Times8InPlace, "by_8": By8,
            "spread_32": Spread32, "first_ten": FirstTen, "two_inputs": TwoInputs}


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-o", "--output-dir", default=os.path.join(ROOT, "tests/data/networks"),
                        help="default: tests/data/networks of this checkout")
    options = parser.parse_args()
    torchscript_file.fix_hash_seed()
    os.makedirs(options.output_dir, exist_ok=True)
    for name, kind in NETWORKS.items():
        path = os.path.join(options.output_dir, f"{name}.pt")
        torchscript_file.save(torch.jit.script(kind().eval()), path)
        print(f"{os.path.getsize(path):6d} {path}")


if __name__ == "__main__":
    main()

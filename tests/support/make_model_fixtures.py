#!/usr/bin/python3
"""Makes the small TorchScript files of tests/data/models.

Each has one trait of real models that makes cutting them hard: shortcuts,
lists of tensors, in-place statements, several outputs, control flow.  The
weights are random but fixed, so the tests compare `tail(head(x))` with
`model(x)` and need no recorded outputs.  The same PyTorch writes the same bytes.
"""

import argparse
import os
import sys

import torch
from torch import Tensor, nn

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "scripts"))
import fixture_models as models  # noqa: E402
import torchscript_file  # noqa: E402

INPUT = (1, 3, 32, 32)
LIMIT = 60_000  # bytes a file: these are committed


BOTH, TRACED, SCRIPTED = ("traced", "scripted"), ("traced",), ("scripted",)
FIXTURES = [
    ("tiny_chain", models.Chain, BOTH),
    ("tiny_residual", models.Residual, BOTH),
    ("tiny_dense", models.Dense, BOTH),
    ("tiny_inception", models.Inception, BOTH),
    ("tiny_shuffle", models.Shuffle, BOTH),
    ("tiny_mbconv", models.MBConvNet, BOTH),
    ("tiny_outputs", models.Outputs, BOTH),
    ("tiny_dict", models.DictOutputs, BOTH),
    ("tiny_namedtuple", models.NamedTupleOutputs, BOTH),
    ("tiny_if", models.If, SCRIPTED),
    ("tiny_batch1", models.Batch1, TRACED),
    ("tiny_alias", models.Alias, SCRIPTED),
    ("tiny_shared_relu", models.SharedRelu, BOTH),
    ("tiny_frozen", models.Residual, BOTH),
    ("tiny_two_inputs", models.TwoInputs, BOTH),
]


def build(kind, seed):
    """The model in evaluation mode, its batch norms having seen some batches."""
    torch.manual_seed(seed)
    model = kind()
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            nn.init.uniform_(module.weight, 0.7, 1.3)
            nn.init.normal_(module.bias, 0.0, 0.2)
    if kind is not models.Batch1:  # has a batch norm, but takes one image at a time
        for _ in range(20):
            model.train()(*example_inputs(kind, 8))
    return model.eval().requires_grad_(False)


def example_inputs(kind, batch):
    count = 2 if kind is models.TwoInputs else 1
    return tuple(torch.randn(batch, *INPUT[1:]) for _ in range(count))


def to_script(model, kind, way, frozen):
    """`model` as TorchScript, in the given way."""
    if way == "scripted":
        result = torch.jit.script(model)
    else:
        strict = kind is not models.DictOutputs
        result = torch.jit.trace(model, example_inputs(kind, 1), strict=strict)
    return torch.jit.freeze(result) if frozen else result


def check(path, model, kind):
    """The file says what the model said, and is small enough to be committed."""
    loaded = torch.jit.load(path)
    for batch in (1,) if kind is models.Batch1 else (1, 3):
        inputs = example_inputs(kind, batch)
        expected = flat(model(*inputs))
        for ours, theirs in zip(flat(loaded(*inputs)), expected):
            torch.testing.assert_close(ours, theirs, rtol=1e-4, atol=1e-5)
    if os.path.getsize(path) > LIMIT:
        raise ValueError(f"{path}: {os.path.getsize(path)} bytes, more than {LIMIT}")


def flat(output):
    """The tensors of an output, whatever holds them."""
    if isinstance(output, Tensor):
        return [output]
    values = output.values() if isinstance(output, dict) else output
    return [value for value in values if value is not None]


def make_models(folder):
    for seed, (name, kind, ways) in enumerate(FIXTURES):
        model = build(kind, seed)
        for way in ways:
            path = os.path.join(folder, f"{name}.{way}.pt")
            torchscript_file.save(to_script(model, kind, way, name == "tiny_frozen"), path)
            check(path, model, kind)
            print(f"{os.path.getsize(path):6d} {path}")


def make_non_models(folder):
    """Files that end in .pt and have to be refused with a message, not a crash."""
    with open(os.path.join(folder, "text_file.pt"), "w", encoding="utf-8") as file:
        file.write("This is a text file whose name ends in .pt.\n")
    with open(os.path.join(folder, "tiny_chain.traced.pt"), "rb") as file:
        content = file.read()
    with open(os.path.join(folder, "truncated.pt"), "wb") as file:
        file.write(content[:len(content) * 6 // 10])


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-o", "--output-dir", default=os.path.join(ROOT, "tests/data/models"),
                        help="default: tests/data/models of this checkout")
    options = parser.parse_args()
    torchscript_file.fix_hash_seed()
    torch.set_num_threads(1)  # the order of a sum changes the last bit of a weight
    os.makedirs(options.output_dir, exist_ok=True)
    make_models(options.output_dir)
    make_non_models(options.output_dir)


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Holds what profile, compress and plan wrote on two platforms against each other.

    scripts/compare_platforms.py FOLDER FOLDER

Each folder has profile.json, sweep/ and plan.json. The networks round differently on two processors,
so payloads may differ by a few bytes and an answer may flip; sizes, operations and splits may not.
Exits 1 when those differ, when cells are missing, or when more than one answer in a hundred flips.
"""
import base64
import json
import pathlib
import sys

MOST_FLIPPED = 0.01


def read_data(path):
    return json.loads(path.read_text())["data"]


def structure(profile):
    """What does not depend on the machine."""
    layers = [(layer["id"], layer["op"], layer["output_shape"], layer["macs"])
              for layer in profile["layers"]]
    splits = [(split["id"], split["boundary"], split["boundary_bytes"])
              for split in profile["splits"]]
    return profile["model"], profile["input"], layers, splits


def read_cells(folder):
    cells = {}
    for line in (folder / "sweep" / "cells.jsonl").read_text().splitlines():
        cell = json.loads(line)
        if cell["status"] == "ok":
            cells[cell["key"]["split"], cell["key"]["codec"]] = cell
    return cells


def flipped(one, other):
    bits = [base64.b64decode(cell["correct_bits"]) for cell in (one, other)]
    return sum(bin(a ^ b).count("1") for a, b in zip(*bits))


def compare_cells(one, other):
    alike = flips = images = 0
    widest = 0.0
    for key in sorted(one.keys() & other.keys()):
        a, b = one[key]["payload_bytes"]["mean"], other[key]["payload_bytes"]["mean"]
        alike += a == b
        widest = max(widest, abs(a - b) / max(a, b, 1))  # device-only sends nothing
        flips += flipped(one[key], other[key])
        images += one[key]["accuracy"]["images"]
    print(f"{len(one.keys() & other.keys())} cells: mean payload equal to the byte in {alike}, else "
          f"{widest:.2%} apart at most; {flips} of {images} answers differ")
    return one.keys() == other.keys() and flips <= MOST_FLIPPED * images


def main():
    one, other = (pathlib.Path(name) for name in sys.argv[1:3])
    profiles = [read_data(folder / "profile.json") for folder in (one, other)]
    same = structure(profiles[0]) == structure(profiles[1])
    print(f"{len(profiles[0]['layers'])} layers and {len(profiles[0]['splits'])} splits: sizes, "
          f"operations and boundaries {'are the same' if same else 'DIFFER'}")
    cells_agree = compare_cells(read_cells(one), read_cells(other))
    for folder in (one, other):
        chosen = read_data(folder / "plan.json")["chosen"]
        print(f"{folder.name}: plan.json chose {chosen['split']} with {chosen['codec']}, "
              f"{chosen['estimate']['payload_bytes']:.0f} B")
    return 0 if same and cells_agree else 1


if __name__ == "__main__":
    sys.exit(main())

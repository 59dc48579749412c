#!/usr/bin/env python3
"""Whether one codec needs fewer bytes than others at the same loss, setting by setting, beyond chance.

    scripts/paired_domination.py CODEC OTHER,OTHER... SWEEP... [--within 0.02]

Sweeps of the same cells over different images count as one. For each setting of another codec whose
loss is within the bound, at each split but the ends, the most accurate setting of CODEC that costs
fewer bytes is held against it on the same images: how many it answers rightly that the other does
not, and the reverse. It is `ahead` when it is at least as accurate with fewer bytes. Where it is not,
the table has the p-value of McNemar's exact test, one-sided, that the other is more accurate: no
bound corrects it for the number of comparisons, so a small one here and there is to be expected.
"""

import argparse
import base64
import json
import math
import pathlib


def right_answers(cell):
    bits = base64.b64decode(cell["correct_bits"])
    return [bits[i // 8] >> (i % 8) & 1 for i in range(cell["accuracy"]["images"])]


def cells_of(folder):
    """By split and codec: images, bytes over all of them, right answers."""
    cells = {}
    for line in (pathlib.Path(folder) / "cells.jsonl").read_text().splitlines():
        cell = json.loads(line)
        if cell["status"] != "ok":
            continue
        images = cell["accuracy"]["images"]
        cells[cell["key"]["split"], cell["key"]["codec"]] = {
            "bytes": cell["payload_bytes"]["mean"] * images, "right": right_answers(cell),
            "baseline": cell["accuracy"]["baseline_top1"] * images}
    return cells


def pooled(folders):
    """Of the cells that all folders have."""
    parts = [cells_of(folder) for folder in folders]
    result = {}
    for key in parts[0]:
        if not all(key in part for part in parts):
            continue
        right = [bit for part in parts for bit in part[key]["right"]]
        result[key] = {"bytes": sum(part[key]["bytes"] for part in parts) / len(right),
                       "right": right,
                       "loss": (sum(part[key]["baseline"] for part in parts) - sum(right)) / len(right)}
    return result


def family(codec):
    return codec.split(":")[0]


def mcnemar(wins, losses):
    """That so many of the images on which they differ are losses, or more, when either is as likely."""
    differing = wins + losses
    return sum(math.comb(differing, k) for k in range(losses, differing + 1)) / 2 ** differing


def compare(ours, other):
    """None when ours is ahead, else wins, losses and p-value."""
    if not ours:
        return 0, sum(other["right"]), 0.0
    best = max(ours, key=lambda cell: sum(cell["right"]))
    if sum(best["right"]) >= sum(other["right"]):
        return None
    wins = sum(a > b for a, b in zip(best["right"], other["right"]))
    losses = sum(a < b for a, b in zip(best["right"], other["right"]))
    return wins, losses, mcnemar(wins, losses)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("codec")
    parser.add_argument("others")
    parser.add_argument("sweeps", nargs="+")
    parser.add_argument("--within", type=float, default=0.02)
    options = parser.parse_args()
    others = options.others.split(",")
    cells = pooled(options.sweeps)
    images = len(next(iter(cells.values()))["right"])
    splits = list(dict.fromkeys(split for split, _ in cells))
    print(f"{options.codec} against {', '.join(others)} of the same features on {images} images: "
          f"their settings that lose at most {options.within * 100:g} points\n")
    print(f"| split | settings | {options.codec} ahead | least ahead where it is not "
          "(right where the other is wrong : the reverse) | p |")
    print("|---|---:|---:|---|---:|")
    settings = ahead = 0
    for split in splits:
        if split in ("server-only", "device-only"):
            continue
        ours = [cell for key, cell in cells.items()
                if key[0] == split and family(key[1]) == options.codec]
        behind, count = [], 0
        for (where, codec), cell in cells.items():
            if where != split or family(codec) not in others or cell["loss"] > options.within:
                continue
            count += 1
            verdict = compare([our for our in ours if our["bytes"] < cell["bytes"]], cell)
            if verdict:
                behind.append((verdict[2], verdict[0], verdict[1], codec))
        settings += count
        ahead += count - len(behind)
        least, p = "", ""
        if behind:
            p_value, wins, losses, codec = min(behind)
            least, p = f"{codec} ({wins} : {losses})", f"{p_value:.2f}"
        print(f"| {split} | {count} | {count - len(behind)} | {least} | {p} |")
    print(f"| all | {settings} | {ahead} | | |")


if __name__ == "__main__":
    main()

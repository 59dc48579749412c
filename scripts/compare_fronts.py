#!/usr/bin/env python3
"""Compares how well sweeps of the same images cover the fronts of their codecs, as Markdown.

    scripts/compare_fronts.py SWEEP...

For each split, codec and loss, what a sweep needs is the least payload that keeps to the loss among
its settings; it is set against the least of all the sweeps. A ratio of 1.3 means: for want of a
setting in the right place, 30 % more bytes. Ratios are averaged geometrically.
"""
import collections
import json
import math
import pathlib
import sys

LOSSES = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2)


def read_points(folder):
    """Payload and loss of every measured setting, by split and codec; codecs of one setting only
    have nothing to choose."""
    points = collections.defaultdict(list)
    for line in (folder / "cells.jsonl").read_text().splitlines():
        cell = json.loads(line)
        if cell["status"] == "ok" and cell["key"]["codec"] != "none":
            codec = cell["key"]["codec"].split(":")[0]
            points[cell["key"]["split"], codec].append(
                (cell["payload_bytes"]["mean"], cell["accuracy"]["loss"]))
    return points


def least_bytes(points, loss):
    return min((payload for payload, lost in points if lost <= loss), default=math.inf)


def ratios(points, every):
    """What each loss costs with `points` over what it costs with `every` point."""
    return [least_bytes(points, loss) / least_bytes(every, loss) for loss in LOSSES
            if math.isfinite(least_bytes(every, loss))]


def mean(values):
    return math.exp(math.fsum(map(math.log, values)) / len(values))


def row(title, fields):
    print(f"| {title} | " + " | ".join(fields) + " |")


def main():
    folders = [pathlib.Path(name) for name in sys.argv[1:]]
    sweeps = {folder.name: read_points(folder) for folder in folders}
    keys = [key for key in next(iter(sweeps.values())) if key[1] not in ("raw", "zstd")]
    every = {key: sum((sweep[key] for sweep in sweeps.values()), []) for key in keys}
    by_codec = {name: {key: ratios(sweep[key], every[key]) for key in keys}
                for name, sweep in sweeps.items()}
    print("What a loss costs with the settings of a sweep, over what it costs with those of all "
          "sweeps (1: no more)\n")
    row("", sweeps)
    print("|---|" + "---:|" * len(sweeps))
    row("settings", [str(sum(len(sweep[key]) for key in keys)) for sweep in sweeps.values()])
    whole = {name: sum(found.values(), []) for name, found in by_codec.items()}
    row("mean", [f"{mean(whole[name]):.3f}" for name in sweeps])
    row("worst", [f"{max(whole[name]):.2f}" for name in sweeps])
    for codec in sorted({key[1] for key in keys}):
        of_codec = [sum((found[key] for key in keys if key[1] == codec), [])
                    for found in by_codec.values()]
        row(f"mean of {codec}", [f"{mean(found):.3f}" for found in of_codec])


if __name__ == "__main__":
    main()

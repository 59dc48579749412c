#!/usr/bin/env python3
"""Holds races against the sweep that measured every cell on every image.

    scripts/race_against_sweep.py SWEEP RACE... [-o FILE]

Counts tail executions (images that cells were shown) on both sides, checks that cells which a race
measured in full are those of the sweep bit by bit, and that its front is the sweep's: each point of
the front of bytes and accuracy over all cells is measured in the race too, or else a cell that
costs no more and is less accurate by no more than the race's margin. `within_interval` says whether
the loss of that other cell lies in the point's own 95 % interval. Exits 1 when a check fails.
"""

import argparse
import json
import pathlib
import sys

MEASURED = ("payload_bytes", "accuracy", "correct_bits")


def cells_of(folder):
    """By split and codec, those that have a codec."""
    lines = (folder / "cells.jsonl").read_text().splitlines()
    cells = [json.loads(line) for line in lines]
    return {(cell["key"]["split"], cell["key"]["codec"]): cell for cell in cells
            if cell["key"]["codec"] != "none"}


def payload(cell):
    return cell["payload_bytes"]["mean"]


def top1(cell):
    return cell["accuracy"]["top1"]


def measured(cells):
    return {name: cell for name, cell in cells.items() if cell["status"] == "ok"}


def front(cells):
    """The names of the cells that none dominates, the cheapest first."""
    names, best = [], -1.0
    for name, cell in sorted(cells.items(), key=lambda item: (payload(item[1]), -top1(item[1]))):
        if top1(cell) > best:
            names.append(name)
            best = top1(cell)
    return names


def executions(cells):
    """Images that the race or sweep showed its cells."""
    return sum(cell["accuracy"]["images"] if cell["status"] == "ok" else cell["stopped"]["images"]
               for cell in cells.values() if cell["status"] in ("ok", "stopped"))


def shortfall(point, finished):
    """How much less accurate the best cell is that costs no more; and its distance in the bounds."""
    best = max((cell for cell in finished.values() if payload(cell) <= payload(point)), key=top1,
               default=None)
    if best is None:
        return 1.0, False
    low, high = point["accuracy"]["loss_ci95"]
    return top1(point) - top1(best), low <= best["accuracy"]["loss"] <= high


def compare(folder, plain):
    raced = cells_of(folder)
    race = json.loads((folder / "sweep.json").read_text())["data"]["race"]
    finished = measured(raced)
    points = front(plain)
    fallen = [(name, *shortfall(plain[name], finished)) for name in points if name not in finished]
    return {
        "race": folder.name, "scope": race["scope"], "margin": race["margin"],
        "cells": len(raced), "stopped": sum(c["status"] == "stopped" for c in raced.values()),
        "executions": executions(raced), "saving": executions(plain) / executions(raced),
        "other_bits": [name for name, cell in finished.items()
                       if any(cell[part] != plain[name][part] for part in MEASURED)],
        "front_points": len(points), "front_points_measured": len(points) - len(fallen),
        "others": [{"split": name[0], "codec": name[1], "less_accurate_by": loss,
                    "within_interval": inside} for name, loss, inside in fallen],
        "front_within_intervals": all(inside for _, _, inside in fallen),
        "front_kept": all(loss <= race["margin"] for _, loss, _ in fallen)}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("sweep", type=pathlib.Path)
    parser.add_argument("races", type=pathlib.Path, nargs="+")
    parser.add_argument("-o", "--output", type=pathlib.Path)
    options = parser.parse_args()
    plain = measured(cells_of(options.sweep))
    races = [compare(folder, plain) for folder in options.races]
    summary = {"sweep": options.sweep.name, "cells": len(plain), "executions": executions(plain),
               "least_saving": min(race["saving"] for race in races), "races": races}
    text = json.dumps(summary, indent=1) + "\n"
    if options.output:
        options.output.write_text(text)
    else:
        sys.stdout.write(text)
    kept = all(race["front_kept"] and not race["other_bits"] for race in races)
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())

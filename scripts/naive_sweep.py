#!/usr/bin/env python3
"""Holds a sweep against the naive loop: head, codec and tail image by image, one process a cell.

    scripts/naive_sweep.py SWEEP MODEL [--cells 12] [--images 50] [--seconds S] [-o FILE]

A stated sample of the sweep's cells, drawn by the seed, is measured by benchmarks/naive_loop over
the first of the sweep's own images (build it: cmake --preset benchmark && cmake --build build-bench
--target naive_loop, with the plug-ins). From it follow the seconds that all
cells over all images would take: the mean over the sample of a cell's start and of its seconds per
image. Cells at server-only and device-only are left out on both sides of the sample, unsupported
and failed ones too. With --seconds, what the sweep took on as many threads, the ratio is told.

Answers are compared image by image, payloads where --images covers all images of the sweep. A
network rounds otherwise in batches and with other threads, which moves a few bytes: for a sweep of
`compress --batch 1 --threads 1`, --threads 1 must find every bit the same.
"""

import argparse
import base64
import json
import pathlib
import random
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
LOOP = ROOT / "build-bench" / "bin" / "naive_loop"


def measured_cells(folder):
    cells = [json.loads(line) for line in (folder / "cells.jsonl").read_text().splitlines()]
    ends = ("server-only", "device-only")
    return [cell for cell in cells if cell["status"] == "ok" and cell["key"]["split"] not in ends]


def right_answers(cell, images):
    packed = base64.b64decode(cell["correct_bits"])
    return "".join(str(packed[i // 8] >> (i % 8) & 1) for i in range(images))


def run_loop(options, manifest, cell):
    key = cell["key"]
    start = time.monotonic()
    done = subprocess.run(
        [options.loop, options.model, manifest["dataset"], manifest["calibration"], key["split"],
         key["codec"], str(manifest["images"]), str(manifest["seed"]), str(options.images),
         str(options.threads)], stdout=subprocess.PIPE, text=True, check=True)
    result = json.loads(done.stdout)
    # Everything but the images: the process, the model, the calibration.
    result["start_s"] = time.monotonic() - start - result["images_s"]
    return result


def compare(cell, result, all_images):
    """What of the cell the naive loop found otherwise."""
    problems = []
    if result["right"] != right_answers(cell, result["images"]):
        problems.append("answers")
    if result["images"] == all_images and result["payload_bytes"] != cell["payload_bytes"]["mean"]:
        problems.append("payload")
    return problems


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("sweep", type=pathlib.Path)
    parser.add_argument("model", help="the model manifest of the sweep")
    parser.add_argument("--cells", type=int, default=12)
    parser.add_argument("--images", type=int, default=50)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=0, help="of the draw of cells")
    parser.add_argument("--seconds", type=float, help="what the sweep took")
    parser.add_argument("--loop", default=LOOP)
    parser.add_argument("-o", "--output", type=pathlib.Path)
    options = parser.parse_args()
    manifest = json.loads((options.sweep / "sweep.json").read_text())["data"]
    cells = measured_cells(options.sweep)
    sample = random.Random(options.seed).sample(cells, min(options.cells, len(cells)))
    rows = []
    for cell in sample:
        result = run_loop(options, manifest, cell)
        differs = compare(cell, result, manifest["images"])
        rows.append({"split": cell["key"]["split"], "codec": cell["key"]["codec"],
                     "start_s": result["start_s"],
                     "image_s": result["images_s"] / result["images"], "differs": differs})
        print(f"{cell['key']['split']} {cell['key']['codec']}: start {result['start_s']:.2f} s, "
              f"{1e3 * rows[-1]['image_s']:.3f} ms an image{''.join(' !' + d for d in differs)}",
              file=sys.stderr)
    cell_s = sum(row["start_s"] + row["image_s"] * manifest["images"] for row in rows) / len(rows)
    summary = {"sampled_cells": len(rows), "sampled_images": options.images, "cells": len(cells),
               "images": manifest["images"], "threads": options.threads,
               "naive_s": cell_s * len(cells), "sample": rows}
    if options.seconds:
        summary["sweep_s"] = options.seconds
        summary["ratio"] = summary["naive_s"] / options.seconds
    text = json.dumps(summary, indent=1) + "\n"
    if options.output:
        options.output.write_text(text)
    else:
        sys.stdout.write(text)
    return 1 if any(row["differs"] for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())

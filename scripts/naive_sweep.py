#!/usr/bin/env python3
"""Holds a sweep against the naive loop: head, codec and tail image by image, one process a cell.

    scripts/naive_sweep.py SWEEP MODEL [--cells 12] [--images 50] [--whole 2] [--seconds S] [-o FILE]

A stated sample of the sweep's cells, drawn by the seed, is measured by benchmarks/naive_loop over
the first of the sweep's own images (build it: cmake --preset benchmark && cmake --build build-bench
--target naive_loop, with the plug-ins). From it follow the seconds that all
cells over all images would take: the mean over the sample of a cell's start and of its seconds per
image. Cells at server-only and device-only are left out on both sides of the sample, unsupported
and failed ones too. With --seconds, what the sweep took on as many threads, the ratio is told.

Answers are compared image by image, and payloads where the loop goes through all images of the
sweep, as it does for the first --whole cells of the sample. That is done with one thread: with more,
a network rounds otherwise, which moves a few bytes, while a sweep gives the bits of one thread and
one image at a time whatever its --threads and --batch. `side_by_side_s` is what those loops would take
with one thread each and as many at a time as --threads. Exits 1 when anything differs.
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


def run_loop(options, manifest, cell, threads, images):
    key = cell["key"]
    start = time.monotonic()
    done = subprocess.run(
        [options.loop, options.model, manifest["dataset"], manifest["calibration"], key["split"],
         key["codec"], str(manifest["images"]), str(manifest["seed"]), str(images), str(threads)],
        stdout=subprocess.PIPE, text=True, check=True)
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


def measure(options, manifest, cell, whole):
    """Both ways, one after the other: as fast as it goes for the time, on one thread for the bits."""
    timed = run_loop(options, manifest, cell, options.threads, options.images)
    images = manifest["images"] if whole else options.images
    single = run_loop(options, manifest, cell, 1, images)
    row = {"split": cell["key"]["split"], "codec": cell["key"]["codec"],
           "start_s": timed["start_s"], "image_s": timed["images_s"] / timed["images"],
           "single_start_s": single["start_s"],
           "single_image_s": single["images_s"] / single["images"],
           "compared_images": single["images"],
           "differs": compare(cell, single, manifest["images"])}
    print(f"{row['split']} {row['codec']}: start {row['start_s']:.2f} s, "
          f"{1e3 * row['image_s']:.3f} ms an image{''.join(' !' + d for d in row['differs'])}",
          file=sys.stderr)
    return row


def all_cells_s(rows, manifest, cells, prefix=""):
    """What all cells over all images would take."""
    seconds = [row[prefix + "start_s"] + row[prefix + "image_s"] * manifest["images"]
               for row in rows]
    return sum(seconds) / len(rows) * cells


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("sweep", type=pathlib.Path)
    parser.add_argument("model", help="the model manifest of the sweep")
    parser.add_argument("--cells", type=int, default=12)
    parser.add_argument("--images", type=int, default=50)
    parser.add_argument("--whole", type=int, default=2,
                        help="cells of the sample that are compared over all images")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=0, help="of the draw of cells")
    parser.add_argument("--seconds", type=float, help="what the sweep took")
    parser.add_argument("--loop", default=LOOP)
    parser.add_argument("-o", "--output", type=pathlib.Path)
    options = parser.parse_args()
    manifest = json.loads((options.sweep / "sweep.json").read_text())["data"]
    cells = measured_cells(options.sweep)
    sample = random.Random(options.seed).sample(cells, min(options.cells, len(cells)))
    rows = [measure(options, manifest, cell, i < options.whole) for i, cell in enumerate(sample)]
    naive_s = all_cells_s(rows, manifest, len(cells))
    summary = {"sampled_cells": len(rows), "sampled_images": options.images, "cells": len(cells),
               "images": manifest["images"], "threads": options.threads, "naive_s": naive_s,
               "side_by_side_s": all_cells_s(rows, manifest, len(cells), "single_") / options.threads}
    if options.seconds:
        summary.update({"sweep_s": options.seconds, "ratio": naive_s / options.seconds,
                        "ratio_to_side_by_side": summary["side_by_side_s"] / options.seconds})
    summary["sample"] = rows
    text = json.dumps(summary, indent=1) + "\n"
    if options.output:
        options.output.write_text(text)
    else:
        sys.stdout.write(text)
    return 1 if any(row["differs"] for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
"""Kills a sweep at random moments and holds what comes of it against the same sweep left alone.

    scripts/killed_sweep.py FOLDER COMMAND [ARGUMENT]... [--kills 20] [--seed 0] [-o FILE]

COMMAND is `splitbench compress` without its -o. It runs once in FOLDER/whole, then in FOLDER/killed
with a SIGKILL at each of the seed's moments and --resume after it, until there were so many; a sweep
that ends before is begun anew. After each kill every cell that was finished must still be there, none
may be there twice, and in the end all must be those of the whole sweep but for their times: so
nothing but the cell in flight was lost. Exits 1 otherwise.
"""

import argparse
import json
import pathlib
import random
import shutil
import subprocess
import sys
import time

TIMES = ("encode_s", "decode_s")


def lines_of(folder):
    """The complete lines of cells.jsonl."""
    path = folder / "cells.jsonl"
    text = path.read_text() if path.exists() else ""
    return text[: text.rfind("\n") + 1].splitlines()


def results(folder):
    """Every cell but for its times, in any order."""
    cells = []
    for line in lines_of(folder):
        cell = json.loads(line)
        for name in TIMES:
            cell.pop(name, None)
        cells.append(json.dumps(cell, sort_keys=True))
    return sorted(cells)


def begin(command, folder):
    resume = ["--resume"] if (folder / "sweep.json").exists() else []
    return subprocess.Popen([*command, "--quiet", *resume, "-o", folder])


def run_whole(command, folder):
    """The seconds before the first cell was there, and those of all."""
    shutil.rmtree(folder, ignore_errors=True)
    start, first = time.monotonic(), None
    process = begin(command, folder)
    while process.poll() is None:
        if first is None and lines_of(folder):
            first = time.monotonic() - start
        time.sleep(0.01)
    if process.returncode != 0:
        sys.exit(process.returncode)
    total = time.monotonic() - start
    return first if first is not None else total, total


def kill_once(command, folder, after_s):
    """False when the sweep ended before."""
    process = begin(command, folder)
    try:
        process.wait(timeout=after_s)
        return False
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        return True


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("-o", "--output", type=pathlib.Path)
    options, command = parser.parse_known_args()
    whole, killed = options.folder / "whole", options.folder / "killed"
    first_s, total_s = run_whole(command, whole)
    # In some of its lives it reaches a few cells, in others none.
    longest_s = first_s + 3 * (total_s - first_s) / options.kills
    moments, rounds, problems = random.Random(options.seed), [], []
    shutil.rmtree(killed, ignore_errors=True)
    while len(rounds) < options.kills:
        before, after_s = lines_of(killed), moments.uniform(0, longest_s)
        if not kill_once(command, killed, after_s):
            problems += [] if results(killed) == results(whole) else ["other cells"]
            shutil.rmtree(killed)
            continue
        now = lines_of(killed)
        problems += [] if now[: len(before)] == before else ["a finished cell is gone"]
        rounds.append({"after_s": after_s, "cells_before": len(before), "cells": len(now)})
    begin(command, killed).wait()
    keys = [json.dumps(json.loads(line)["key"], sort_keys=True) for line in lines_of(killed)]
    problems += [] if len(set(keys)) == len(keys) else ["a cell is there twice"]
    problems += [] if results(killed) == results(whole) else ["other cells"]
    summary = {"command": command, "seed": options.seed, "whole_s": total_s, "kills": rounds,
               "cells": len(keys), "problems": problems}
    text = json.dumps(summary, indent=1) + "\n"
    if options.output:
        options.output.write_text(text)
    else:
        sys.stdout.write(text)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())

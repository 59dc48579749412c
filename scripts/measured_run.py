#!/usr/bin/env python3
"""Runs a command and writes down what it took and what it said of the time left.

    scripts/measured_run.py DOCUMENT COMMAND [ARGUMENT]...

The document (JSON) has wall and CPU seconds, the share of the machine's cores that was used, the
peak of memory, and every line of `splitbench compress` that tells a sweep's time left, with the
seconds it really was. `late_errors` are the relative errors of these after the first tenth of the
sweep and up to its last: what is said with seconds to go is rounded to them. The command's stderr is
passed on. Exits as the command does; the document is written when that is 0.
"""

import json
import os
import pathlib
import re
import subprocess
import sys
import time

LEFT = re.compile(r"sweep (\d+)/(\d+) cells, .*?([0-9:]+) left")
BEGUN = re.compile(r"(capture|calibration) (\d+)/\2 images")


def seconds(clock):
    total = 0
    for part in clock.split(":"):
        total = 60 * total + int(part)
    return total


def follow(lines, start):
    """The lines that tell the time left, and when the sweep's first cell began."""
    said, begun = [], 0.0
    for line in lines:
        sys.stderr.write(line)
        now = time.monotonic() - start
        if BEGUN.match(line):
            begun = now
        if found := LEFT.match(line):
            said.append({"at_s": now, "done": int(found[1]), "cells": int(found[2]),
                         "left_s": seconds(found[3])})
    return said, begun


def late_errors(said, begun, end):
    tenth = (end - begun) / 10
    return [(line["left_s"] - line["was_s"]) / line["was_s"] for line in said
            if line["at_s"] - begun >= tenth and line["was_s"] >= tenth]


def main():
    if len(sys.argv) < 3:
        sys.exit("usage: scripts/measured_run.py DOCUMENT COMMAND [ARGUMENT]...")
    document, command = pathlib.Path(sys.argv[1]), sys.argv[2:]
    start = time.monotonic()
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        said, begun = follow(process.stderr, start)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    wall = time.monotonic() - start
    if process.returncode != 0:
        sys.exit(process.returncode)
    for line in said:
        line["was_s"] = wall - line["at_s"]
    cpu = usage.ru_utime + usage.ru_stime
    result = {"command": command, "wall_s": wall, "user_s": usage.ru_utime,
              "system_s": usage.ru_stime, "cores": os.cpu_count(),
              "utilisation": cpu / wall / os.cpu_count(), "peak_bytes": usage.ru_maxrss * 1024,
              "load_before": None, "sweep_begun_s": begun,
              "late_errors": late_errors(said, begun, wall), "time_left": said}
    result["load_after"] = os.getloadavg()[0]
    del result["load_before"]
    document.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Rate-accuracy curves of two codecs, drawn, and how many bytes one saves at the same accuracy.

    scripts/rate_curves.py SWEEP SPLIT CODEC OTHER

A curve is the codec's own front at the split: the settings that none of its settings beats in both
bytes and accuracy. Between them the logarithm of the bytes is linear in the accuracy. The saving at an
accuracy is 1 - bytes of CODEC / bytes of OTHER; the BD-rate is that of the mean difference of the
logarithms over the accuracies that both curves have (Bjontegaard 2001, with linear pieces in place of
a cubic, which swings between few points). Bytes are all of the wire, headers included.
"""

import argparse
import bisect
import json
import math
import pathlib

WIDTH, HEIGHT = 72, 20
STEPS = 1000  # of the mean over the common accuracies


def settings(folder, split, family):
    """(bytes, accuracy, all of the accuracy, codec), by bytes."""
    found = []
    for line in (pathlib.Path(folder) / "cells.jsonl").read_text().splitlines():
        cell = json.loads(line)
        key = cell["key"]
        if cell["status"] == "ok" and key["split"] == split and key["codec"].split(":")[0] == family:
            found.append((cell["payload_bytes"]["mean"], cell["accuracy"]["top1"],
                          cell["accuracy"], key["codec"]))
    if not found:
        raise SystemExit(f"{folder}: no cell of {family} at {split}")
    return sorted(found)


def front(points):
    """Accuracy rises with the bytes; what does not raise it is left out."""
    best = []
    for point in points:
        if not best or point[1] > best[-1][1]:
            best.append(point)
    return best


def log_bytes(curve, accuracy):
    accuracies = [point[1] for point in curve]
    i = min(max(bisect.bisect_left(accuracies, accuracy), 1), len(curve) - 1)
    (bytes_0, a_0, *_), (bytes_1, a_1, *_) = curve[i - 1], curve[i]
    part = (accuracy - a_0) / (a_1 - a_0)
    return math.log(bytes_0) + part * (math.log(bytes_1) - math.log(bytes_0))


def common(one, other):
    low, high = max(one[0][1], other[0][1]), min(one[-1][1], other[-1][1])
    return (low, high) if len(one) > 1 and len(other) > 1 and low < high else None


def saving(one, other, accuracy):
    return 1 - math.exp(log_bytes(one, accuracy) - log_bytes(other, accuracy))


def bd_rate(one, other, low, high):
    mean = sum(log_bytes(one, low + (high - low) * (i + 0.5) / STEPS) -
               log_bytes(other, low + (high - low) * (i + 0.5) / STEPS) for i in range(STEPS)) / STEPS
    return math.exp(mean) - 1


def apart(one, other):
    """What can be said all the same of curves that one is wholly above the other."""
    above, below = (one, other) if one[1][0][1] > other[1][-1][1] else (other, one)
    (size, accuracy, *_), (most, best, *_) = above[1][0], below[1][-1]
    return (f"{above[0]} is right on {100 * accuracy:.2f} % with {size:.1f} bytes, its least, and "
            f"{below[0]} on {100 * best:.2f} % with {most:.1f}, its most: "
            f"{100 * (1 - size / most):.1f} % fewer bytes at a higher accuracy.")


def drawing(curves):
    points = [(point, mark) for mark, curve in curves for point in curve]
    logs = [math.log(point[0]) for point, _ in points]
    accuracies = [point[1] for point, _ in points]
    x_0, x_1, y_0, y_1 = min(logs), max(logs), min(accuracies), max(accuracies)
    rows = [[" "] * WIDTH for _ in range(HEIGHT)]

    def put(x, y, mark):
        column = round((x - x_0) / (x_1 - x_0) * (WIDTH - 1))
        row = round((y_1 - y) / (y_1 - y_0) * (HEIGHT - 1))
        if rows[row][column] in " ." or mark != ".":
            rows[row][column] = mark

    for mark, curve in curves:
        best = front(curve)
        for i in range(200 if len(best) > 1 else 0):
            accuracy = best[0][1] + (best[-1][1] - best[0][1]) * i / 199
            put(log_bytes(best, accuracy), accuracy, ".")
    for mark, curve in curves:
        for point in curve:
            put(math.log(point[0]), point[1], mark)
    lines = [f"{100 * (y_1 - (y_1 - y_0) * i / (HEIGHT - 1)):6.2f} % |" + "".join(row).rstrip()
             for i, row in enumerate(rows)]
    lines.append(" " * 9 + "+" + "-" * WIDTH)
    left, right = f"{math.exp(x_0):.0f}", f"{math.exp(x_1):.0f} bytes"
    lines.append(" " * 10 + left + " " * (WIDTH - len(left) - len(right)) + right)
    return lines


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sweep", help="folder of the cells")
    parser.add_argument("split")
    parser.add_argument("codec")
    parser.add_argument("other")
    args = parser.parse_args()
    names = (args.codec, args.other)
    curves = [settings(args.sweep, args.split, name) for name in names]
    print(f"# {args.codec} and {args.other} at {args.split}\n")
    print("| codec | bytes | top-1 | loss, points | 95 % |\n|---|---:|---:|---:|---|")
    for curve in curves:
        for size, top1, accuracy, codec in curve:
            low, high = (100 * bound for bound in accuracy["loss_ci95"])
            name = codec.split("/")[-1].replace(".bottleneck", "")
            print(f"| {name} | {size:.1f} | {100 * top1:.2f} % | {100 * accuracy['loss']:.2f} | "
                  f"{low:.2f} to {high:.2f} |")
    marks = [name[0].upper() for name in names]
    print("\n```\n" + "\n".join(drawing(list(zip(marks, curves)))) + "\n```\n")
    print(f"{marks[0]}: {names[0]}, {marks[1]}: {names[1]}.\n")
    fronts = [front(curve) for curve in curves]
    shared = common(*fronts)
    if shared is None:
        print("The curves have no accuracy in common, so there is no BD-rate. " +
              apart(*zip(names, fronts)))
        return
    low, high = shared
    print("| top-1 | bytes saved |\n|---:|---:|")
    for i in range(5):
        accuracy = low + (high - low) * i / 4
        print(f"| {100 * accuracy:.2f} % | {100 * saving(*fronts, accuracy):.1f} % |")
    print(f"\nBD-rate of {names[0]} against {names[1]} from {100 * low:.2f} to {100 * high:.2f} %: "
          f"{100 * bd_rate(*fronts, low, high):.1f} %.")


main()

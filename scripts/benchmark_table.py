#!/usr/bin/env python3
"""Prints the documents of Google Benchmark that are given as tables: time, throughput and counters."""
import json
import sys

SKIPPED = {
    "name", "family_index", "per_family_instance_index", "run_name", "run_type", "repetitions",
    "repetition_index", "threads", "iterations", "real_time", "cpu_time", "time_unit",
    "bytes_per_second", "items_per_second", "label"
}


def number(value):
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}"


def cell(row, column):
    if column == "GB/s":
        return f"{row['bytes_per_second'] / 1e9:.2f}" if "bytes_per_second" in row else ""
    if column == "M items/s":
        return number(row["items_per_second"] / 1e6) if "items_per_second" in row else ""
    if column == "us":
        scale = {"ns": 1e-3, "us": 1, "ms": 1e3, "s": 1e6}[row["time_unit"]]
        return number(row["real_time"] * scale)
    return number(row[column]) if column in row else ""


def table(rows):
    counters = sorted({key for row in rows for key in row} - SKIPPED)
    columns = ["us"]
    if any("bytes_per_second" in row for row in rows):
        columns.append("GB/s")
    if any("items_per_second" in row for row in rows):
        columns.append("M items/s")
    columns += counters
    print("| benchmark | " + " | ".join(columns) + " |")
    print("|---|" + "---:|" * len(columns))
    for row in rows:
        name = row["name"].replace("/manual_time", "")
        print(f"| {name} | " + " | ".join(cell(row, column) for column in columns) + " |")


def main(paths):
    for path in paths:
        with open(path, encoding="utf-8") as file:
            document = json.load(file)
        print(f"## {path.rsplit('/', 1)[-1]}\n")
        table(document["benchmarks"])
        print()


if __name__ == "__main__":
    main(sys.argv[1:])

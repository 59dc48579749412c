"""Small files for the tests of the command line, made without any library: pictures and arrays."""

import json
import random
import struct
import zlib


def write_png(path, width, height, samples, channels=1):
    """An 8-bit PNG, grey or RGB; `samples` are its bytes row by row."""
    row = width * channels
    rows = b"".join(b"\0" + samples[y * row:(y + 1) * row] for y in range(height))

    def chunk(kind, content):
        checksum = zlib.crc32(kind + content)
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", checksum)

    colour = {1: 0, 3: 2}[channels]
    header = struct.pack(">IIBBBBB", width, height, 8, colour, 0, 0, 0)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) +
                     chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def write_npy(path, kind, shape, content):
    """A NumPy array of version 1.0; `kind` as in "|u1" or "<i8"."""
    text = f"{{'descr': '{kind}', 'fortran_order': False, 'shape': {tuple(shape)!r}, }}"
    text += " " * (-(10 + len(text) + 1) % 64) + "\n"
    path.write_bytes(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text.encode() + content)


def pictures(count, width=28, height=28, seed=1):
    """Bright shapes on black with some noise: one bytes object a picture."""
    numbers = random.Random(seed)
    result = []
    for _ in range(count):
        left, top = numbers.randrange(width // 2), numbers.randrange(height // 2)
        right, bottom = left + width // 2, top + height // 2
        result.append(bytes(
            numbers.randrange(160, 256) if left <= x < right and top <= y < bottom
            else numbers.randrange(8) for y in range(height) for x in range(width)))
    return result


def write_picture_tensors(folder, count, labels=True, classes=10):
    """Grey 28 x 28 pictures as arrays in `folder`; returns the dataset's spec."""
    folder.mkdir(parents=True, exist_ok=True)
    write_npy(folder / "x.npy", "|u1", (count, 1, 28, 28), b"".join(pictures(count)))
    if not labels:
        return f"tensors:file={folder}/x.npy"
    write_npy(folder / "y.npy", "|u1", (count,), bytes(i % classes for i in range(count)))
    return f"tensors:file={folder}/x.npy:labels={folder}/y.npy"


def write_image_list(folder, rows, count=4):
    """`count` grey 28 x 28 PNG files 0.png ... and list.csv of `rows`; returns the dataset's spec."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, samples in enumerate(pictures(count)):
        write_png(folder / f"{number}.png", 28, 28, samples)
    (folder / "list.csv").write_text("".join(row + "\n" for row in rows))
    return f"image-list:csv={folder}/list.csv"


def latency(seconds):
    return {"median": seconds, "p95": seconds, "ci95": [seconds, seconds], "samples": [seconds] * 3}


def profile_document(sha256="a" * 64, name="made-up"):
    """A profile of three splits: 1 ms to the cut `block`, 3 ms from there."""
    no_energy = {"energy_j": None, "energy_source": "none", "energy_reason": "made up"}

    def split(identity, kind, shape, head_s, tail_s):
        bytes_ = 4 * shape[1]
        return {"id": identity, "aliases": [], "kind": kind,
                "boundary": [{"shape": shape, "dtype": "float32"}], "boundary_bytes": bytes_,
                "block_end": kind == "inner", "natural_bottleneck": False,
                "head": {"latency_s": latency(head_s), **no_energy},
                "tail": {"latency_s": latency(tail_s), **no_energy}}

    unknown = ("board", "governor", "temperature", "throttled", "load_average")
    return {
        "schema": "splitbench.profile", "schema_version": "1.0",
        "tool": {"name": "splitbench", "version": "0.1.0"},
        "run": {"argv": ["splitbench"], "utc": "2026-01-01T00:00:00Z", "host": "made-up",
                "kernel": "Linux", "cpu": "made-up", "cpus": 1, "threads": 1,
                **{key: None for key in unknown},
                **{f"{key}_reason": "made up" for key in unknown},
                "frequencies_hz": [], "memory_bytes": 1, "libraries": {}, "build_type": "Release",
                "seed": 0, "inputs": [], "warnings": [],
                "validity": {"valid": True, "reasons": []}},
        "data": {
            "model": {"name": name, "sha256": sha256, "parameters": 10, "macs": 100},
            "input": {"shape": [1, 256], "dtype": "float32", "bytes": 1024},
            "output": {"shape": [1, 10], "dtype": "float32", "bytes": 40},
            "device": "cpu", "batch": 1,
            "layers": [{"id": "block", "op": "linear", "output_shape": [1, 64],
                        "output_bytes": 256, "macs": 100, "parameter_bytes": 40,
                        "latency_s": latency(0.004), **no_energy}],
            "splits": [split("server-only", "server-only", [1, 256], 0, 0.004),
                       split("block", "inner", [1, 64], 0.001, 0.003),
                       split("device-only", "device-only", [1, 10], 0.004, 0)],
            "end_to_end": {"latency_s": latency(0.004), **no_energy}, "layer_sum_ratio": 1.0}}


def cell_lines(sha256="a" * 64):
    """The cells of a sweep over that profile's splits."""
    lines = []
    for split, codec, payload, boundary in [("server-only", "raw:dtype=fp32", 1036, 1024),
                                            ("block", "raw:dtype=fp32", 268, 256),
                                            ("block", "quant:bits=4:level=3", 45, 256),
                                            ("device-only", "none", 0, 40)]:
        key = {"model": sha256, "split": split, "codec": codec, "dataset": "made-up",
               "images": 8, "seed": 0}
        loss = 0.125 if codec.startswith("quant") else 0.0
        lines.append(json.dumps({
            "schema": "splitbench.cells", "schema_version": "1.0", "key": key, "status": "ok",
            "reason": "", "payload_bytes": dict.fromkeys(("mean", "p50", "p95", "max"), payload),
            "boundary_bytes": boundary, "ratio": payload / boundary if payload else 0.0,
            "encode_s": {"median": 0.0001, "p95": 0.0001},
            "decode_s": {"median": 0.0001, "p95": 0.0001},
            "accuracy": {"top1": 1.0 - loss, "baseline_top1": 1.0, "loss": loss,
                         "loss_ci95": [loss - 0.1, loss + 0.1], "agreement": 1.0 - loss,
                         "images": 8, "mcnemar_p": 1.0},
            "correct_bits": "/g==" if loss else "/w=="}))
    return "".join(line + "\n" for line in lines)


def write_sweep_documents(folder):
    """profile.json and cells.jsonl in `folder`, for tests of `plan` and `report` without LibTorch."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "profile.json").write_text(json.dumps(profile_document()))
    (folder / "cells.jsonl").write_text(cell_lines())

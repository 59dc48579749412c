"""Bottleneck files (lib/codec/bottleneck/bottleneck_file.h) made without the program, of networks
whose doing is known (make_network_fixtures.py)."""

import dataclasses
import pathlib
import struct
import zlib

NETWORKS = pathlib.Path(__file__).resolve().parents[1] / "data" / "networks"
MAGIC = b"\x89SBNECK\n"
AFFINE, AFFINE_CODED, FACTORISED = range(3)
EVEN_TABLE = (-16, (2048,) * 32)  # the integers -16 to 14, and all others together


@dataclasses.dataclass
class Bottleneck:
    """What a file says; networks by the names of their fixtures."""
    model_sha256: str
    encoder_split: str
    decoder_split: str
    input: tuple
    latent: tuple
    output: tuple
    method: str = "bottlefit"
    variant: str = "two-stage"
    encoder: str = "times_8"
    decoder: str = "by_8"
    tail: str = ""
    coding: int = FACTORISED
    version: int = 1


def varint(value):
    text = b""
    while value >= 0x80:
        text += bytes([value & 0x7f | 0x80])
        value >>= 7
    return text + bytes([value])


def text(string):
    return varint(len(string)) + string.encode()


def spec(shape):
    return b"\0" + varint(len(shape)) + b"".join(map(varint, shape))


def coder(bottleneck):
    channels = bottleneck.latent[1]
    medians = channels if bottleneck.coding == FACTORISED else 0
    tables = 0 if bottleneck.coding == AFFINE else channels
    first, frequencies = EVEN_TABLE
    table = struct.pack("<i", first) + varint(len(frequencies))
    table += struct.pack(f"<{len(frequencies)}H", *frequencies)
    return (bytes([bottleneck.coding, 8]) + varint(medians) + bytes(4 * medians) +
            varint(tables) + table * tables)


def part(name, parameters):
    archive = (NETWORKS / f"{name}.pt").read_bytes() if name else b""
    return varint(parameters) + varint(10 * parameters) + archive


def content(bottleneck):
    """The bytes of the file."""
    meta = b"".join(map(text, (bottleneck.method, bottleneck.variant, bottleneck.model_sha256,
                               bottleneck.encoder_split, bottleneck.decoder_split)))
    meta += b"".join(map(spec, (bottleneck.input, bottleneck.latent, bottleneck.output)))
    training = text("") + varint(0) * 5
    sections = [(b"meta", meta), (b"code", coder(bottleneck)),
                (b"enco", part(bottleneck.encoder, 700)), (b"deco", part(bottleneck.decoder, 3000)),
                (b"tail", part(bottleneck.tail, 5 if bottleneck.tail else 0)), (b"trai", training)]
    body = b"".join(tag + varint(len(data)) + data for tag, data in sections)
    start = MAGIC + struct.pack("<H", bottleneck.version)
    return start + struct.pack("<I", zlib.crc32(start + body)) + body


def write(path, bottleneck):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content(bottleneck))
    return path

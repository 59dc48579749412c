"""Saves TorchScript files that are the same on every machine.

`torch.jit.save` puts the paths of the Python files on the exporting machine
into the archive (`*.debug_pkl`).  They are of no use to whoever loads the file,
they tell where somebody's home directory is, and they make the same model saved
in two checkouts two different files.  `save` writes the archive without them.
"""

import hashlib
import io
import os
import struct
import sys
import zipfile

import torch

ALIGNMENT = 64  # PyTorch aligns every record so that tensors can be mapped


def save(module, path):
    """Writes the ScriptModule `module` to `path`, whole or not at all."""
    buffer = io.BytesIO()
    torch.jit.save(module, buffer)
    content = _without_debug_records(buffer, _stem(path))
    temporary = f"{path}.part"
    with open(temporary, "wb") as file:
        file.write(content)
    os.replace(temporary, path)


def sha256(path):
    """The digest a model manifest names, so that a stale file is noticed."""
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


def fix_hash_seed():
    """Starts the program over with a fixed hash seed, unless it has one.

    `torch.jit.script` writes attributes in the order of a Python set, so without
    this the same model makes another file every time.
    """
    if os.environ.get("PYTHONHASHSEED") != "0":
        environment = {**os.environ, "PYTHONHASHSEED": "0"}
        os.execve(sys.executable, [sys.executable, *sys.argv], environment)


def _stem(path):
    return os.path.splitext(os.path.basename(path))[0]


def _without_debug_records(buffer, stem):
    """Copies the archive record by record, under the top folder `stem`."""
    output = io.BytesIO()
    with zipfile.ZipFile(buffer) as source, zipfile.ZipFile(output, "w") as target:
        for record in source.infolist():
            _, _, name = record.filename.partition("/")
            if not name.endswith(".debug_pkl") and name != ".data/serialization_id":
                _append(target, f"{stem}/{name}", source.read(record), record.compress_type)
    return output.getvalue()


def _append(target, name, content, compress_type):
    """Adds a record whose bytes start at a multiple of 64; code is deflated, data is not."""
    info = zipfile.ZipInfo(name)  # dated 1980, so that the bytes do not change
    start = target.fp.tell() + 30 + len(name.encode()) + 4
    padding = -start % ALIGNMENT
    info.compress_type = compress_type
    info.extra = b"FB" + struct.pack("<H", padding) + b"Z" * padding
    target.writestr(info, content)

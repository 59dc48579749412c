"""Runs the built `splitbench` as a user does, and holds its answers against the contract."""

import dataclasses
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
MODELS = ROOT / "tests" / "data" / "models"
PROGRAM = os.environ.get("SPLITBENCH_PROGRAM", str(ROOT / "build" / "bin" / "splitbench"))
HAVE_TORCH = os.environ.get("SPLITBENCH_HAVE_TORCH", "1") == "1"
HAVE_IMAGE = os.environ.get("SPLITBENCH_HAVE_IMAGE", "1") == "1"
VALIDATOR = ROOT / "tests" / "support" / "validate_documents.py"
INSTALLED_FASHION_MNIST = pathlib.Path("/usr/share/datasets/fashion-mnist")

needs_torch = unittest.skipUnless(HAVE_TORCH, "built without the LibTorch plug-in")
needs_image = unittest.skipUnless(HAVE_IMAGE, "built without the OpenCV plug-in")

# Fast enough for a test: nobody looks at the times.
QUICK_PROFILE = ("--split", "blocks", "--repetitions", "3", "--min-time", "0", "--threads", "1")


@dataclasses.dataclass
class Result:
    """How one run ended."""
    arguments: tuple
    code: int
    stdout: str
    stderr: str

    def __str__(self):
        command = " ".join(map(str, self.arguments))
        return f"splitbench {command}\n-> {self.code}\n{self.stdout[-2000:]}\n{self.stderr[-2000:]}"


def environment(extra=None):
    """The caller's, without splitbench's own variables."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SPLITBENCH_")}
    kept.pop("NO_COLOR", None)
    # Tests run side by side; threads that spin while they wait would take each other's time.
    kept.setdefault("OMP_WAIT_POLICY", "passive")
    kept["SPLITBENCH_PROFILES"] = str(ROOT / "profiles")
    kept.update(extra or {})
    return kept


def run(*arguments, env=None, **options):
    """Runs the program with `arguments`; `env` is added to the environment."""
    options.setdefault("stdout", subprocess.PIPE)
    done = subprocess.run([PROGRAM, *map(str, arguments)], env=environment(env), text=True,
                          stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, timeout=300,
                          check=False, **options)
    return Result(arguments, done.returncode, done.stdout or "", done.stderr)


def start(*arguments, env=None, **options):
    """The program as a running process; nobody reads its output unless `options` say so."""
    options.setdefault("stderr", subprocess.DEVNULL)
    return subprocess.Popen([PROGRAM, *map(str, arguments)], env=environment(env),
                            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, **options)


def problems_of(*paths):
    """What is wrong with these documents by their schemas; empty when nothing is."""
    checked = subprocess.run([sys.executable, str(VALIDATOR), *map(str, paths)],
                             capture_output=True, text=True, check=False)
    return checked.stdout + checked.stderr if checked.returncode else ""


def read_json(path):
    return json.loads(pathlib.Path(path).read_text())


def read_cells(folder):
    return [json.loads(line) for line in (folder / "cells.jsonl").read_text().splitlines()]


def without_times(cells):
    """What of cells must not depend on when, how often and in how many parts a sweep was run."""
    return [{key: value for key, value in cell.items() if key not in ("encode_s", "decode_s")}
            for cell in cells]


class CliTest(unittest.TestCase):
    """A folder of its own for every class, gone afterwards."""

    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="splitbench-cli-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)

    def succeeds(self, *arguments, code=0, **options):
        result = run(*arguments, **options)
        self.assertEqual(result.code, code, str(result))
        return result

    def fails(self, code, *arguments, says=(), **options):
        """Ends with `code` and one line on stderr that holds all of `says`; nothing on stdout."""
        result = run(*arguments, **options)
        self.assertEqual(result.code, code, str(result))
        self.assertEqual(result.stdout, "", str(result))
        self.assertRegex(result.stderr, r"\Asplitbench: [^\n]+\n\Z", str(result))
        self.assertLess(len(result.stderr), 600)
        for text in (says,) if isinstance(says, str) else says:
            self.assertIn(text, result.stderr, str(result))
        return result

    def assert_valid(self, *paths):
        self.assertEqual(problems_of(*paths), "")

"""Sweeps that are killed, resumed, mixed up and run twice at once."""

import pathlib
import random
import resource
import signal
import subprocess
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from splitbench_program import (CliTest, Result, needs_torch, read_cells, start,  # noqa: E402
                                without_times)
from sample_files import write_picture_tensors  # noqa: E402

KILLS = 3


def keys(cells):
    return [tuple(sorted(cell["key"].items())) for cell in cells]


@needs_torch
class KilledSweeps(CliTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.dataset = write_picture_tensors(cls.folder / "data", 24)

    def sweep(self, name):
        return ("compress", "fashion-resnet", "--dataset", self.dataset, "--codec", "raw",
                "--codec", "quant:bits=1..12", "--codec", "png", "--threads", "1", "-o",
                self.folder / name)

    def cells_text(self, name):
        path = self.folder / name / "cells.jsonl"
        return path.read_bytes() if path.exists() else b""

    def start_and_await(self, name, at_lines, *options, **streams):
        """A running sweep whose file has `at_lines` lines."""
        process = start(*self.sweep(name), *options, **streams)
        deadline = time.monotonic() + 120
        while self.cells_text(name).count(b"\n") < at_lines and process.poll() is None:
            self.assertLess(time.monotonic(), deadline, "the sweep does not come on")
            time.sleep(0.002)
        return process

    def run_and_kill(self, name, at_lines, *options):
        """SIGKILL once the file has `at_lines` lines."""
        process = self.start_and_await(name, at_lines, *options)
        process.kill()
        process.wait()

    def test_a_request_to_stop_finishes_the_cell_in_flight(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            with self.subTest(number.name):
                process = self.start_and_await(number.name, 2, "--quiet", stderr=subprocess.PIPE,
                                               text=True)
                process.send_signal(number)
                _, stderr = process.communicate(timeout=120)
                result = Result(process.args, process.returncode, "", stderr)
                self.assertEqual(result.code, 1, str(result))
                self.assertIn("finishing the cell in flight", stderr)
                stopped = [line for line in stderr.splitlines() if line.startswith("splitbench: ")]
                self.assertEqual(len(stopped), 1, stderr)
                self.assertRegex(stopped[0], "stopped as requested; .* with --resume to go on$")
                text = self.cells_text(number.name)
                self.assertTrue(text.endswith(b"\n"), "the last cell is not whole")
                self.assert_valid(self.folder / number.name / "front.json")
                self.succeeds(*self.sweep(number.name), "--resume", "--quiet")
                self.assertTrue(self.cells_text(number.name).startswith(text))

    def test_a_second_request_does_not_wait(self):
        process = self.start_and_await("impatient", 1, stderr=subprocess.PIPE, text=True)
        process.send_signal(signal.SIGSTOP)  # so that both arrive within one cell
        process.send_signal(signal.SIGINT)
        process.send_signal(signal.SIGCONT)
        while "finishing the cell" not in process.stderr.readline():
            self.assertIsNone(process.poll())
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=120)
        self.assertIn(process.returncode, (-signal.SIGINT, 1))

    def test_a_full_disk_loses_the_cell_in_flight_at_most(self):
        self.succeeds(*self.sweep("roomy"), "--quiet")
        whole = read_cells(self.folder / "roomy")
        room = len(self.cells_text("roomy")) * 2 // 3

        def fill_disk():
            """A file may not grow further, which looks like a full disk to who writes it."""
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))

        self.fails(1, *self.sweep("full"), "--quiet", preexec_fn=fill_disk,
                   says=("cells.jsonl' failed", "the cells before are kept", "--resume"))
        kept = self.cells_text("full")
        self.assertTrue(kept.endswith(b"\n"), "a torn line was left")
        self.assertLess(room - len(kept), 1000, "more than one cell was lost")
        self.succeeds(*self.sweep("full"), "--resume", "--quiet")
        self.assertTrue(self.cells_text("full").startswith(kept))
        self.assertEqual(without_times(read_cells(self.folder / "full")), without_times(whole))

    def test_a_killed_sweep_gives_the_same_cells_and_repeats_none(self):
        self.succeeds(*self.sweep("whole"), "--quiet")
        whole = read_cells(self.folder / "whole")
        seed = random.randrange(1 << 30)
        moments = sorted(random.Random(seed).sample(range(1, len(whole)), KILLS))
        with self.subTest(f"killed at {moments} of {len(whole)} cells"):
            finished = b""
            for moment in moments:
                resume = ("--resume",) if finished else ()
                self.run_and_kill("killed", moment, *resume)
                text = self.cells_text("killed")
                self.assertTrue(text.startswith(finished), "a finished cell was changed")
                finished = text[:text.rfind(b"\n") + 1]
                self.assertGreaterEqual(finished.count(b"\n"), moment)
            self.succeeds(*self.sweep("killed"), "--resume", "--quiet")
            self.assertTrue(self.cells_text("killed").startswith(finished))
            cells = read_cells(self.folder / "killed")
            self.assertEqual(len(set(keys(cells))), len(cells), "a cell was measured twice")
            self.assertEqual(without_times(cells), without_times(whole))
            self.assert_valid(*(self.folder / "killed" / name
                                for name in ("sweep.json", "cells.jsonl", "front.json")))

    def test_a_kill_before_the_first_cell_leaves_nothing_in_the_way(self):
        process = start(*self.sweep("early"))
        time.sleep(random.uniform(0, 0.5))
        process.kill()
        process.wait()
        if self.cells_text("early") == b"":
            self.succeeds(*self.sweep("early"), "--quiet")
        else:
            self.fails(2, *self.sweep("early"), says="--resume")

    def test_a_torn_last_line_is_measured_again(self):
        self.succeeds(*self.sweep("torn"), "--quiet")
        path = self.folder / "torn" / "cells.jsonl"
        text = path.read_bytes()
        path.write_bytes(text[:-100])
        result = self.succeeds(*self.sweep("torn"), "--resume")
        self.assertIn("cut off by a kill", result.stderr)
        self.assertIn("(1 measured now)", result.stderr)
        self.assertEqual(len(read_cells(self.folder / "torn")), text.count(b"\n"))

    def test_a_folder_serves_one_sweep_at_a_time(self):
        process = start(*self.sweep("busy"))
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        deadline = time.monotonic() + 120
        while not self.cells_text("busy") and process.poll() is None:
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.002)
        process.send_signal(signal.SIGSTOP)  # it stays at work as long as we look
        for option in ("--resume", "--fresh"):
            self.fails(2, *self.sweep("busy"), option, says="another splitbench is at work")
        process.send_signal(signal.SIGCONT)


@needs_torch
class ExistingSweeps(CliTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.dataset = write_picture_tensors(cls.folder / "data", 6)

    def sweep(self, *options):
        return ("compress", "fashion-resnet", "--dataset", self.dataset, "--codec", "raw",
                "--split", "layer3,layer4", "--threads", "1", "-o", self.folder / "sweep", *options)

    def cells_text(self):
        return (self.folder / "sweep" / "cells.jsonl").read_text()

    def setUp(self):
        self.succeeds(*self.sweep("--fresh", "--quiet"))
        self.before = self.cells_text()

    def test_are_neither_overwritten_nor_mixed(self):
        self.fails(2, *self.sweep(), says=("already holds a sweep", "--resume", "--fresh"))
        self.fails(2, *self.sweep("--resume", "--limit", "3"),
                   says="images is 6 there and 3 here")
        self.fails(2, *self.sweep("--resume", "--seed", "2"), says="seed is 0 there and 2 here")
        self.assertEqual(self.cells_text(), self.before)

    def test_grow_by_splits_and_codecs(self):
        result = self.succeeds(*self.sweep("--resume", "--codec", "zstd"))
        self.assertIn("(3 measured now)", result.stderr)
        self.assertTrue(self.cells_text().startswith(self.before))

    def test_start_over_when_asked(self):
        self.succeeds(*self.sweep("--fresh", "--seed", "2", "--limit", "2", "--quiet"))
        cells = read_cells(self.folder / "sweep")
        self.assertEqual({cell["key"]["images"] for cell in cells}, {2})
        self.assertEqual(len(cells), 4)

    def test_a_dry_run_says_what_is_left(self):
        result = self.succeeds(*self.sweep("--resume", "--codec", "zstd", "--dry-run"))
        self.assertIn("would measure 3 of 7 cells", result.stderr)
        self.assertEqual(self.cells_text(), self.before)


if __name__ == "__main__":
    unittest.main(verbosity=2)

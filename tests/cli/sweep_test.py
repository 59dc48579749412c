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
from splitbench_program import (CliTest, Result, needs_torch, read_cells, read_json,  # noqa: E402
                                start, without_times)
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
                self.assertIn("finishing what is in flight", stderr)
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
        while "finishing what" not in process.stderr.readline():
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
class SearchedSweeps(CliTest):
    POINTS = 4

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.dataset = write_picture_tensors(cls.folder / "data", 24)

    def sweep(self, name, *options, points=POINTS):
        return ("compress", "fashion-resnet", "--dataset", self.dataset, "--split",
                "layer3,layer4,-server-only", "--codec", "raw", "--codec", "quant", "--codec",
                "jpeg", "--points", points, "--threads", "1", "-o", self.folder / name, *options)

    def test_measure_as_many_settings_as_asked_for_and_the_ends_first(self):
        planned = self.succeeds(*self.sweep("whole", "--dry-run")).stderr
        self.assertIn("would measure at most 19 of 19 cells", planned)
        self.succeeds(*self.sweep("whole", "--quiet"))
        specs = {}
        for cell in read_cells(self.folder / "whole"):
            codec = cell["key"]["codec"].split(":")[0]
            specs.setdefault((cell["key"]["split"], codec), []).append(cell["key"]["codec"])
        for split in ("layer3.0.relu", "layer4.0.relu"):
            for codec, ends in (("quant", ("bits=16", "bits=1")),
                                ("jpeg", ("quality=100", "quality=1"))):
                found = specs[split, codec]
                self.assertLessEqual(len(found), self.POINTS)
                self.assertEqual(len(set(found)), len(found))
                for spec, end in zip(found, ends):
                    self.assertIn(end, spec.split(":"))
            self.assertEqual(len(specs[split, "raw"]), 1)
        self.assert_valid(*(self.folder / "whole" / name
                            for name in ("sweep.json", "cells.jsonl", "front.json")))
        self.assertEqual(read_json(self.folder / "whole" / "sweep.json")["data"]["points"],
                         self.POINTS)
        report = self.succeeds("report", self.folder / "whole" / "front.json").stdout
        self.assertIn("Pareto front", report)

    def test_a_killed_search_goes_on_where_it_was(self):
        self.succeeds(*self.sweep("undisturbed", "--quiet"))
        path = self.folder / "killed" / "cells.jsonl"
        for lines in (3, 6):
            process = start(*self.sweep("killed", *(("--resume",) if path.exists() else ())))
            deadline = time.monotonic() + 120
            while (process.poll() is None and
                   (not path.exists() or path.read_bytes().count(b"\n") < lines)):
                self.assertLess(time.monotonic(), deadline, "the search does not come on")
                time.sleep(0.002)
            process.kill()
            process.wait()
        text = path.read_bytes()
        kept = text[:text.rfind(b"\n") + 1]
        self.succeeds(*self.sweep("killed", "--resume", "--quiet"))
        self.assertTrue(path.read_bytes().startswith(kept), "a finished cell was changed")
        self.assertEqual(without_times(read_cells(self.folder / "killed")),
                         without_times(read_cells(self.folder / "undisturbed")))

    def test_grow_but_do_not_shrink_race_or_divide(self):
        self.succeeds(*self.sweep("grows", "--quiet", points=2))
        before = (self.folder / "grows" / "cells.jsonl").read_text()
        self.succeeds(*self.sweep("grows", "--quiet", "--resume", points=3))
        self.assertTrue((self.folder / "grows" / "cells.jsonl").read_text().startswith(before))
        self.fails(2, *self.sweep("grows", "--resume", points=2), says="points is 3 there and 2")
        self.fails(2, *self.sweep("raced", "--race"), says="--points does not go with --race")
        self.fails(2, *self.sweep("divided", "--shard", "1/2"), says=("--shard", "merge"))
        self.fails(2, "compress", "fashion-resnet", "--dataset", self.dataset, "--codec",
                   "quant:bits=4", "--points", 3, "-o", self.folder / "named",
                   says="nothing to search")
        self.fails(2, *self.sweep("one", points=1), says="--points")


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
        self.fails(2, *self.sweep("--resume", "--batch", "8"), says="batch is 16 there and 8 here")
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

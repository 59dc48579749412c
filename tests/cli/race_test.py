"""Sweeps whose cells race, also when they are killed."""

import pathlib
import signal
import subprocess
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from splitbench_program import (CliTest, needs_torch, read_cells, read_json, start,  # noqa: E402
                                without_times)
from sample_files import write_picture_tensors  # noqa: E402

IMAGES = 400
EVALUATED = 360  # the others calibrate
MARGIN = 0.2
MOMENTS = (2, 40, 70)  # lines of race.jsonl


@needs_torch
class Races(CliTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.dataset = write_picture_tensors(cls.folder / "data", IMAGES)
        cls().succeeds(*cls.sweep("whole"), "--quiet")
        cls.cells = read_cells(cls.folder / "whole")

    @classmethod
    def sweep(cls, name, *options):
        return (*cls.plain(name), "--race", "--race-margin", MARGIN, *options)

    @classmethod
    def plain(cls, name):
        return ("compress", "fashion-resnet", "--dataset", cls.dataset, "--split", "layer3,layer4",
                "--codec", "raw", "--codec", "quant:bits=1,2,4,8,12", "--codec", "png", "--codec",
                "klt:step=1", "--limit", EVALUATED, "--threads", "2", "-o", cls.folder / name)

    def kept(self, name):
        path = self.folder / name / "race.jsonl"
        return path.read_bytes().count(b"\n") if path.exists() else 0

    def start_and_await(self, name, lines, *options, **streams):
        """A running race that has kept so many lines, or is over."""
        process = start(*self.sweep(name), "--quiet", *options, **streams)
        deadline = time.monotonic() + 120
        while self.kept(name) < lines and process.poll() is None:
            self.assertLess(time.monotonic(), deadline, "the race does not come on")
            time.sleep(0.002)
        return process

    def assert_same_cells(self, name):
        self.assertEqual(without_times(read_cells(self.folder / name)), without_times(self.cells))
        self.assertFalse((self.folder / name / "race.jsonl").exists())

    def test_stopped_cells_have_evidence_and_the_front_is_kept(self):
        self.succeeds(*self.plain("plain"), "--quiet")
        whole = {(cell["key"]["split"], cell["key"]["codec"]): cell
                 for cell in read_cells(self.folder / "plain")}
        stopped = [cell for cell in self.cells if cell["status"] == "stopped"]
        self.assertGreater(len(stopped), 0)
        for cell in stopped:
            own = whole[cell["key"]["split"], cell["key"]["codec"]]
            by = cell["stopped"]["dominated_by"]
            other = whole[by["split"], by["codec"]]
            self.assertEqual(by["split"], cell["key"]["split"])
            self.assertLessEqual(other["payload_bytes"]["mean"], own["payload_bytes"]["mean"])
            self.assertLessEqual(other["accuracy"]["loss"], own["accuracy"]["loss"] + MARGIN)
            self.assertLess(cell["stopped"]["images"], EVALUATED)
        for cell in self.cells:
            if cell["status"] != "stopped":
                same = whole[cell["key"]["split"], cell["key"]["codec"]]
                self.assertEqual(cell["payload_bytes"], same["payload_bytes"])
        self.assert_valid(*(self.folder / "whole" / name
                            for name in ("sweep.json", "cells.jsonl", "front.json")))
        race = read_json(self.folder / "whole" / "sweep.json")["data"]["race"]
        self.assertEqual((race["scope"], race["margin"]), ("split", MARGIN))
        report = self.succeeds("report", self.folder / "whole").stdout
        self.assertIn(f"{len(stopped)} stopped", report)
        self.assertIn("Stopped by the race", report)

    def test_a_killed_race_gives_the_same_cells(self):
        for moment in MOMENTS:
            process = self.start_and_await("killed", moment,
                                           *(("--resume",) if self.kept("killed") else ()))
            process.kill()
            process.wait()
            if process.returncode == 0:
                break  # it was faster
        self.succeeds(*self.sweep("killed"), "--quiet", "--resume")
        self.assert_same_cells("killed")

    def test_a_request_to_stop_keeps_what_is_in_work(self):
        process = self.start_and_await("asked", 10, stderr=subprocess.PIPE, text=True)
        process.send_signal(signal.SIGTERM)
        _, stderr = process.communicate(timeout=120)
        if process.returncode != 0:
            self.assertEqual(process.returncode, 1, stderr)
            self.assertRegex(stderr, "stopped as requested; .* with --resume to go on")
            self.succeeds(*self.sweep("asked"), "--quiet", "--resume")
        self.assert_same_cells("asked")

    def test_says_what_was_saved(self):
        result = self.succeeds(*self.sweep("saved", "--race-scope", "all"))
        self.assertRegex(result.stderr, rf"race: \d+ of \d+ cells saw all {EVALUATED} images; .* fewer")

    def test_is_neither_divided_nor_mixed(self):
        self.fails(2, *self.sweep("divided", "--shard", "1/2"), says="--race does not go with")
        self.fails(2, *self.plain("whole"), "--resume", says="race is 'split' with margin 0.2")
        self.fails(2, *self.plain("whole"), "--race", "--resume", "--race-margin", "0.1",
                   says="and 'split' with margin 0.1")
        self.fails(2, *self.plain("alone"), "--race-margin", "0.1", says="--race")


if __name__ == "__main__":
    unittest.main(verbosity=2)

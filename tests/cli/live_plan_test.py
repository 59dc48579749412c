"""Searches that measure the cells they ask for."""

import pathlib
import signal
import subprocess
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from splitbench_program import (QUICK_PROFILE, CliTest, needs_torch, read_cells,  # noqa: E402
                                read_json, run, start, without_times)
from sample_files import write_picture_tensors, write_sweep_documents  # noqa: E402


@needs_torch
class LivePlans(CliTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.dataset = write_picture_tensors(cls.folder / "data", 16)
        cls.profile = cls.folder / "profile.json"

    def setUp(self):
        if not self.profile.exists():
            self.succeeds("profile", "fashion-resnet", *QUICK_PROFILE, "-o", self.profile)

    def command(self, name, *options):
        return ("plan", "--device-profile", self.profile, "--server-profile", self.profile,
                "--link", "rate=1Mbit,rtt=1ms", "--device-scale", "20", "--max-accuracy-loss", "0.1",
                "--aglop", "--model", "fashion-resnet", "--dataset", self.dataset, "--codec", "quant",
                "--codec", "png", "--codec", "raw", "--threads", "1", "--cells", self.folder / name,
                *options, "-o", self.folder / f"{name}.json")

    def test_it_measures_what_it_asks_for_and_resumes(self):
        self.succeeds(*self.command("first"))
        self.assert_valid(self.folder / "first.json", self.folder / "first" / "sweep.json",
                          self.folder / "first" / "front.json")
        plan = read_json(self.folder / "first.json")["data"]
        search = plan["search"]
        cells = read_cells(self.folder / "first")
        self.assertIsNotNone(plan["chosen"])
        self.assertEqual(search["measured_now"], len(cells))
        self.assertEqual(search["measured"], len(cells))
        self.assertLessEqual(search["measured"], search["budget"])
        self.assertLess(search["measured"], search["settings"])
        self.assertIsNone(search["exhaustive_value"])
        self.assertIn("measured", self.succeeds("report", self.folder / "first.json").stdout)
        # The same again measures nothing and decides the same.
        self.succeeds(*self.command("first"))
        again = read_json(self.folder / "first.json")["data"]
        self.assertEqual(again["search"]["measured_now"], 0)
        self.assertEqual(again["chosen"], plan["chosen"])
        # They are cells like any other: a sweep of the same settings has the same.
        codec = next(cell["key"]["codec"] for cell in cells if cell["status"] == "ok" and
                     cell["key"]["codec"].startswith("quant"))
        self.succeeds("compress", "fashion-resnet", "--dataset", self.dataset, "--codec", codec,
                      "--threads", "1", "-o", self.folder / "sweep")
        swept = without_times(read_cells(self.folder / "sweep"))
        own = [cell for cell in without_times(cells) if cell["key"]["codec"] == codec]
        for cell in own:
            self.assertIn(cell, swept)

    def test_a_signal_ends_it_between_cells_and_nothing_is_lost(self):
        cells = self.folder / "stopped" / "cells.jsonl"
        process = start(*self.command("stopped", "--quiet"), stderr=subprocess.PIPE, text=True)
        deadline = time.monotonic() + 120
        while process.poll() is None and not (cells.exists() and cells.read_bytes().count(b"\n") > 1):
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.002)
        process.send_signal(signal.SIGINT)
        message = process.communicate(timeout=120)[1]
        self.assertEqual(process.returncode, 1, message)
        self.assertIn("repeat the command to go on", message)
        self.assertFalse((self.folder / "stopped.json").exists())
        before = read_cells(self.folder / "stopped")
        self.succeeds(*self.command("stopped"))
        self.succeeds(*self.command("whole"))
        after = read_cells(self.folder / "stopped")
        self.assertEqual(after[:len(before)], before)
        keys = [tuple(sorted(cell["key"].items())) for cell in after]
        self.assertEqual(len(keys), len(set(keys)), "no cell is measured twice")

    # A profile of so few repetitions comes with a warning, so there is more than the one line.
    def refused(self, *arguments, says):
        result = run(*arguments)
        self.assertEqual(result.code, 2, str(result))
        for text in says:
            self.assertIn(text, result.stderr.splitlines()[-1])

    def test_bad_input(self):
        bad = self.command("bad")
        self.refused(*(part for part in bad if part != "--aglop"), says=["--aglop"])
        self.refused(*(part for part in bad if part not in ("--model", "fashion-resnet")),
                     says=["--model"])
        self.refused(*bad, "--split", "layer9", says=["layer9"])
        self.refused(*bad, "--codec", "qant", says=["did you mean 'quant'?"])
        write_sweep_documents(self.folder / "other")
        other = self.folder / "other" / "profile.json"
        self.refused(*(other if part == self.profile else part for part in bad),
                     says=["'made-up'", "profile the model"])
        few = self.command("seeds", "--aglop-budget", "1")
        self.succeeds(*few)
        self.refused(*few, "--seed", "3", says=["seed"])


if __name__ == "__main__":
    unittest.main()

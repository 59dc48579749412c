"""Codecs that learn from calibration images, and codecs that are given a target."""

import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from splitbench_program import CliTest, needs_torch, read_cells  # noqa: E402
from sample_files import write_picture_tensors  # noqa: E402


@needs_torch
class Calibration(CliTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.dataset = write_picture_tensors(cls.folder / "data", 40)

    def sweep(self, name, *codecs, limit=16):
        options = [option for codec in codecs for option in ("--codec", codec)]
        self.succeeds("compress", "fashion-resnet", "--dataset", self.dataset, *options, "--split",
                      "blocks", "--limit", str(limit), "--quiet", "-o", self.folder / name)
        self.assert_valid(*(self.folder / name / file
                            for file in ("sweep.json", "cells.jsonl", "front.json")))
        return read_cells(self.folder / name)

    def test_calibrated_codecs_learn_from_what_the_limit_leaves_over(self):
        cells = [cell for cell in self.sweep("calibrated", "klt", "disc", "clip")
                 if cell["key"]["codec"] != "none"]
        self.assertTrue(cells)
        for cell in cells:
            with self.subTest(cell["key"]):
                self.assertEqual(cell["status"], "ok", cell["reason"])
                self.assertEqual(cell["calibration"]["images"], 40 - 16)
                file = self.folder / "calibrated" / cell["calibration"]["file"]
                self.assertEqual(file.stat().st_size, cell["calibration"]["bytes"])

    def test_without_calibration_images_the_reason_says_what_to_do(self):
        cells = self.sweep("blind", "klt", "quant:target-loss=0.01", limit=0)
        refused = [cell for cell in cells if cell["key"]["codec"] != "none"]
        self.assertTrue(refused)
        for cell in refused:
            self.assertEqual(cell["status"], "unsupported")
            self.assertIn("--calibration", cell["reason"])

    def test_targets_become_settings_split_by_split(self):
        cells = [cell for cell in self.sweep("targets", "klt:target-bytes=120",
                                             "quant:target-loss=0.5")
                 if cell["status"] == "ok" and cell["key"]["codec"] != "none"]
        self.assertTrue(cells)
        for cell in cells:
            with self.subTest(cell["key"]):
                found = cell["rate_control"]
                self.assertEqual(found["images"], 40 - 16)
                if "target-bytes" in cell["key"]["codec"]:
                    self.assertLessEqual(found["payload_bytes"], 120)
                else:
                    self.assertLessEqual(found["estimated_loss"], 0.5)
        table = self.succeeds("report", self.folder / "targets", "--at-loss", "0.5,1").stdout
        self.assertIn("At most 50 points of loss", table)
        self.assertIn("klt", table)

    def test_two_halves_are_one_sweep_of_all_images(self):
        self.sweep("half", "quant:bits=4")
        cells = self.folder / "half" / "cells.jsonl"
        other = self.folder / "other"
        other.mkdir()
        text = cells.read_text().replace('"dataset":"', '"dataset":"other ')
        (other / "cells.jsonl").write_text(text)
        table = self.succeeds("report", "--pool", self.folder / "half", other,
                              "--at-agreement", "0").stdout
        self.assertIn("quant", table)
        self.fails(2, "report", "--pool", self.folder / "half", other)
        self.fails(2, "report", "--pool", self.folder / "half", self.folder / "half",
                   "--at-agreement", "0")

    def test_an_impossible_target_is_refused_in_one_line(self):
        self.fails(2, "compress", "fashion-resnet", "--dataset", self.dataset, "--codec",
                   "raw:target-loss=0.01", "-o", self.folder / "none")


if __name__ == "__main__":
    unittest.main()

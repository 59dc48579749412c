"""Learned codecs from files: listed, swept, resumed, profiled, planned with, and refused."""

import dataclasses
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import bottleneck_files  # noqa: E402
from bottleneck_files import AFFINE, AFFINE_CODED, Bottleneck  # noqa: E402
from sample_files import write_picture_tensors  # noqa: E402
from splitbench_program import (PROGRAM, QUICK_PROFILE, ROOT, CliTest, environment,  # noqa: E402
                                needs_torch, read_cells, read_json, start, without_times)

FASHION_RESNET = read_json(ROOT / "profiles" / "models" / "fashion-resnet.json")["sha256"]
HAVE_MPI = os.environ.get("SPLITBENCH_HAVE_MPI", "0") not in ("0", "") and shutil.which("mpirun")

# Eight levels a unit at the boundary itself: next to nothing is lost.
FINE = Bottleneck(FASHION_RESNET, "layer4", "layer4.0.relu", (1, 192, 4, 4), (1, 192, 4, 4),
                  (1, 192, 4, 4))
# From the input, to what the network cannot make much of.
EARLY = Bottleneck(FASHION_RESNET, "server-only", "relu", (1, 1, 28, 28), (1, 1, 28, 28),
                   (1, 32, 28, 28), decoder="spread_32", coding=AFFINE)
OWN_TAIL = Bottleneck(FASHION_RESNET, "flatten", "flatten", (1, 192), (1, 192), (1, 192),
                      tail="first_ten", coding=AFFINE_CODED)


class BottleneckNames(CliTest):
    def test_they_are_listed_and_misspellings_are_recognised(self):
        listed = self.succeeds("list", "codecs", "--format", "json").stdout
        names = [codec["name"] for codec in json.loads(listed)["data"]["codecs"]]
        for name in ("bottlefit", "bottlenetpp", "aecnn", "entropic-student", "frankensplit"):
            self.assertIn(name, names)
        self.assertIn("file=text  (required)", self.succeeds("list", "codecs").stdout)
        self.fails(2, "compress", "m.pt", "--codec", "botlefit:file=x", "-o", self.folder / "n",
                   says="did you mean 'bottlefit'")
        self.fails(2, "compress", "m.pt", "--codec", "aecnn", "-o", self.folder / "n",
                   says=("aecnn", "file"))


@needs_torch
class Bottlenecks(CliTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.dataset = write_picture_tensors(cls.folder / "data", 12)
        cls.trained = cls.folder / "trained"
        cls.fine = bottleneck_files.write(cls.trained / "fine.bottleneck", FINE)
        cls.early = bottleneck_files.write(cls.trained / "early.bottleneck", EARLY)
        cls.tail = bottleneck_files.write(
            cls.trained / "tail.bottleneck", dataclasses.replace(OWN_TAIL, method="aecnn"))

    def sweep(self, name, *options, codecs=None, threads=1):
        codecs = codecs or ("raw", f"bottlefit:file={self.trained}", f"aecnn:file={self.trained}")
        named = [text for codec in codecs for text in ("--codec", codec)]
        return ("compress", "fashion-resnet", "--dataset", self.dataset, *named, "--threads",
                threads, "-o", self.folder / name, "--quiet", *options)

    def cells(self, name):
        return {(cell["key"]["split"], pathlib.Path(cell["key"]["codec"]).name): cell
                for cell in read_cells(self.folder / name)}

    def test_a_folder_is_swept_each_at_its_split(self):
        self.succeeds(*self.sweep("all"))
        self.assert_valid(self.folder / "all" / "cells.jsonl", self.folder / "all" / "sweep.json",
                          self.folder / "all" / "front.json")
        cells = self.cells("all")
        fine = cells["layer4.0.relu", "fine.bottleneck"]
        self.assertEqual(fine["status"], "ok", fine["reason"])
        self.assertGreaterEqual(fine["accuracy"]["agreement"], 0.9)
        self.assertEqual(fine["bottleneck"]["encoder_split"], "layer4.0.relu", "not its alias")
        self.assertEqual(fine["bottleneck"]["encoder_parameters"], 700)
        early = cells["relu", "early.bottleneck"]
        self.assertEqual(early["status"], "ok", early["reason"])
        # 28 x 28 levels of a byte, scale and zero point, header and number.
        self.assertEqual(early["payload_bytes"]["max"], 784 + 5 + 12 + 2)
        self.assertEqual(early["bottleneck"]["encoder_split"], "server-only")
        tail = cells["flatten", "tail.bottleneck"]
        self.assertEqual(tail["status"], "ok", tail["reason"])
        self.assertTrue(tail["bottleneck"]["fine_tuned_tail"])
        elsewhere = cells["flatten", "fine.bottleneck"]
        self.assertEqual(elsewhere["status"], "unsupported")
        self.assertIn("stands at split layer4.0.relu", elsewhere["reason"])
        inputs = [entry["path"] for entry in read_json(self.folder / "all" / "sweep.json")
                  ["run"]["inputs"]]
        self.assertTrue(any(path.endswith("fine.bottleneck") for path in inputs), inputs)
        report = self.succeeds("report", self.folder / "all" / "cells.jsonl").stdout
        self.assertIn("Learned codecs", report)

    def test_one_thread_and_two_a_race_and_points_agree(self):
        def learned(name):
            return {key: cell for key, cell in self.cells(name).items() if "." in key[1]}
        self.succeeds(*self.sweep("one"))
        whole = learned("one")
        self.succeeds(*self.sweep("two", threads=2))
        self.succeeds(*self.sweep("raced", "--race"))
        self.succeeds(*self.sweep("searched", "--points", "2",
                                  codecs=("clip", f"bottlefit:file={self.trained}")))
        for name in ("two", "raced", "searched"):
            for key, cell in learned(name).items():
                if cell["status"] != "stopped":
                    self.assertEqual(without_times([cell]), without_times([whole[key]]), name)

    def test_a_killed_sweep_goes_on(self):
        self.succeeds(*self.sweep("whole"))
        process = start(*self.sweep("killed"))
        path = self.folder / "killed" / "cells.jsonl"
        deadline = time.monotonic() + 120
        while not path.exists() or path.read_bytes().count(b"\n") < 5:
            self.assertIsNone(process.poll())
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.002)
        process.send_signal(signal.SIGKILL)
        process.wait()
        self.succeeds(*self.sweep("killed", "--resume"))
        self.assertEqual(without_times(read_cells(self.folder / "killed")),
                         without_times(read_cells(self.folder / "whole")))

    def test_another_file_of_that_name_is_refused_on_resume(self):
        path = bottleneck_files.write(self.folder / "changing" / "b", FINE)
        sweep = self.sweep("changed", codecs=("raw", f"bottlefit:file={path}"))
        self.succeeds(*sweep)
        bottleneck_files.write(path, dataclasses.replace(FINE, variant="other"))
        self.fails(2, *sweep, "--resume", says=("SHA-256 of the file of bottlefit", "there"))

    def test_paths_may_begin_with_dots(self):
        inside = self.folder / "inside"
        inside.mkdir()
        self.succeeds("compress", "fashion-resnet", "--dataset", self.dataset, "--codec",
                      "bottlefit:file=../trained/fine.bottleneck", "--split", "layer4", "-o",
                      self.folder / "dots", "--quiet", cwd=inside)
        codecs = {cell["key"]["codec"] for cell in read_cells(self.folder / "dots")}
        self.assertIn('bottlefit:file="../trained/fine.bottleneck"', codecs)

    @unittest.skipUnless(HAVE_MPI, "needs the Open MPI plug-in and mpirun")
    def test_ranks_share_them(self):
        self.succeeds(*self.sweep("single"))
        result = self.run_ranks(*self.sweep("shared", "--mpi"))
        self.assertEqual(result.returncode, 0, result.stderr)
        order = lambda cell: (cell["key"]["split"], cell["key"]["codec"])  # noqa: E731
        self.assertEqual(sorted(without_times(read_cells(self.folder / "shared")), key=order),
                         sorted(without_times(read_cells(self.folder / "single")), key=order))

    @staticmethod
    def run_ranks(*arguments):
        command = ["mpirun", "--allow-run-as-root", "--oversubscribe", "--enable-recovery", "-n",
                   "2", PROGRAM, *map(str, arguments)]
        return subprocess.run(command, env=environment(), stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=300, check=False)

    def test_a_profile_has_their_networks_and_a_plan_their_cells(self):
        profile = self.folder / "profile.json"
        self.succeeds("profile", "fashion-resnet", *QUICK_PROFILE, "--codec",
                      f"bottlefit:file={self.trained}", "--codec", f"aecnn:file={self.trained}",
                      "-o", profile)
        self.assert_valid(profile)
        parts = read_json(profile)["data"]["bottlenecks"]
        self.assertEqual([part["decoder_split"] for part in parts],
                         ["relu", "layer4.0.relu", "flatten"])
        for part in parts:
            self.assertGreater(part["encoder"]["latency_s"]["median"], 0)
            self.assertEqual(part["decoder"]["parameters"], 3000)
        self.assertEqual([("tail" in part) for part in parts], [False, False, True])
        self.assertIn("Learned codecs", self.succeeds("report", profile).stdout)

        self.succeeds(*self.sweep("planned"))
        plan = self.folder / "plan.json"
        self.succeeds("plan", "--device-profile", profile, "--server-profile", profile, "--cells",
                      self.folder / "planned", "--link", "rate=8Mbit,rtt=20ms", "-o", plan,
                      "--quiet")
        self.assert_valid(plan)
        candidates = read_json(plan)["data"]["candidates"]
        early = [one for one in candidates
                 if one["codec"].endswith("early.bottleneck") and one["split"] == "relu"]
        self.assertEqual(len(early), 1)
        self.assertEqual(early[0]["estimate"]["device_s"], 0, "nothing runs before its encoder")
        self.assertGreater(early[0]["estimate"]["encode_s"], 0)

    def refused(self, bottleneck, *says):
        path = bottleneck_files.write(self.folder / "bad" / "b", bottleneck)
        self.fails(2, *self.sweep("bad-sweep", codecs=("raw", f"bottlefit:file={path}")),
                   says=(str(path), *says))
        self.assertFalse((self.folder / "bad-sweep" / "cells.jsonl").exists())

    def test_files_that_do_not_fit_are_refused_before_anything_is_measured(self):
        change = dataclasses.replace
        self.refused(change(FINE, model_sha256="0" * 64), "belongs to another model")
        self.refused(change(FINE, version=2), "format version 2", "update")
        self.refused(change(FINE, decoder_split="layer5"), "layer5", "not cut")
        self.refused(change(FINE, output=(1, 192, 4, 5)), "its decoder makes float32 1x192x4x5")
        self.refused(change(FINE, latent=(1, 192, 2, 2)), "its encoder makes")
        self.refused(change(FINE, encoder="two_inputs"), "its encoder", "2 tensors")
        self.refused(change(FINE, tail="first_ten"), "its tail")
        self.refused(change(FINE, method="aecnn"), "of 'aecnn', not of 'bottlefit'")
        path = self.folder / "bad" / "cut"
        path.write_bytes(bottleneck_files.content(FINE)[:900])
        for command in (self.sweep("bad-sweep", codecs=(f"bottlefit:file={path}",)),
                        ("profile", "fashion-resnet", *QUICK_PROFILE, "--codec",
                         f"bottlefit:file={path}", "-o", self.folder / "bad" / "p.json")):
            self.fails(2, *command, says=(str(path), "checksum"))
        self.fails(2, *self.sweep("bad-sweep", codecs=("bottlefit:file=/nowhere",)),
                   says="/nowhere")
        self.fails(2, *self.sweep("bad-sweep", codecs=(f"frankensplit:file={self.trained}",)),
                   says=("holds no bottleneck of 'frankensplit'",))

    def test_only_trained_codecs_are_profiled(self):
        self.fails(2, "profile", "fashion-resnet", *QUICK_PROFILE, "--codec", "raw", "-o",
                   self.folder / "no.json", says="only learned codecs")


if __name__ == "__main__":
    unittest.main()

"""The main job end to end: profile, compress, plan, report; and what the documents say."""

import csv
import io
import json
import math
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from splitbench_program import (INSTALLED_FASHION_MNIST, MODELS, QUICK_PROFILE, ROOT,  # noqa: E402
                                CliTest, needs_image, needs_torch, read_cells, read_json)
from sample_files import (pictures, write_image_list, write_npy,  # noqa: E402
                          write_picture_tensors, write_sweep_documents)

IMAGES = 12
HEADER_OF_4D = 12  # magic, codec, version and type, checksum, rank, four short dimensions
CODECS = ("raw", "quant:bits=4", "jpeg:quality=75", "png", "webp")


@needs_torch
class Tour(CliTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.dataset = write_picture_tensors(cls.folder / "data", IMAGES)
        cls.profile = cls.folder / "profile.json"
        cls.trace = cls.folder / "trace.json"
        cls.sweep = cls.folder / "sweep"
        cls.plan = cls.folder / "plan.json"
        cls.profiled = cls.step("profile", "fashion-resnet", *QUICK_PROFILE, "--trace", cls.trace,
                                "-o", cls.profile)
        codecs = [option for codec in CODECS for option in ("--codec", codec)]
        cls.step("compress", "fashion-resnet", "--dataset", cls.dataset, *codecs, "--threads", "2",
                 "-o", cls.sweep)
        cls.step(*cls.plan_command(), "--policy", "-o", cls.plan)

    @classmethod
    def step(cls, *arguments):
        return cls().succeeds(*arguments)

    @classmethod
    def plan_command(cls):
        return ("plan", "--device-profile", cls.profile, "--server-profile", cls.profile,
                "--cells", cls.sweep, "--link", "rate=8Mbit,rtt=5ms")

    def runTest(self):  # lets setUpClass use the assertions
        pass

    def cells(self, **wanted):
        return [cell for cell in read_cells(self.sweep)
                if all(cell["key"][key] == value for key, value in wanted.items())]

    def test_every_document_is_valid(self):
        self.assert_valid(self.profile, self.sweep / "sweep.json", self.sweep / "cells.jsonl",
                          self.sweep / "front.json", self.plan)

    def test_the_envelope_says_who_ran_what_on_which_inputs(self):
        run = read_json(self.profile)["run"]
        self.assertEqual(run["argv"][1:3], ["profile", "fashion-resnet"])
        self.assertEqual(run["threads"], 1)
        self.assertIn("libtorch", run["libraries"])
        manifest = read_json(ROOT / "profiles" / "models" / "fashion-resnet.json")
        self.assertIn(manifest["sha256"], [entry["sha256"] for entry in run["inputs"]])
        self.assertFalse(run["validity"]["valid"])
        self.assertIn("only 3 samples", run["validity"]["reasons"][0])
        planned = read_json(self.plan)["run"]
        self.assertEqual({pathlib.Path(entry["path"]).name for entry in planned["inputs"]},
                         {"profile.json", "cells.jsonl"})

    def test_the_profile_adds_up(self):
        data = read_json(self.profile)["data"]
        self.assertEqual(data["model"]["name"], "fashion-resnet")
        self.assertEqual(sum(layer["macs"] for layer in data["layers"]), data["model"]["macs"])
        for split in data["splits"]:
            self.assertEqual(split["boundary_bytes"], sum(
                4 * math.prod(tensor["shape"]) for tensor in split["boundary"]))
        self.assertEqual(data["splits"][0]["head"]["latency_s"]["median"], 0)
        self.assertEqual(data["splits"][-1]["tail"]["latency_s"]["median"], 0)
        layers = sum(layer["latency_s"]["median"] for layer in data["layers"])
        whole = data["end_to_end"]["latency_s"]["median"]
        self.assertAlmostEqual(data["layer_sum_ratio"], layers / whole)
        self.assertEqual(len(data["end_to_end"]["latency_s"]["samples"]), 3)

    def test_energy_is_null_with_a_reason(self):
        data = read_json(self.profile)["data"]
        places = [data["end_to_end"], *data["layers"]]
        places += [split[side] for split in data["splits"] for side in ("head", "tail")]
        for place in places:
            self.assertIsNone(place["energy_j"])
            self.assertTrue(place["energy_reason"])
        self.assertIsNone(read_json(self.plan)["data"]["chosen"]["estimate"]["energy_j"])

    def test_the_trace_opens_in_a_viewer(self):
        events = json.loads(self.trace.read_text())
        events = events["traceEvents"] if isinstance(events, dict) else events
        self.assertTrue({event["ph"] for event in events} >= {"X", "M"})

    def test_there_is_a_cell_for_every_split_and_codec(self):
        splits = [split["id"] for split in read_json(self.profile)["data"]["splits"]]
        expected = {(split, codec) for split in splits[:-1] for codec in range(len(CODECS))}
        self.assertEqual(len(read_cells(self.sweep)), len(expected) + 1)
        self.assertEqual([cell["key"]["codec"] for cell in self.cells(split="device-only")],
                         ["none"])

    def test_raw_sends_the_boundary_and_a_header_and_loses_nothing(self):
        cells = self.cells(codec="raw:dtype=fp32")
        self.assertGreater(len(cells), 5)
        for cell in cells:
            self.assertEqual(cell["status"], "ok")
            self.assertEqual(cell["accuracy"]["loss"], 0)
            self.assertEqual(cell["accuracy"]["agreement"], 1)
            payload = cell["payload_bytes"]
            self.assertEqual(payload["mean"], payload["max"])
            header = payload["max"] - cell["boundary_bytes"]
            self.assertLessEqual(header, HEADER_OF_4D + 4)
        inner = [cell for cell in cells if cell["key"]["split"] == "layer1.0.relu"][0]
        self.assertEqual(inner["payload_bytes"]["max"], 4 * 32 * 28 * 28 + HEADER_OF_4D)

    def test_image_codecs_take_the_picture_and_every_boundary(self):
        for codec in ("jpeg", "png", "webp"):
            cells = {cell["key"]["split"]: cell for cell in read_cells(self.sweep)
                     if cell["key"]["codec"].split(":")[0] == codec}
            self.assertGreater(len(cells), 5)
            for cell in cells.values():
                self.assertEqual(cell["status"], "ok", cell)
            if codec == "png":
                self.assertEqual(cells["server-only"]["accuracy"]["agreement"], 1)
                self.assertLess(cells["server-only"]["ratio"], 0.5)

    def test_the_front_holds_cells_and_no_dominated_one(self):
        data = read_json(self.sweep / "front.json")["data"]
        self.assertEqual(data["objectives"], ["payload_bytes", "accuracy_loss", "encode_s"])
        scopes = [front["scope"] for front in data["fronts"]]
        self.assertEqual(scopes[0], "all")
        self.assertIn("split:layer4.0.relu", scopes)
        self.assertIn("codec:quant", scopes)
        points = [(p["payload_bytes"], p["accuracy_loss"], p["encode_s"])
                  for p in data["fronts"][0]["points"]]
        for p in points:
            self.assertFalse([q for q in points if q != p and all(a <= b for a, b in zip(q, p))])

    def test_the_plan_chooses_the_best_and_explains_the_rest(self):
        data = read_json(self.plan)["data"]
        chosen = data["chosen"]["estimate"]
        feasible = [row["estimate"]["latency_s"] for row in data["candidates"] if row["feasible"]]
        self.assertEqual(chosen["latency_s"], min(feasible))
        stages = ("device_s", "encode_s", "uplink_s", "server_s", "decode_s", "downlink_s")
        self.assertAlmostEqual(chosen["latency_s"], sum(chosen[stage] for stage in stages))
        self.assertEqual(set(data["baselines"]), {"device-only", "server-only", "raw-split"})
        ours = (data["chosen"]["split"], data["chosen"]["codec"])
        for row in data["candidates"]:
            if (row["split"], row["codec"]) != ours:
                self.assertTrue(row["rejected_because"], row)
        self.assertTrue(data["policy"]["regions"])

    def test_repeated_it_gives_the_same_plan(self):
        again = self.folder / "again.json"
        self.succeeds(*self.plan_command(), "--policy", "-o", again)
        self.assertEqual(read_json(again)["data"], read_json(self.plan)["data"])

    def test_reports_of_every_document_in_every_format(self):
        for document, text in [(self.profile, "fashion-resnet"), (self.sweep, "layer4.0.relu"),
                               (self.sweep / "cells.jsonl", "layer4.0.relu"),
                               (self.sweep / "front.json", "Pareto front"),
                               (self.plan, "fashion-resnet")]:
            report = self.succeeds("report", document).stdout
            self.assertIn(text, report)
            self.assertLessEqual(max(map(len, report.splitlines())), 120)
            self.assertIn("|", self.succeeds("report", document, "--format", "md").stdout)
            table = list(csv.reader(io.StringIO(
                self.succeeds("report", document, "--format", "csv").stdout)))
            self.assertGreater(len(table), 1)
            self.assertEqual({len(row) for row in table}, {len(table[0])}, document)

    def test_a_report_is_a_function_of_its_documents(self):
        first = self.succeeds("report", self.profile, self.plan, "-o", self.folder / "a.txt")
        self.assertEqual(first.stdout, "")
        self.assertEqual((self.folder / "a.txt").read_text(),
                         self.succeeds("report", self.profile, self.plan).stdout)


@needs_torch
class Datasets(CliTest):
    def sweep(self, model, dataset, name, *options):
        self.succeeds("compress", model, "--dataset", dataset, "--codec", "raw", "--threads", "1",
                      "--quiet", "-o", self.folder / name, *options)
        return read_cells(self.folder / name)

    def answers(self, cells):
        return [(cell["key"]["split"], cell["correct_bits"]) for cell in cells]

    @needs_image
    def test_pictures_in_files_and_in_arrays_are_the_same_pictures(self):
        tensors = write_picture_tensors(self.folder / "arrays", 6)
        rows = [f"{i}.png,{i % 10}" for i in range(6)]
        images = write_image_list(self.folder / "files", rows, count=6)
        split = ("--split", "layer4")
        self.assertEqual(self.answers(self.sweep("fashion-resnet", tensors, "a", *split)),
                         self.answers(self.sweep("fashion-resnet", images, "b", *split)))

    def test_float_inputs_go_to_any_torchscript_file(self):
        content = b"".join(sample * 4 for sample in pictures(4, 32, 24))
        write_npy(self.folder / "f.npy", "<f4", (4, 3, 32, 32), content[:4 * 4 * 3 * 32 * 32]
                  .ljust(4 * 4 * 3 * 32 * 32, b"\0"))
        cells = self.sweep(MODELS / "tiny_dense.traced.pt", f"tensors:file={self.folder}/f.npy",
                           "floats", "--input-shape", "1,3,32,32", "--split", "all")
        self.assertEqual({cell["status"] for cell in cells}, {"ok"})

    def test_a_model_of_one_image_at_a_time_is_swept_too(self):
        write_npy(self.folder / "one.npy", "<f4", (3, 3, 32, 32), bytes(3 * 4 * 3 * 32 * 32))
        cells = self.sweep(MODELS / "tiny_batch1.traced.pt", f"tensors:file={self.folder}/one.npy",
                           "one", "--input-shape", "1,3,32,32")
        self.assertEqual({cell["accuracy"]["images"] for cell in cells}, {3})

    def test_wide_cuts_carry_several_tensors(self):
        write_npy(self.folder / "w.npy", "<f4", (2, 3, 32, 32), bytes(2 * 4 * 3 * 32 * 32))
        cells = self.sweep(MODELS / "tiny_residual.traced.pt", f"tensors:file={self.folder}/w.npy",
                           "wide", "--input-shape", "1,3,32,32", "--cut-width", "2", "--split",
                           "layer2.0.conv1,-device-only,-server-only")
        self.assertEqual(len(cells), 1)
        self.assertEqual(cells[0]["boundary_bytes"], 4 * (8 * 8 * 8 + 12 * 4 * 4))
        self.assertEqual(cells[0]["accuracy"]["agreement"], 1)

    @unittest.skipUnless(INSTALLED_FASHION_MNIST.exists(), "dataset-fashion-mnist not installed")
    def test_the_default_model_brings_its_dataset(self):
        self.succeeds("compress", "fashion-resnet", "--codec", "raw", "--limit", "200", "--split",
                      "layer4", "--threads", "1", "--quiet", "-o", self.folder / "fashion")
        cells = read_cells(self.folder / "fashion")
        self.assertEqual(cells[0]["key"]["dataset"], "fashion-mnist:part=test")
        for cell in cells:
            self.assertGreaterEqual(cell["accuracy"]["top1"], 0.85)  # 0.932 over all images
        manifest = read_json(self.folder / "fashion" / "sweep.json")["data"]
        self.assertEqual(manifest["calibration"], "fashion-mnist:part=train")


class DryRuns(CliTest):
    @needs_torch
    def test_say_what_would_be_done_and_write_nothing(self):
        dataset = write_picture_tensors(self.folder / "data", 5)
        result = self.succeeds("compress", "fashion-resnet", "--dataset", dataset, "--codec",
                               "raw", "--dry-run", "--threads", "1", "-o", self.folder / "sweep")
        self.assertRegex(result.stderr, r"would measure \d+ of \d+ cells .* over 5 images")
        self.assertFalse((self.folder / "sweep").exists())
        result = self.succeeds("profile", "fashion-resnet", "--dry-run", "--threads", "1", "-o",
                               self.folder / "new.json")
        self.assertRegex(result.stderr, r"would measure \d+ splits and \d+ layers")
        self.assertFalse((self.folder / "new.json").exists())

    def test_plan(self):
        write_sweep_documents(self.folder)
        self.assert_valid(self.folder / "profile.json", self.folder / "cells.jsonl")
        profile = self.folder / "profile.json"
        result = self.succeeds("plan", "--device-profile", profile, "--server-profile", profile,
                               "--cells", self.folder, "--link", "wifi", "--dry-run", "-o",
                               self.folder / "plan.json")
        self.assertRegex(result.stderr, r"would plan made-up over 4 cells")
        self.assertEqual(list(self.folder.glob("plan.json*")), [])


if __name__ == "__main__":
    unittest.main(verbosity=2)

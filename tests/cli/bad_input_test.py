"""What goes wrong: one clear line, the right exit code, and nothing lost."""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from splitbench_program import (MODELS, QUICK_PROFILE, ROOT, CliTest, needs_image,  # noqa: E402
                                needs_torch, read_cells, read_json)
from sample_files import (profile_document, write_image_list, write_npy,  # noqa: E402
                          write_picture_tensors, write_sweep_documents)

TINY_SHAPE = ("--input-shape", "1,3,32,32")


@needs_torch
class BadModels(CliTest):
    def test_files_that_are_no_models(self):
        for file in ("text_file.pt", "truncated.pt"):
            for command in (("profile",), ("list", "splits")):
                self.fails(2, *command, MODELS / file, *TINY_SHAPE,
                           says=(file, "not a TorchScript file", "torch.jit.trace"))
        self.fails(2, "profile", "/dev/null", *TINY_SHAPE, says="not a TorchScript file")
        self.fails(2, "profile", self.folder / "none.pt", says="neither a file nor a name")

    def test_input_shapes(self):
        model = MODELS / "tiny_chain.traced.pt"
        self.fails(2, "profile", model, says="give --input-shape, e.g.")
        self.fails(2, "profile", model, "--input-shape", "1,4,32,32",
                   says=("does not accept an input of shape 1x4x32x32", "3 channels"))
        self.fails(2, "profile", model, "--input-shape", "2,3,32,32", says="must be 1 here")
        self.fails(2, "profile", model, "--input-shape", "1,3,0,32", says="at least 1")
        self.fails(2, "profile", model, "--input-shape", "square", says="'square'")

    def test_traits_that_cannot_be_cut(self):
        self.fails(2, "profile", MODELS / "tiny_two_inputs.traced.pt", *TINY_SHAPE,
                   says="takes 2 tensors (x, y)")
        self.fails(2, "profile", MODELS / "tiny_dict.scripted.pt", *TINY_SHAPE, "--model-output",
                   "uot", says="did you mean 'out'?")
        self.fails(2, "profile", MODELS / "tiny_batch1.traced.pt", *TINY_SHAPE, "--batch", "4",
                   says="has a batch of 1 written into it")
        self.fails(2, "profile", "fashion-resnet", "--device", "abacus", says="cpu or cuda:0")

    def test_a_manifest_of_another_file(self):
        manifest = read_json(ROOT / "profiles" / "models" / "fashion-resnet.json")
        manifest["file"] = str(MODELS / "tiny_chain.traced.pt")
        (self.folder / "other.json").write_text(json.dumps(manifest))
        self.fails(2, "profile", self.folder / "other.json", says=("SHA-256", "5f415efff4a1"))
        (self.folder / "broken.json").write_text('{"name": "x"')
        self.fails(2, "profile", self.folder / "broken.json", says="broken.json")
        del manifest["file"]
        (self.folder / "no_file.json").write_text(json.dumps(manifest))
        self.fails(2, "profile", self.folder / "no_file.json", says="file is missing")


@needs_torch
class BadDatasets(CliTest):
    def compress(self, dataset, name):
        return ("compress", "fashion-resnet", "--dataset", dataset, "--codec", "raw", "--split",
                "layer4", "--threads", "1", "-o", self.folder / name)

    @needs_image
    def test_damaged_and_missing_images_among_good_ones(self):
        folder = self.folder / "images"
        dataset = write_image_list(
            folder, ["path,label", "0.png,0", "none.png,1", "half.png,1", "text.png,2", "1.png,3"])
        picture = (folder / "2.png").read_bytes()
        (folder / "half.png").write_bytes(picture[:len(picture) // 2])
        (folder / "text.png").write_text("no picture")
        result = self.succeeds(*self.compress(dataset, "sweep"), code=3)
        self.assertEqual(result.stdout, "")
        for name in ("none.png", "half.png", "text.png"):
            self.assertIn(f"{folder}/{name}", result.stderr)
        self.assertRegex(result.stderr, r"splitbench: 3 images could not be read[^\n]*\n\Z")
        cells = read_cells(self.folder / "sweep")
        self.assertEqual({cell["status"] for cell in cells}, {"ok"})
        self.assertEqual({cell["accuracy"]["images"] for cell in cells}, {2})
        self.assert_valid(self.folder / "sweep" / "front.json")

    @needs_image
    def test_not_one_good_image(self):
        dataset = write_image_list(self.folder / "none", ["path,label", "a.png,0", "b.png,1"])
        result = self.succeeds(*self.compress(dataset, "of-none"), code=2)
        self.assertIn("not one image could be read", result.stderr.splitlines()[-1])

    @needs_image
    def test_lists_that_are_wrong(self):
        for name, rows, text in [("empty", [], "lists no image"),
                                 ("header", ["path,label"], "lists no image"),
                                 ("mixed", ["0.png,1", "1.png"], "either every row has a label"),
                                 ("label", ["0.png,first"], "label")]:
            dataset = write_image_list(self.folder / name, rows, count=2)
            self.fails(2, *self.compress(dataset, "of-" + name), says=text)
        self.fails(2, *self.compress(f"image-list:csv={self.folder}/no.csv", "no"), says="no.csv")

    @needs_image
    def test_a_label_out_of_range(self):
        dataset = write_image_list(self.folder / "range", ["0.png,9", "1.png,10"], count=2)
        command = self.compress(dataset, "out-of-range")
        self.fails(2, *command, says="label 10 is out of range, the model has 10 classes (0 to 9)")
        (self.folder / "range" / "list.csv").write_text("0.png,9\n1.png,0\n")
        self.succeeds(*command)  # put right, it needs no --fresh

    def test_arrays_that_are_wrong(self):
        write_npy(self.folder / "none.npy", "|u1", (0, 1, 28, 28), b"")
        write_npy(self.folder / "wide.npy", "|u1", (1, 1, 28, 30), bytes(28 * 30))
        write_npy(self.folder / "text.npy", "<U1", (1,), bytes(4))
        dataset = write_picture_tensors(self.folder / "short", 4)
        content = (self.folder / "short" / "x.npy").read_bytes()
        (self.folder / "short" / "x.npy").write_bytes(content[:-1])
        self.fails(2, *self.compress(dataset, "a"), says="x.npy")
        self.fails(2, *self.compress(f"tensors:file={self.folder}/none.npy", "b"), says="none.npy")
        self.fails(2, *self.compress(f"tensors:file={self.folder}/text.npy", "c"), says="text.npy")
        self.fails(2, *self.compress(f"tensors:file={self.folder}/wide.npy", "d"),
                   says=("1x1x28x30", "1x1x28x28"))

    def test_pictures_without_labels_are_held_against_the_model(self):
        dataset = write_picture_tensors(self.folder / "bare", 3, labels=False)
        result = self.succeeds(*self.compress(dataset, "unlabelled"))
        self.assertIn("warning: the images have no labels", result.stderr)
        accuracy = read_cells(self.folder / "unlabelled")[0]["accuracy"]
        self.assertIsNone(accuracy["top1"])
        self.assertEqual(accuracy["agreement"], 1.0)

    def test_calibration_on_what_is_evaluated(self):
        dataset = write_picture_tensors(self.folder / "same", 3)
        self.fails(2, *self.compress(dataset, "calibrated"), "--calibration", dataset,
                   says="the very images that are evaluated")


class BadDocuments(CliTest):
    def setUp(self):
        write_sweep_documents(self.folder)
        self.profile = self.folder / "profile.json"

    def plan(self, device=None, cells=None):
        return ("plan", "--device-profile", device or self.profile, "--server-profile",
                self.profile, "--cells", cells or self.folder, "--link", "wifi")

    def write(self, name, document):
        path = self.folder / name
        path.write_text(document if isinstance(document, str) else json.dumps(document))
        return path

    def test_a_profile_or_cells_of_another_model(self):
        other = self.write("other.json", profile_document(sha256="b" * 64, name="another"))
        self.fails(2, *self.plan(device=other), says=("'another'", "'made-up'", "same model file"))
        self.fails(2, "plan", "--device-profile", other, "--server-profile", other, "--cells",
                   self.folder, "--link", "wifi", says=("'another'", "aaaaaaaaaaaa"))

    def test_a_newer_major_version_names_both(self):
        document = profile_document()
        document["schema_version"] = "2.0"
        newer = self.write("newer.json", document)
        for command in (self.plan(device=newer), ("report", newer)):
            self.fails(2, *command, says=('"2.0"', '"1.0"', "newer.json"))
        document["schema_version"] = "1.9"
        document["data"]["something-new"] = 1
        self.succeeds("report", self.write("minor.json", document))

    def test_files_that_are_no_documents(self):
        for name, text in [("text.json", "hello"), ("half.json", self.profile.read_text()[:900]),
                           ("empty.json", ""), ("list.json", "[]")]:
            path = self.write(name, text)
            self.fails(2, *self.plan(device=path), says=name)
            self.fails(2, "report", path, says=name)
        self.fails(2, "report", self.folder / "none.json", says="No such file")
        document = profile_document()
        del document["data"]["splits"][1]["head"]
        self.fails(2, *self.plan(device=self.write("key.json", document)),
                   says="data.splits[1].head is missing")

    def test_a_document_of_another_kind(self):
        plan = self.folder / "plan.json"
        self.succeeds(*self.plan(), "-o", plan)
        self.fails(2, *self.plan(device=plan), says=('"splitbench.plan"', '"splitbench.profile"'))

    def test_cells_that_are_wrong(self):
        lines = (self.folder / "cells.jsonl").read_text()
        torn = self.write("torn.jsonl", lines[:-30])
        result = self.succeeds(*self.plan(cells=torn), "-o", self.folder / "plan.json")
        self.assertIn("torn.jsonl line 4", result.stderr)
        self.fails(2, *self.plan(cells=self.write("broken.jsonl", "{\n" + lines)), says="line 1")
        self.fails(2, *self.plan(cells=self.folder / "none"), says="none")

    def test_doubtful_measurements_are_warned_of(self):
        folder = self.folder / "doubtful"
        write_sweep_documents(folder)
        plan = folder / "plan.json"
        self.succeeds(*self.plan(cells=folder), "-o", plan)
        self.assertEqual(read_json(plan)["run"]["warnings"], [])
        doubtful = profile_document()
        doubtful["run"]["validity"] = {"valid": False, "reasons": ["it was hot", "second"]}
        sweep = profile_document()
        sweep["schema"] = "splitbench.sweep-manifest"
        sweep["run"]["host"] = "desktop"
        self.write("doubtful/sweep.json", sweep)
        device = self.write("doubtful/device.json", doubtful)
        self.succeeds(*self.plan(device=device, cells=folder), "-o", plan)
        valid, host = read_json(plan)["run"]["warnings"]
        self.assertIn("device.json' may not be valid: it was hot", valid)
        self.assertIn("on 'desktop', the device profile on 'made-up'", host)

    def test_no_feasible_plan_is_written_and_exits_4(self):
        plan = self.folder / "infeasible.json"
        self.fails(4, *self.plan(), "--max-latency-s", "0.0001", "-o", plan,
                   says=("no feasible plan", "nearest miss", "max_latency_s"))
        data = read_json(plan)["data"]
        self.assertIsNone(data["chosen"])
        self.assertTrue(all(row["rejected_because"] for row in data["candidates"]))
        self.assert_valid(plan)

    def test_energy_that_was_not_measured_exits_5(self):
        for option in (("--objective", "energy"), ("--max-energy-j", "1")):
            self.fails(5, *self.plan(), *option, says="profile the device with --energy")
        self.fails(5, "profile", "fashion-resnet", "--require-energy", says="energy")

    def test_settings_out_of_range(self):
        self.fails(2, *self.plan(), "--server-load", "1", says="below 1")
        self.fails(2, *self.plan(), "--device-scale", "0", says="0")
        self.fails(2, *self.plan(), "--max-latency-s", "-1", says="-1")
        self.fails(2, *self.plan()[:-1], "rate=0bit", says="rate")


class BadOutputs(CliTest):
    """Refused before the work starts, and whatever was there stays."""

    def setUp(self):
        write_sweep_documents(self.folder)
        self.plan = ("plan", "--device-profile", self.folder / "profile.json", "--server-profile",
                     self.folder / "profile.json", "--cells", self.folder, "--link", "wifi")
        self.below_a_file = self.folder / "profile.json" / "x"

    def test_folders_that_do_not_exist(self):
        for place in (self.folder / "none" / "x.json", self.below_a_file, self.folder):
            self.fails(2, *self.plan, "-o", place, says=f"cannot write '{place}'")
            self.fails(2, "report", self.folder, "-o", place, says="cannot write")

    @needs_torch
    def test_profile_and_compress_look_before_they_measure(self):
        self.fails(2, "profile", "fashion-resnet", *QUICK_PROFILE, "-o", self.below_a_file,
                   says="cannot write")
        self.fails(2, "profile", "fashion-resnet", *QUICK_PROFILE, "-o", self.folder / "p.json",
                   "--trace", self.below_a_file, says="cannot write")
        self.assertFalse((self.folder / "p.json").exists())
        dataset = write_picture_tensors(self.folder / "data", 2)
        self.fails(2, "compress", "fashion-resnet", "--dataset", dataset, "-o", self.below_a_file,
                   says="cannot write there")

    @unittest.skipIf(os.geteuid() == 0, "root may write to a read-only folder")
    def test_read_only_folders(self):
        place = self.folder / "read-only"
        place.mkdir(mode=0o500)
        self.fails(2, *self.plan, "-o", place / "plan.json", says="Permission denied")

    def test_a_full_device(self):
        self.fails(1, *self.plan, "-o", "/dev/full", says="No space left on device")
        with open("/dev/full", "w", encoding="utf-8") as full:
            self.fails(1, *self.plan, "-o", "-", stdout=full,
                       says="cannot write to standard output: No space left on device")
            self.fails(1, "list", "codecs", stdout=full, says="standard output")

    def test_an_existing_document_survives_a_failed_command(self):
        plan = self.folder / "plan.json"
        self.succeeds(*self.plan, "-o", plan)
        before = plan.read_bytes()
        self.fails(5, *self.plan, "--objective", "energy", "-o", plan)
        self.assertEqual(plan.read_bytes(), before)
        self.assertEqual(list(self.folder.glob("*.tmp.*")), [])


class FullDisk(CliTest):
    """A small file system of its own, which only root can mount."""

    def setUp(self):
        if os.sysconf("SC_PAGESIZE") != 4096:
            self.skipTest("the sizes here are in pages of 4096 bytes")
        self.disk = self.folder / "disk"
        self.disk.mkdir(exist_ok=True)
        self.mount("-t", "tmpfs", "-o", "size=28k", "none", str(self.disk))
        self.addCleanup(subprocess.run, ["umount", str(self.disk)], check=False)

    def mount(self, *arguments):
        command = shutil.which("mount")
        if os.geteuid() != 0 or command is None:
            self.skipTest("mounting a small file system needs root")
        done = subprocess.run([command, *arguments], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            self.skipTest("cannot mount a small file system here: " + done.stderr.strip())

    @needs_torch
    def test_a_sweep_keeps_its_cells_and_goes_on_when_there_is_room(self):
        dataset = write_picture_tensors(self.folder / "data", 8)
        sweep = ("compress", "fashion-resnet", "--dataset", dataset, "--codec", "raw", "--codec",
                 "quant:bits=1..8", "--threads", "1", "--quiet")
        self.fails(1, *sweep, "-o", self.disk / "sweep", says="No space left on device")
        text = (self.disk / "sweep" / "cells.jsonl").read_text()
        measured = text.count("\n")
        self.assertGreater(measured, 3)
        self.assertTrue(text.endswith("\n"), "a half-written line stayed")
        self.mount("-o", "remount,size=1m", str(self.disk))
        self.succeeds(*sweep, "-o", self.disk / "sweep", "--resume")
        resumed = (self.disk / "sweep" / "cells.jsonl").read_text()
        self.assertTrue(resumed.startswith(text))
        self.succeeds(*sweep, "-o", self.folder / "whole")
        self.assertEqual([cell["key"] for cell in read_cells(self.disk / "sweep")],
                         [cell["key"] for cell in read_cells(self.folder / "whole")])

    @needs_torch
    def test_tensors_that_do_not_fit_are_an_error_with_a_way_out(self):
        dataset = write_picture_tensors(self.folder / "many", 8)
        self.fails(1, "compress", "fashion-resnet", "--dataset", dataset, "--codec", "raw",
                   "--memory", "1kB", "--threads", "1", "--quiet", "-o", self.disk / "sweep",
                   says=("free disk space or raise --memory",))

    def test_a_document_is_written_completely_or_not_at_all(self):
        write_sweep_documents(self.folder)
        (self.disk / "fill").write_bytes(bytes(24 << 10))
        self.fails(1, "plan", "--device-profile", self.folder / "profile.json", "--server-profile",
                   self.folder / "profile.json", "--cells", self.folder, "--link", "wifi",
                   "--policy", "-o", self.disk / "plan.json", says="No space left on device")
        self.assertEqual([path.name for path in self.disk.iterdir()], ["fill"])


if __name__ == "__main__":
    unittest.main(verbosity=2)

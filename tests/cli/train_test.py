"""`splitbench train`: bottlenecks, learning curves, kills and what cannot be trained."""

import pathlib
import signal
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from splitbench_program import CliTest, needs_torch, read_cells, read_json, start  # noqa: E402
from sample_files import write_picture_tensors  # noqa: E402

FEW = ("--batch", "8", "--threads", "1", "--seed", "3")


def varint(content, at):
    value = shift = 0
    while True:
        byte = content[at]
        at += 1
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            return value, at


def sections(path):
    """The sections of a bottleneck file by their names; see lib/codec/bottleneck/bottleneck_file.h."""
    content = path.read_bytes()
    at, found = 14, {}
    while at < len(content):
        name = content[at:at + 4].decode()
        size, at = varint(content, at + 4)
        found[name] = content[at:at + size]
        at += size
    return found


@needs_torch
class Train(CliTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.dataset = write_picture_tensors(cls.folder / "data", 48)

    def command(self, name, *options, codec="bottlefit:channels=2", split="layer3", epochs=2):
        return ("train", codec, "fashion-resnet", "--split", split, "--dataset", self.dataset,
                "--epochs", str(epochs), *FEW, *options, "-o", self.folder / name)

    def weights(self, name):
        return {key: value for key, value in sections(self.folder / name).items()
                if key in ("code", "enco", "deco", "tail")}

    def test_a_bottleneck_and_its_learning_curve(self):
        result = self.succeeds(*self.command("one.bottleneck"))
        self.assertIn("head-distillation 1/1", result.stderr)
        self.assertIn("fine-tuning 1/1", result.stderr)
        self.assertEqual(set(self.weights("one.bottleneck")), {"code", "enco", "deco", "tail"})
        curve = self.folder / "one.bottleneck.training.json"
        self.assert_valid(curve)
        data = read_json(curve)["data"]
        self.assertTrue(data["finished"])
        self.assertEqual(data["images"] + data["validation"]["images"], 48)
        self.assertEqual(data["latent"]["shape"], [1, 2, 8, 8])
        self.assertEqual([epoch["stage"] for epoch in data["epochs"]],
                         ["head-distillation", "fine-tuning"])
        self.assertFalse((self.folder / "one.bottleneck.checkpoint").exists())

    def test_a_killed_training_resumes_to_the_same_weights(self):
        self.succeeds(*self.command("whole.bottleneck"))
        for name, sent in [("interrupted", signal.SIGTERM), ("killed", signal.SIGKILL)]:
            with self.subTest(name):
                output = name + ".bottleneck"
                checkpoint = self.folder / (output + ".checkpoint")
                command = self.command(output, "--checkpoint-every", "0")
                process = start(*command)
                while process.poll() is None and not checkpoint.exists():
                    time.sleep(0.01)
                process.send_signal(sent)
                process.wait()
                self.assertTrue(checkpoint.exists())
                self.assertFalse((self.folder / output).exists())
                self.fails(2, *command, "--quiet", says="--resume")
                resumed = self.succeeds(*command, "--resume")
                self.assertIn("going on at epoch", resumed.stderr)
                self.assertEqual(self.weights(output), self.weights("whole.bottleneck"))

    def test_what_every_method_writes_is_swept(self):
        trained = self.folder / "methods"
        trained.mkdir()
        names = ("bottlefit:coding=entropy", "bottlenetpp:channels=2", "aecnn:channels=2",
                 "entropic-student:channels=2", "frankensplit:channels=2:units=1")
        codecs = []
        for spec in names:
            method = spec.split(":")[0]
            output = trained / f"{method}.bottleneck"
            self.succeeds("train", spec, "fashion-resnet", "--split", "layer4", "--dataset",
                          self.dataset, "--epochs", "4", "--batch", "16", "--threads", "1",
                          "--rate-factor", "0.1", "--quiet", "-o", output)
            self.assert_valid(str(output) + ".training.json")
            streams = read_json(str(output) + ".training.json")["data"]["streams"]
            # These are short; the coder rounds up to whole words.
            self.assertLess(abs(streams["mean_bytes"] - streams["mean_estimated_bytes"]),
                            3 + 0.01 * streams["mean_estimated_bytes"])
            codecs += ["--codec", f"{method}:file={output}"]
            self.succeeds("report", str(output) + ".training.json")
        self.succeeds("compress", "fashion-resnet", "--dataset", self.dataset, *codecs, "--split",
                      "layer4", "--quiet", "-o", self.folder / "sweep")
        cells = [cell for cell in read_cells(self.folder / "sweep")
                 if cell["key"]["split"] == "layer4.0.relu"]
        self.assertEqual(len(cells), len(names))
        for cell in cells:
            with self.subTest(cell["key"]):
                self.assertEqual(cell["status"], "ok", cell["reason"])
                self.assertGreater(cell["payload_bytes"]["mean"], 0)

    def test_several_go_into_a_folder_and_are_not_trained_twice(self):
        command = self.command("several", codec="bottlefit:variant=ghnd,hnd:channels=1",
                               split="layer3,flatten")
        first = self.succeeds(*command)
        self.assertIn("left out: bottlefit needs a split", first.stderr)
        files = sorted(path.name for path in (self.folder / "several").glob("*.bottleneck"))
        self.assertEqual(files, [
            "bottlefit_layer3.0.relu_variant=ghnd_channels=1.bottleneck",
            "bottlefit_layer3.0.relu_variant=hnd_channels=1.bottleneck"])
        second = self.succeeds(*command, "--resume")
        self.assertEqual(second.stderr.count("is finished"), 2)
        # As if an older version had had another default.
        curve = self.folder / "several" / (files[0] + ".training.json")
        text = curve.read_text()
        self.assertIn(":bits=8:", text)
        curve.write_text(text.replace(":bits=8:", ":bits=7:"))
        again = self.command("several", codec="bottlefit:variant=ghnd,hnd:channels=1", split="layer3")
        self.fails(2, *again, "--resume", says="is finished, but is bottlefit:bits=7:")

    def test_bottlenecks_trained_side_by_side_are_those_trained_alone(self):
        settings = {"codec": "aecnn:channels=1,2", "split": "layer3,layer4", "epochs": 4}
        self.succeeds(*self.command("together", **settings))
        files = sorted(path.name for path in (self.folder / "together").glob("*.bottleneck"))
        self.assertEqual(len(files), 4)
        self.succeeds(*self.command("alone.bottleneck", codec="aecnn:channels=2", split="layer4",
                                    epochs=4))
        self.assertEqual(self.weights("alone.bottleneck"),
                         self.weights("together/aecnn_layer4.0.relu_channels=2.bottleneck"))
        # Killed, their checkpoints stand at different steps.
        command = self.command("killed", "--checkpoint-every", "0", **settings)
        process = start(*command)
        last = self.folder / "killed" / (files[-1] + ".checkpoint")
        while process.poll() is None and not last.exists():
            time.sleep(0.01)
        process.kill()
        process.wait()
        (self.folder / "killed" / (files[0] + ".checkpoint")).unlink()
        resumed = self.succeeds(*command, "--resume")
        self.assertIn("going on at epoch", resumed.stderr)
        for name in files:
            self.assertEqual(self.weights("killed/" + name), self.weights("together/" + name))

    def test_one_that_diverges_leaves_the_others_going(self):
        command = self.command("diverging", "--rate-factor", "3000",
                               codec="bottlefit:variant=vanilla,hnd", epochs=4)
        self.fails(1, *command, "--quiet", says=("1 of 2 bottlenecks were not trained", "vanilla: the loss has diverged"))
        files = [path.name for path in (self.folder / "diverging").glob("*.bottleneck")]
        self.assertEqual(files, ["bottlefit_layer3.0.relu_variant=hnd.bottleneck"])

    def test_a_bottleneck_is_trained_by_one_process_at_a_time(self):
        command = self.command("locked.bottleneck", epochs=200)
        process = start(*command)
        lock = self.folder / "locked.bottleneck.lock"
        try:
            while process.poll() is None and not lock.exists():
                time.sleep(0.01)
            self.fails(2, *command, "--quiet", says="another splitbench trains this bottleneck")
        finally:
            process.kill()
            process.wait()
        self.succeeds(*self.command("locked.bottleneck"), "--fresh")
        self.assertFalse(lock.exists())


@needs_torch
class TrainBadInput(CliTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.dataset = write_picture_tensors(cls.folder / "data", 24)

    def command(self, *options, codec="bottlefit", split="layer3", epochs=2, seed=3):
        return ("train", codec, "fashion-resnet", "--split", split, "--dataset", self.dataset,
                "--epochs", str(epochs), "--seed", str(seed), "--batch", "8", "--threads", "1",
                *options, "-o", self.folder / "refused")

    def refused(self, *options, says, code=2, **settings):
        self.fails(code, *self.command("--quiet", *options, **settings), says=says)

    def test_methods_settings_and_splits(self):
        self.refused(codec="botlefit", says="did you mean 'bottlefit'")
        self.refused(codec="bottlefit:chanels=2", says="channels")
        self.refused(codec="bottlefit:bits=9", says="outside 1 to 8")
        self.refused(split="flatten", says=("1x192", "choose another"))
        self.refused(split="layer9", says="no split 'layer9'")
        self.refused(split="device-only", says="no inner split")
        self.refused(epochs=1, says="2 stages")

    def test_images(self):
        self.refused("--held-out", "24", says="none to train on")
        self.refused("--validation", self.dataset, says="names the images to train on")
        self.fails(2, "train", "bottlefit", "fashion-resnet", "--split", "layer3", "--dataset",
                   write_picture_tensors(self.folder / "more", 24, classes=12), *FEW, "--quiet",
                   "-o", self.folder / "refused", says="the model has 10 classes")

    def test_a_loss_that_diverges(self):
        self.refused("--rate-factor", "1e6", "--checkpoint-every", "0", epochs=8, code=1,
                     says=("diverged", "--rate-factor"))

    def test_checkpoints_of_others(self):
        checkpoint = self.folder / "refused.checkpoint"
        checkpoint.write_bytes(b"nothing")
        self.refused("--resume", says="no checkpoint")
        checkpoint.unlink()
        process = start(*self.command("--checkpoint-every", "0", epochs=200))
        while process.poll() is None and not checkpoint.exists():
            time.sleep(0.01)
        process.kill()
        process.wait()
        self.refused("--resume", epochs=200, seed=4, says=("seed=3", "--fresh"))
        content = bytearray(checkpoint.read_bytes())
        content[-1] ^= 1
        checkpoint.write_bytes(content)
        self.refused("--resume", epochs=200, says="is damaged")
        checkpoint.unlink()


if __name__ == "__main__":
    unittest.main(verbosity=2)

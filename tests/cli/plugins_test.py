"""Commands without a model neither need nor load LibTorch and OpenCV."""

import pathlib
import re
import shutil
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from splitbench_program import PROGRAM, CliTest, needs_torch  # noqa: E402
from sample_files import write_image_list, write_picture_tensors, write_sweep_documents  # noqa: E402

HEAVY = re.compile(r"lib(torch|c10|opencv|splitbench_torch|splitbench_image)\w*[.\d-]*\.so")


class WithoutPlugIns(CliTest):
    def setUp(self):
        write_sweep_documents(self.folder)
        (self.folder / "plug-ins").mkdir(exist_ok=True)
        self.none = {"SPLITBENCH_PLUGIN_DIR": str(self.folder / "plug-ins")}
        profile = self.folder / "profile.json"
        self.light_commands = [
            ("plan", "--device-profile", profile, "--server-profile", profile, "--cells",
             self.folder, "--link", "wifi", "--policy", "-o", self.folder / "plan.json"),
            ("report", profile, self.folder / "cells.jsonl"),
            ("list", "codecs"), ("list", "links"), ("list", "models"), ("list", "datasets"),
            ("--help",), ("completions", "bash")]

    def test_plan_report_and_list_run(self):
        for command in self.light_commands:
            self.succeeds(*command, env=self.none)

    def test_they_map_none_of_the_heavy_libraries(self):
        for command in self.light_commands:
            result = self.succeeds(*command, env={"LD_DEBUG": "files"})
            self.assertIn("libc.so", result.stderr, "the loader does not report")
            self.assertNotRegex(result.stderr, HEAVY)

    @needs_torch
    def test_the_loader_would_have_reported_them(self):
        result = self.succeeds("list", "splits", "fashion-resnet", "--threads", "1",
                               env={"LD_DEBUG": "files"})
        self.assertRegex(result.stderr, HEAVY)

    @unittest.skipUnless(shutil.which("ldd"), "no ldd")
    def test_the_program_is_not_linked_to_them(self):
        linked = subprocess.run(["ldd", PROGRAM], capture_output=True, text=True, check=True).stdout
        self.assertIn("libstdc++", linked)
        self.assertNotRegex(linked, HEAVY)

    def test_what_needs_them_says_how_to_get_them(self):
        self.fails(1, "profile", "fashion-resnet", env=self.none,
                   says=("libsplitbench_torch.so", "libtorch-dev", "SPLITBENCH_TORCH=ON"))
        self.fails(1, "list", "splits", "fashion-resnet", env=self.none, says="libtorch-dev")

    @needs_torch
    def test_only_datasets_of_image_files_need_the_image_plug_in(self):
        torch = pathlib.Path(PROGRAM).parent / "libsplitbench_torch.so"
        only_torch = self.folder / "only-torch"
        only_torch.mkdir()
        (only_torch / torch.name).symlink_to(torch)
        environment = {"SPLITBENCH_PLUGIN_DIR": str(only_torch)}
        tensors = write_picture_tensors(self.folder / "data", 2)
        images = write_image_list(self.folder / "images", ["0.png,1"], count=1)
        sweep = ("compress", "fashion-resnet", "--codec", "raw", "--split", "layer4", "--threads",
                 "1", "--quiet", "-o", self.folder / "sweep", "--dataset")
        self.fails(1, *sweep, images, env=environment, says="libsplitbench_image.so")
        self.succeeds(*sweep, tensors, env=environment)


if __name__ == "__main__":
    unittest.main(verbosity=2)

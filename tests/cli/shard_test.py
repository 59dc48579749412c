"""Sweeps that are divided among processes, by hand and by the job files in scripts/."""

import os
import pathlib
import shutil
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from splitbench_program import (CliTest, PROGRAM, ROOT, environment, needs_torch,  # noqa: E402
                                read_cells, read_json, without_times)
from sample_files import write_picture_tensors  # noqa: E402

needs_parallel = unittest.skipUnless(shutil.which("parallel"), "GNU parallel is not installed")


@needs_torch
class ShardedSweeps(CliTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        dataset = write_picture_tensors(cls.folder / "data", 12)
        # Calibrated on the images that --limit leaves over: every shard must find the same.
        cls.arguments = ["fashion-resnet", "--dataset", dataset, "--limit", "8", "--split",
                         "layer3,layer4", "--codec", "quant:bits=2,8", "--codec", "klt:step=1,2"]
        cls.whole = cls.folder / "whole"
        cls().succeeds("compress", *cls.arguments, "--threads", "1", "--quiet", "-o", cls.whole)

    def shard(self, index, count, folder, *options):
        return ("compress", *self.arguments, "--threads", "1", "--quiet", *options, "--shard",
                f"{index}/{count}", "-o", self.folder / folder / f"shard-{index}")

    def run_script(self, name, *arguments, code=0, env=None):
        """A script of the repository, with the program that was built on the PATH."""
        extra = {"PATH": f"{pathlib.Path(PROGRAM).parent}{os.pathsep}{os.environ['PATH']}"}
        done = subprocess.run([ROOT / "scripts" / name, *map(str, arguments)], cwd=ROOT, text=True,
                              env=environment({**extra, **(env or {})}), capture_output=True,
                              timeout=300, check=False)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done

    def assert_whole(self, folder):
        self.assertEqual(without_times(read_cells(folder)), without_times(read_cells(self.whole)))
        self.assert_valid(*(folder / name for name in ("sweep.json", "cells.jsonl", "front.json")))
        for file in (self.whole / "calibration").iterdir():
            self.assertEqual((folder / "calibration" / file.name).read_bytes(), file.read_bytes())
        scopes = [[front["scope"] for front in read_json(where / "front.json")["data"]["fronts"]]
                  for where in (folder, self.whole)]
        self.assertEqual(*scopes)

    def test_merge_gives_what_one_process_gives(self):
        folders = []
        for index in (3, 1, 2):
            self.succeeds(*self.shard(index, 3, "three"))
            folders.append(self.folder / "three" / f"shard-{index}")
        self.assert_valid(*(folder / "sweep.json" for folder in folders))
        sizes = [len(read_cells(folder)) for folder in folders]
        self.assertLessEqual(max(sizes) - min(sizes), 1)
        merged = self.folder / "three" / "merged"
        result = self.succeeds("merge", *folders, "-o", merged)
        self.assertIn("cells of 3 folders", result.stderr)
        self.assert_whole(merged)
        self.fails(2, "merge", *folders, "-o", merged, says="already holds a sweep")

    def test_what_cannot_be_merged_is_named(self):
        for index in (1, 2):
            self.succeeds(*self.shard(index, 3, "bad"))
        folders = [self.folder / "bad" / f"shard-{index}" for index in (1, 2)]
        target = self.folder / "bad" / "merged"
        self.fails(2, "merge", *folders, "-o", target, says="3/3 is missing")
        self.succeeds(*self.shard(3, 3, "bad", "--seed", "2"))
        stranger = self.folder / "bad" / "shard-3"
        self.fails(2, "merge", *folders, stranger, "-o", target,
                   says=(str(stranger), "seed is 0 there and 2 here"))
        self.fails(2, *self.shard(2, 4, "bad", "--resume"), says="shard is 2/3 there and 2/4 here")
        self.assertFalse(target.exists())
        for bad in ("0/3", "4/3", "2", "2/", "x/3"):
            self.fails(2, "compress", *self.arguments, "--shard", bad, "-o", self.folder / "none",
                       says=f"shard '{bad}'")

    def test_a_slurm_array_is_a_shard_a_task(self):
        folder = self.folder / "slurm"
        for task in (1, 2):
            slurm = {"SLURM_ARRAY_TASK_ID": str(task), "SLURM_ARRAY_TASK_COUNT": "2",
                     "SLURM_CPUS_PER_TASK": "1"}
            self.run_script("sweep_slurm", folder, *self.arguments, env=slurm)
        # A task that is started again has nothing left to do.
        again = self.run_script("sweep_slurm", folder, *self.arguments,
                                env={"SLURM_ARRAY_TASK_ID": "2", "N": "2"})
        self.assertIn("(0 measured now)", again.stderr)
        self.run_script("sweep_merge", folder)
        self.assert_whole(folder / "sweep")

    @needs_parallel
    def test_gnu_parallel_runs_and_merges_all_shards(self):
        folder = self.folder / "with blank"
        self.run_script("sweep_parallel", folder, 3, *self.arguments)
        self.assert_whole(folder / "sweep")


if __name__ == "__main__":
    unittest.main(verbosity=2)

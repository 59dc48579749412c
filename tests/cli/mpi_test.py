"""Sweeps by several ranks that mpirun has started."""

import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from splitbench_program import (CliTest, PROGRAM, ROOT, environment, needs_torch,  # noqa: E402
                                read_cells)
from splitbench_program import without_times as cells_without_times  # noqa: E402
from sample_files import write_picture_tensors  # noqa: E402

HAVE_MPI = os.environ.get("SPLITBENCH_HAVE_MPI", "0") not in ("0", "") and shutil.which("mpirun")
needs_mpi = unittest.skipUnless(HAVE_MPI, "built without the MPI plug-in, or no mpirun")
RANKS = 3


def without_times(cells):
    """In the order of their names: ranks finish cells in any order."""
    return sorted(cells_without_times(cells),
                  key=lambda cell: (cell["key"]["split"], cell["key"]["codec"]))


class WithoutMpi(CliTest):
    def test_says_how_to_get_it(self):
        empty = self.folder / "plug-ins"
        empty.mkdir()
        self.fails(1, "compress", "fashion-resnet", "--mpi", "-o", self.folder / "sweep",
                   env={"SPLITBENCH_PLUGIN_DIR": str(empty)},
                   says=("libsplitbench_mpi.so", "libopenmpi-dev", "SPLITBENCH_MPI=ON", "--shard"))


@needs_mpi
@needs_torch
class Ranks(CliTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        dataset = write_picture_tensors(cls.folder / "data", 220)
        # Calibrated on the images that --limit leaves over: every rank must find the same.
        cls.arguments = ["fashion-resnet", "--dataset", dataset, "--limit", "200", "--split",
                         "layer2,layer3,layer4", "--codec", "quant:bits=1,2,8", "--codec",
                         "klt:step=1,2"]
        cls.race = ["--race", "--race-margin", "0.2"]
        cls.whole = cls.one_process("whole")
        cls.raced = cls.one_process("raced", *cls.race)

    @classmethod
    def one_process(cls, name, *options):
        cls().succeeds("compress", *cls.arguments, *options, "--threads", "1", "--quiet", "-o",
                       cls.folder / name)
        return without_times(read_cells(cls.folder / name))

    def start(self, name, *options):
        """The job file under way, with each rank's process id in <name>.pids/<rank>."""
        pids = self.folder / f"{name}.pids"
        pids.mkdir(exist_ok=True)
        # A program before the program, that notes who it is.
        shim = self.folder / "bin" / "splitbench"
        shim.parent.mkdir(exist_ok=True)
        shim.write_text('#!/bin/sh\n'
                        'if [ "$OMPI_COMM_WORLD_RANK" ]; then echo $$ >"$PIDS/'
                        '$OMPI_COMM_WORLD_RANK"; fi\n'
                        f'exec "{PROGRAM}" "$@"\n')
        shim.chmod(0o755)
        extra = {"PATH": f"{shim.parent}{os.pathsep}{os.environ['PATH']}", "PIDS": str(pids),
                 "MPIRUN": "--oversubscribe", "SPLITBENCH_QUIET": "true"}
        return subprocess.Popen(
            [ROOT / "scripts" / "sweep_mpi", self.folder / name, str(RANKS),
             *map(str, self.arguments), *options], cwd=ROOT, text=True, env=environment(extra),
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def finish(self, job, code=0):
        stdout, stderr = job.communicate(timeout=300)
        self.assertEqual(job.returncode, code, stdout + stderr)
        self.assertEqual(stdout, "")
        return stderr

    def kill_when(self, name, job, rank, file, lines, how=signal.SIGKILL):
        """Kills the rank, or rank None the job, once the folder's file has so many lines."""
        path = self.folder / name / file
        deadline = time.monotonic() + 120
        while not path.exists() or path.read_bytes().count(b"\n") < lines:
            self.assertIsNone(job.poll(), "it was over before")
            self.assertLess(time.monotonic(), deadline, "the sweep does not come on")
            time.sleep(0.005)
        pid = job.pid if rank is None else int((self.folder / f"{name}.pids" / rank).read_text())
        os.kill(pid, how)

    def assert_whole(self, name, cells):
        folder = self.folder / name
        self.assertEqual(without_times(read_cells(folder)), cells)
        self.assertFalse((folder / "race.jsonl").exists())
        self.assert_valid(*(folder / file for file in ("sweep.json", "cells.jsonl", "front.json")))
        for file in (self.folder / "whole" / "calibration").iterdir():
            self.assertEqual((folder / "calibration" / file.name).read_bytes(), file.read_bytes())

    def test_give_the_cells_of_one_process(self):
        self.finish(self.start("plain"))
        self.assert_whole("plain", self.whole)
        self.finish(self.start("race", *self.race))
        self.assert_whole("race", self.raced)

    def test_one_that_is_killed_costs_its_cell_in_work(self):
        job = self.start("killed")
        self.kill_when("killed", job, "2", "cells.jsonl", 2)
        self.assertIn("rank 2 is silent", self.finish(job))
        self.assert_whole("killed", self.whole)

    def test_one_that_is_killed_does_not_change_a_race(self):
        job = self.start("killed-race", *self.race)
        self.kill_when("killed-race", job, "1", "race.jsonl", 12)
        self.finish(job)
        self.assert_whole("killed-race", self.raced)

    def test_without_rank_0_the_job_ends_and_goes_on_when_started_again(self):
        job = self.start("headless")
        self.kill_when("headless", job, "0", "cells.jsonl", 3)
        # The others would wait a minute to be sure.
        for rank in ("1", "2"):
            os.kill(int((self.folder / "headless.pids" / rank).read_text()), signal.SIGKILL)
        self.assertIn("start the same line again", self.finish(job, code=1))
        kept = (self.folder / "headless" / "cells.jsonl").read_bytes()
        self.finish(self.start("headless"))
        self.assertTrue((self.folder / "headless" / "cells.jsonl").read_bytes().startswith(kept))
        self.assert_whole("headless", self.whole)

    def test_a_request_to_stop_finishes_the_cells_in_work(self):
        job = self.start("asked")
        self.kill_when("asked", job, None, "cells.jsonl", 2, how=signal.SIGTERM)
        stderr = self.finish(job, code=1)
        self.assertRegex(stderr, "stopped as requested; .* with --resume to go on")
        self.finish(self.start("asked"))
        self.assert_whole("asked", self.whole)

    def test_rank_0_alone_speaks_of_bad_input(self):
        job = self.start("bad", "--calibration", "no-such-dataset")
        stderr = self.finish(job, code=2)
        spoken = [line for line in stderr.splitlines() if "no-such-dataset" in line]
        self.assertEqual(len(spoken), 1, stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)

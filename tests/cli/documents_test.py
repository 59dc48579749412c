"""The documents that lie in the repository: profiles of models and links, reference results."""

import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from splitbench_program import ROOT, CliTest, read_json  # noqa: E402

KINDS = ("profile.json", "device.json", "server.json", "plan.json", "front.json", "sweep.json",
         "cells.jsonl")


class CommittedDocuments(CliTest):
    def test_model_and_link_profiles_are_valid_and_tell_their_source(self):
        files = [path for kind in ("models", "links")
                 for path in sorted((ROOT / "profiles" / kind).glob("*.json"))
                 if not path.name.endswith(".log.json")]
        self.assertGreater(len(files), 5)
        self.assert_valid(*files)
        for path in files:
            self.assertTrue(read_json(path)["source"], path)

    def test_reference_results_are_valid_and_can_be_reported(self):
        folder = ROOT / "results" / "reference"
        documents = [path for kind in KINDS for path in sorted(folder.rglob(kind))]
        if not documents:
            self.skipTest("there are no reference results in this checkout")
        self.assert_valid(*documents)
        for path in documents:
            if path.name != "sweep.json":
                self.succeeds("report", path)


if __name__ == "__main__":
    unittest.main(verbosity=2)

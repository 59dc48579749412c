"""Plans over traces, batches, goals and searches, their policies as files, and replaying them."""

import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from splitbench_program import CliTest, read_json  # noqa: E402
from sample_files import write_sweep_documents  # noqa: E402


class Plans(CliTest):
    def setUp(self):
        write_sweep_documents(self.folder)
        profile = self.folder / "profile.json"
        self.plan = ("plan", "--device-profile", profile, "--server-profile", profile, "--cells",
                     self.folder)
        self.output = self.folder / "plan.json"
        self.trace = self.write("trace.txt", "0 8\n10 0.5\n20 30\n")

    def write(self, name, text):
        path = self.folder / name
        path.write_text(text)
        return path

    def planned(self, *options, link="rate=8Mbit,rtt=20ms"):
        self.succeeds(*self.plan, "--link", link, *options, "-o", self.output)
        self.assert_valid(self.output)
        self.assertIn("Plan for", self.succeeds("report", self.output).stdout)
        return read_json(self.output)["data"]

    def test_estimates_can_be_computed_again_from_the_document(self):
        data = self.planned("--server-load", "0.5")
        for candidate in data["candidates"]:
            if candidate["estimate"] is None:
                continue
            estimate = candidate["estimate"]
            stages = ("device_s", "encode_s", "uplink_s", "server_s", "decode_s", "downlink_s")
            self.assertAlmostEqual(sum(estimate[stage] for stage in stages), estimate["latency_s"])
            if candidate["split"] != "device-only":
                self.assertAlmostEqual(estimate["uplink_s"],
                                       0.01 + 8 * estimate["payload_bytes"] / 8e6)
                self.assertAlmostEqual(estimate["queue_s"],
                                       (estimate["server_s"] + estimate["decode_s"]) / 2)

    def test_goals(self):
        for objective in ("lexicographic:latency=0.5,bytes", "knee", "knee:latency,loss"):
            data = self.planned("--objective", objective)
            self.assertEqual(data["objective"], objective)
            self.assertIsNotNone(data["chosen"])
        self.fails(2, *self.plan, "--link", "rate=8Mbit,rtt=20ms", "--objective", "knee",
                   "--policy", says="no policy")
        self.fails(2, *self.plan, "--link", "rate=8Mbit,rtt=20ms", "--objective",
                   "lexicographic:speed", says="speed")

    def test_a_link_that_varies(self):
        data = self.planned("--robust", "quantile=0.9", "--policy",
                            link=f"trace:{self.trace},rtt=20ms")
        self.assertEqual(data["trace"]["statistic"], "quantile")
        self.assertAlmostEqual(data["link"]["rate_bps"], 38.5e6 / 3)
        result = self.succeeds(*self.plan, "--link", f"trace:{self.trace}", "-o", self.output)
        self.assertIn("has no round trip", result.stderr)
        for text, says in (("0 1\n0 2\n", "must rise"), ("0 x\n", "line 1"), ("0 0\n1 0\n", "zero")):
            bad = self.write("bad.txt", text)
            self.fails(2, *self.plan, "--link", f"trace:{bad},rtt=1ms", says=("bad.txt", says))
        self.fails(2, *self.plan, "--link", f"trace:{self.trace},rate=1Mbit", says="a rate and")
        self.fails(2, *self.plan, "--link", "rate=8Mbit,rtt=20ms", "--robust", "quantile=0.9",
                   says="trace")

    def test_the_policy_is_a_small_file(self):
        table = self.folder / "policy.sbpt"
        data = self.planned("--policy", "--policy-table", table, "--batch", "1,8")
        self.assertEqual(table.read_bytes()[:5], b"SBPT\x01")
        self.assertLess(table.stat().st_size, 4096)
        self.assertEqual(data["batch"], 1)
        self.fails(2, *self.plan, "--link", "rate=8Mbit,rtt=20ms", "--policy-table", table,
                   says="needs --policy")

    def test_bounds_that_contradict_each_other(self):
        self.fails(4, *self.plan, "--link", "rate=8Mbit,rtt=20ms", "--max-payload-bytes", "0",
                   "--max-latency-s", "1e-9", "-o", self.output, says="no candidate keeps")
        self.fails(2, *self.plan, "--link", "rate=8Mbit,rtt=20ms", "--certain-loss",
                   says="--max-accuracy-loss")
        self.fails(2, *self.plan, "--link", "rate=8Mbit,rtt=20ms", "--queue", "mm2", says="mm1")
        self.fails(2, *self.plan, "--link", "rate=8Mbit,rtt=20ms", "--power", "watts=1",
                   says="watts")

    def test_a_search_says_what_it_looked_at(self):
        data = self.planned("--aglop", "--max-accuracy-loss", "0.5")
        self.assertLessEqual(data["search"]["measured"], data["search"]["budget"])
        self.fails(2, *self.plan, "--link", "rate=8Mbit,rtt=20ms", "--aglop",
                   says="--max-accuracy-loss")

    def test_replaying(self):
        self.planned("--policy")
        simulation = self.folder / "simulation.json"
        load = self.write("load.txt", "0 0.2\n5 0.8\n")
        self.succeeds("simulate", "--plan", self.output, "--trace", self.trace, "--load-trace", load,
                      "--requests", "500", "--deadline-s", "0.05", "-o", simulation)
        self.assert_valid(simulation)
        strategies = read_json(simulation)["data"]["strategies"]
        self.assertEqual([strategy["kind"] for strategy in strategies],
                         ["static", "dynamic", "steady", "forecast", "best-static", "oracle"])
        oracle = strategies[-1]["latency_s"]["mean"]
        for strategy in strategies:
            self.assertGreaterEqual(strategy["latency_s"]["mean"], oracle - 1e-12)
        self.assertIn("oracle", self.succeeds("report", simulation).stdout)
        busy = self.write("busy.txt", "0 0.2\n5 1\n")
        self.fails(2, "simulate", "--plan", self.output, "--trace", self.trace, "--load-trace", busy,
                   says=("busy.txt", "below 1"))
        self.fails(2, "simulate", "--plan", self.folder / "profile.json", "--trace", self.trace,
                   says="splitbench.plan")
        self.fails(2, "simulate", "--plan", self.output, "--trace", self.folder / "none",
                   says="none")


if __name__ == "__main__":
    unittest.main()

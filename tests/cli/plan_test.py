"""Plans over traces, batches, goals and searches, their policies as files, and replaying them."""

import json
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
        for text, says in (("0 1\n0 2\n", "line 2"), ("0 x\n", "known trace"), ("0 1\n1", "line 2"),
                           ("1 1\n0 1\n", "line 2"), ("0 0\n1 0\n", "0 for ever"), ("", "known trace")):
            bad = self.write("bad.txt", text)
            self.fails(2, *self.plan, "--link", f"trace:{bad},rtt=1ms", says=("bad.txt", says))
        self.fails(2, *self.plan, "--link", f"trace:{self.trace},rate=1Mbit", says="a rate and")
        self.fails(2, *self.plan, "--link", "rate=8Mbit,rtt=20ms", "--robust", "quantile=0.9",
                   says="trace")

    def test_a_downlink_that_follows_is_replayed_along_the_trace(self):
        self.assertTrue(self.planned()["link"]["downlink_follows"])
        fixed = self.planned(link="rate=8Mbit,downlink=8Mbit,rtt=20ms")
        self.assertNotIn("downlink_follows", fixed["link"])
        simulation = self.folder / "simulation.json"
        for downlink in ("", ",downlink=2Mbit"):
            data = self.planned(link=f"trace:{self.trace},rtt=20ms{downlink}")
            self.assertGreater(data["result_bytes"], 0)
            self.succeeds("simulate", "--plan", self.output, "--trace", self.trace, "--requests",
                          "1000", "-o", simulation)
            static = read_json(simulation)["data"]["strategies"][0]
            self.assertEqual(static["kind"], "static")
            self.assertAlmostEqual(static["latency_s"]["mean"],
                                   data["chosen"]["estimate"]["latency_s"], places=9)

    def test_plans_that_cannot_be_replayed(self):
        self.planned()
        plan = read_json(self.output)
        plan["data"]["server_load"] = 1
        self.fails(2, "simulate", "--plan", self.write("full.json", json.dumps(plan)), "--trace",
                   self.trace, says=("full.json", "load"))
        other = self.folder / "other.json"
        self.succeeds(*self.plan, "--link", "rate=1Mbit,rtt=20ms", "--device-scale", "9", "-o",
                      other)
        self.fails(2, "simulate", "--plan", self.output, "--plan", other, "--trace", self.trace,
                   says=("other.json", "device scale"))
        slow = self.write("slow.txt", "0 1e-300\n1 0\n")
        self.fails(2, "simulate", "--plan", self.output, "--trace", slow, says="slow.txt")
        self.fails(4, *self.plan, "--link", "rate=8Mbit,rtt=20ms", "--max-latency-s", "1e-320",
                   "-o", other, says="misses max_latency_s (latency")

    def test_traces_of_other_formats(self):
        mahimahi = self.write("mahimahi", "".join(f"{ms}\n" for ms in range(1, 1001, 3)))
        norway = self.write("norway", "1 1000 59.8 10.7 125000 1000\n2 2000 59.8 10.7 250000 1000\n"
                            "3 60000 59.8 10.7 125000 1000\n")
        cork = self.write("cork.csv", "Timestamp,UL_bitrate,DL_bitrate\n2019.12.16_13.40.04,1000,9\n"
                          "2019.12.16_13.40.05,-,9\n2019.12.16_13.40.06,2000,9\n")
        named = self.write("named.csv", "t,up\n0,100\n1,300\n")
        for trace, mean_bps, format_ in (
                (self.trace, 38.5e6 / 3, "cooked:gap=hold"), (mahimahi, 4.008e6, "mahimahi"),
                (norway, 4e6 / 3, "six-columns:gap=cut"), (cork, 1.5e6, "irish:direction=up:gap=cut"),
                (f"{named},format=columns:time=t:rate=up:unit=kB/s", 1.6e6,
                 "columns:gap=cut:rate=up:time=t:unit=kB/s")):
            data = self.planned("--policy", link=f"trace:{trace},rtt=20ms")
            self.assertAlmostEqual(data["link"]["rate_bps"], mean_bps, delta=mean_bps * 1e-2)
            self.assertEqual(data["trace"]["format"], format_)
            simulation = self.folder / "simulation.json"
            self.succeeds("simulate", "--plan", self.output, "--trace", trace, "--requests", "100",
                          "-o", simulation)
            self.assert_valid(simulation)
            self.assertEqual(read_json(simulation)["data"]["rate_bps"]["format"], format_)
        for gap, duration_s in (("cut", 3), ("zero", 60), ("hold", 60)):
            data = self.planned(link=f"trace:{norway},format=six-columns:gap={gap},rtt=20ms")
            self.assertAlmostEqual(data["trace"]["duration_s"], duration_s)
        result = self.succeeds(*self.plan, "--link", f"trace:{norway},rtt=1ms", "-o", self.output)
        self.assertIn("1 gap of 57", result.stderr)
        self.assertIn("mahimahi", self.succeeds("list", "traces").stdout)
        self.fails(2, "simulate", "--plan", self.output, "--trace", f"{norway},rtt=1ms", says="format=")
        self.fails(2, *self.plan, "--link", f"trace:{norway},format=cooked,rtt=1ms",
                   says="is not 2 numbers")
        self.fails(2, *self.plan, "--link", f"trace:{norway},format=cookd", says="cooked")

    def test_a_trace_with_the_rest_of_a_link(self):
        link = self.write("radio.json", json.dumps(
            {"rate_bps": 1e6, "downlink_bps": 2e6, "rtt_s": 0.1, "overhead_bytes": 7,
             "radio": {"alpha_w_per_mbps": 0.5, "beta_w": 1}}))
        data = self.planned(link=f"trace:{self.trace},link={link}")
        self.assertAlmostEqual(data["link"]["rate_bps"], 38.5e6 / 3)
        self.assertEqual(data["link"]["rtt_s"], 0.1)
        self.assertEqual(data["link"]["downlink_bps"], 2e6)
        self.assertEqual(data["link"]["radio"]["beta_w"], 1)
        self.fails(2, *self.plan, "--link", f"trace:{self.trace},link={link},rtt=1ms",
                   says="leave one out")

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
                         ["static", "dynamic", "instant", "steady", "best-static", "oracle"])
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

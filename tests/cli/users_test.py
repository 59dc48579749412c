"""Plans for several users of one server."""

import json
import pathlib
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from splitbench_program import VALIDATOR, CliTest, read_json  # noqa: E402
from sample_files import write_sweep_documents  # noqa: E402


class Users(CliTest):
    def setUp(self):
        write_sweep_documents(self.folder)
        self.output = self.folder / "plan.json"

    def write(self, users, **more):
        path = self.folder / "users.json"
        defaults = {"device_profile": "profile.json", "server_profile": "profile.json", "cells": ".",
                    **more.pop("defaults", {})}
        path.write_text(json.dumps({"defaults": defaults, "users": users, **more}))
        return path

    def planned(self, users, *options, **more):
        path = self.write(users, **more)
        checked = subprocess.run([sys.executable, VALIDATOR, "--kind", "users", path], check=False,
                                 capture_output=True, text=True)
        self.assertEqual(checked.returncode, 0, checked.stdout)
        result = self.succeeds("plan", "--users", path, *options, "-o", self.output)
        self.assert_valid(self.output)
        return read_json(self.output)["data"], result

    def test_one_user_has_the_plain_plan(self):
        profile = self.folder / "profile.json"
        plain = self.folder / "plain.json"
        for load in ("0", "0.5"):
            self.succeeds("plan", "--device-profile", profile, "--server-profile", profile,
                          "--cells", self.folder, "--link", "rate=8Mbit,rtt=2ms", "--server-load",
                          load, "-o", plain)
            wanted = read_json(plain)["data"]["chosen"]
            data, _ = self.planned([{"name": "one", "link": "rate=8Mbit,rtt=2ms"}], "--server-load",
                                   load)
            found = data["users"][0]["chosen"]
            self.assertEqual((found["split"], found["codec"]), (wanted["split"], wanted["codec"]))
            self.assertAlmostEqual(found["estimate"]["latency_s"], wanted["estimate"]["latency_s"])
            self.assertTrue(data["exact"])

    def test_shares_can_be_computed_again_from_the_document(self):
        users = [{"name": f"user {i}", "arrivals_hz": 5.0 * i, "weight": 1 + i, "max_latency_s": 0.1,
                  "device_scale": 20} for i in range(5)]
        data, result = self.planned(users, shared_link="rate=20Mbit,rtt=1ms",
                                    defaults={"server_scale": 0.1})
        self.assertIn("5 users", result.stderr)
        self.assertIn("user 3", self.succeeds("report", self.output).stdout)
        self.assertIn("server_share", self.succeeds("report", self.output, "--format", "csv").stdout)
        self.assertLessEqual(sum(user["server_share"] for user in data["users"]), 1 + 1e-9)
        self.assertLessEqual(sum(user["link_share"] for user in data["users"]), 1 + 1e-9)
        cost = 0
        for user in data["users"]:
            estimate = user["chosen"]["estimate"]
            self.assertLessEqual(estimate["latency_s"], 0.1 + 1e-9)
            cost += user["weight"] * estimate["latency_s"]
            if user["chosen"]["split"] == "device-only":
                continue
            tail = {"server-only": 0.004, "block": 0.003}[user["chosen"]["split"]] * 0.1
            work = tail + 0.0001 * 0.1
            at_server = work / (user["server_share"] - user["arrivals_hz"] * work)
            self.assertAlmostEqual(estimate["server_s"] + estimate["decode_s"], at_server, 9)
            sending = 8 * estimate["payload_bytes"] / 20e6
            at_link = sending / (user["link_share"] - user["arrivals_hz"] * sending)
            self.assertAlmostEqual(estimate["uplink_s"], 0.0005 + at_link, 9)
        self.assertAlmostEqual(cost, data["cost_s"], 9)

    def test_no_plan_is_an_answer(self):
        path = self.write([{"name": "a", "link": "wifi", "max_latency_s": 1e-6}])
        self.fails(4, "plan", "--users", path, "-o", self.output,
                   says=("user 'a' cannot be served even alone", "latency"))
        self.assert_valid(self.output)
        self.assertIsNone(read_json(self.output)["data"]["cost_s"])
        self.assertIn("No plan", self.succeeds("report", self.output).stdout)
        crowd = [{"name": str(i), "link": "wifi", "arrivals_hz": 200, "device_scale": 1000,
                  "max_latency_s": 0.5} for i in range(9)]
        self.fails(4, "plan", "--users", self.write(crowd), "-o", self.output,
                   says="each user could be served alone")
        self.assert_valid(self.output)

    def test_bad_input(self):
        one = {"name": "a", "link": "wifi"}
        for users, says in (([], "0 entries"), ([one, one], "two users are called 'a'"),
                            ([{"name": "a"}], "has no link"),
                            ([{**one, "deadline_s": 1}], 'has a key "deadline_s"'),
                            ([{**one, "weight": 0}], "weight is 0"),
                            ([{**one, "link": "wfii"}], "did you mean 'wifi'?"),
                            ([{**one, "cells": "nowhere"}], "nowhere"),
                            ([{**one, "device_scale": -1}], "user 'a': device scale is -1"),
                            ([{**one, "max_accuracy_loss": 2}], "max_accuracy_loss")):
            self.fails(2, "plan", "--users", self.write(users), says=says)
        path = self.write([one])
        self.assertIn("1 user of", self.succeeds("plan", "--users", path, "--dry-run").stderr)
        self.fails(2, "plan", "--users", path, "--server-load", "1", says="load")
        self.fails(2, "plan", "--users", path, "--model", "fashion-resnet", says="--users")
        self.fails(2, "plan", "--users", path, "--link", "wifi", says="--link")
        self.fails(2, "plan", "--users", path, "--policy", says="--policy")
        self.fails(2, "plan", "--users", path, "--objective", "energy",
                   says=("--objective does not go with --users", "least weighted sum of latencies"))
        self.fails(2, "plan", "--users", path, "--max-energy-j", "1", says="do not estimate energy")
        self.fails(2, "plan", "--users", self.write([{**one, "max_energy_j": 1}]),
                   says="do not estimate energy")
        self.fails(2, "plan", "--users", self.folder / "none.json", says="none.json")
        trace = self.folder / "trace.txt"
        trace.write_text("0 8\n1 4\n")
        self.fails(2, "plan", "--users", self.write([{**one, "link": f"trace:{trace},rtt=1ms"}]),
                   says="varies")


if __name__ == "__main__":
    unittest.main()

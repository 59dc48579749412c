"""Meters as one meets them on the command line, on trees of other machines."""

import json
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from splitbench_program import ROOT, CliTest, needs_torch, read_json  # noqa: E402

TREES = ROOT / "tests" / "data" / "sysfs"


class Meters(CliTest):
    def meters(self, tree):
        text = self.succeeds("list", "meters", "--sysfs-root", TREES / tree, "--format",
                             "json").stdout
        return {meter["name"]: meter for meter in json.loads(text)["data"]["meters"]}

    def test_each_machine_has_its_own(self):
        for tree, name, rail in [("jetson-nano-iio", "ina3221", "POM_5V_IN (6-0040)"),
                                 ("jetson-nano-hwmon", "ina3221", "POM_5V_IN (hwmon1)"),
                                 ("ina226-hat", "ina2xx", "ina226 (hwmon2)"),
                                 ("rapl-laptop", "rapl", "package-0 (powercap)"),
                                 ("rapl-laptop", "battery", "BAT0"),
                                 ("rapl-psys", "rapl", "psys (powercap)")]:
            with self.subTest(tree):
                meter = self.meters(tree)[name]
                self.assertEqual(meter["available"], "yes")
                self.assertEqual(meter["rail"], rail)
                self.assertGreater(meter["quantum"], 0)
                self.assertGreater(meter["update_period_s"], 0)

    def test_what_is_not_there_says_why(self):
        for meter in self.meters("bare").values():
            if meter["name"] == "none":
                continue
            self.assertEqual(meter["available"], "no")
            self.assertTrue(meter["reason"])

    def test_people_read_what_is_here(self):
        text = self.succeeds("list", "meters", "--sysfs-root", TREES / "ina226-hat").stdout
        self.assertIn("HERE: ina226 (hwmon2), a new power every 36.0 ms, in steps of 0.00625 W",
                      text)

    def test_devices_have_sources(self):
        text = self.succeeds("list", "devices", "--format", "json").stdout
        devices = {device["name"]: device for device in json.loads(text)["data"]["devices"]}
        self.assertEqual(devices["jetson-nano-5w"]["idle_w"], 2.11)
        self.assertIsNone(devices["jetson-nano-maxn"]["idle_w"])
        for device in devices.values():
            self.assertTrue(device["source"])

    def test_required_energy_that_is_not_there_exits_5(self):
        bare = ("--sysfs-root", TREES / "bare")
        self.fails(5, "profile", "fashion-resnet", "--require-energy", says="list meters")
        self.fails(5, "profile", "fashion-resnet", "--energy", "ina3221", "--require-energy", *bare,
                   says="no INA3221 below")
        self.fails(5, "profile", "fashion-resnet", "--energy", "ina3221", "--require-energy",
                   "--sysfs-root", TREES / "jetson-no-total", says="ina3221:rail=NAME")
        self.fails(5, "profile", "fashion-resnet", "--energy", "model:device=jetson-nano-maxn",
                   "--require-energy", says="nobody has told the idle power")
        self.fails(2, "profile", "fashion-resnet", "--energy", "model:device=jetson-nano",
                   says="did you mean 'jetson-nano-")
        self.fails(2, "profile", "fashion-resnet", "--energy", "csv:file=none.csv",
                   says="cannot read 'none.csv'")


class Scaling(CliTest):
    """A measured profile of MobileNetV2 as that of devices that are not at hand."""

    PROFILE = ROOT / "results" / "reference" / "2026-11-21-mobilenet-v2" / "profile.json"

    def scaled(self, *options):
        path = self.folder / "scaled.json"
        result = self.succeeds("scale", self.PROFILE, *options, "-o", path)
        self.assertIn("modelled, not measured", result.stderr)
        self.assert_valid(path)
        return read_json(path)

    def test_a_board_is_as_fast_as_its_figures_say(self):
        document = self.scaled("--to", "raspberry-pi-4")
        data = document["data"]
        self.assertEqual(data["scaled"]["device"], "raspberry-pi-4")
        self.assertEqual(data["scaled"]["kind"], "modelled")
        self.assertEqual([factor["part"] for factor in data["scaled"]["factors"]],
                         ["dense", "depthwise", "other"])
        # The figures were computed from 61.88 ms for this very network; this export also pads.
        self.assertAlmostEqual(data["end_to_end"]["latency_s"]["median"], 0.0650, delta=0.0006)
        self.assertIn("modelled, not measured", document["run"]["warnings"][-1])
        for split in data["splits"]:
            for side in ("head", "tail"):
                segment = split[side]
                self.assertEqual(segment["energy_kind"], "modelled")
                samples = segment["latency_s"]["samples"]
                self.assertAlmostEqual(segment["energy_j"], 5.25 * sum(samples) / len(samples))
        report = self.succeeds("report", self.folder / "scaled.json").stdout
        self.assertIn("SCALED, not measured", report)
        self.assertIn("MODELLED, not measured", report)

    def test_without_power_there_is_no_energy(self):
        data = self.scaled("--to", "jetson-nano-maxn")["data"]
        self.assertIsNone(data["end_to_end"]["energy_j"])
        self.assertIn("nobody has told the idle power", data["end_to_end"]["energy_reason"])

    def test_missing_figures_are_named(self):
        self.fails(5, "scale", self.PROFILE, "--to", "raspberry-pi-5",
                   says="has no dense_macs_per_s, depthwise_macs_per_s")
        self.fails(5, "scale", self.PROFILE, "--to", "raspberry-pi-5", "--from", "jetson-nano-maxn",
                   says="'jetson-nano-maxn' has no hpl_flops")
        self.fails(2, "scale", self.PROFILE, "--to", "raspberry-pi-6", says="did you mean 'raspberry-pi-")
        data = self.scaled("--to", "raspberry-pi-5", "--from", "raspberry-pi-4")["data"]
        self.assertEqual(data["scaled"]["factors"][0]["part"], "all")
        self.assertAlmostEqual(data["scaled"]["factors"][0]["factor"], 11.889 / 30.249)
        self.fails(2, "scale", self.folder / "scaled.json", "--to", "raspberry-pi-4",
                   says="scaled to raspberry-pi-5 already")

    def test_plans_made_of_it_say_so(self):
        self.scaled("--to", "raspberry-pi-4")
        cells = self.PROFILE.parent / "codecs-at-blocks"
        path = self.folder / "plan.json"
        result = self.succeeds("plan", "--device-profile", self.folder / "scaled.json",
                               "--server-profile", self.PROFILE, "--cells", cells, "--link", "wifi",
                               "-o", path)
        self.assertIn("device are scaled from measurements of another to raspberry-pi-4",
                      result.stderr)
        self.assert_valid(path)
        data = read_json(path)["data"]
        self.assertEqual(data["device_scaled_to"], "raspberry-pi-4")
        self.assertNotIn("server_scaled_to", data)
        self.assertIn("Device times are MODELLED", self.succeeds("report", path).stdout)

    def test_a_profile_with_negative_power_is_refused(self):
        path = self.folder / "negative.json"
        text = self.PROFILE.read_text().replace('"energy_j": null', '"energy_j": -1')
        path.write_text(text)
        self.fails(2, "scale", path, "--to", "raspberry-pi-4", says="energy_j is -1")
        board = self.folder / "board.json"
        board.write_text('{"figures": {"idle_w": {"value": -2, "source": "x"}}}')
        self.fails(2, "scale", self.PROFILE, "--to", board, says="idle_w is -2")


@needs_torch
class Energy(CliTest):
    QUICK = ("--split", "relu", "--repetitions", "3", "--min-time", "0", "--threads", "1",
             "--energy-window", "0.2", "--energy-idle", "0.05")

    def profile(self, *options, code=0):
        path = self.folder / "p.json"
        self.succeeds("profile", "fashion-resnet", *self.QUICK, *options, "-o", path, code=code)
        self.assert_valid(path)
        return read_json(path)["data"]

    def test_a_model_is_labelled_and_multiplies_power_with_time(self):
        data = self.profile("--energy", "model:device=raspberry-pi-4", "--require-energy")
        self.assertEqual(data["power"]["kind"], "modelled")
        self.assertIn("chipwired", data["power"]["source"])
        for split in data["splits"]:
            for side in ("head", "tail"):
                segment = split[side]
                self.assertEqual(segment["energy_kind"], "modelled")
                samples = segment["latency_s"]["samples"]
                self.assertAlmostEqual(segment["energy_j"], 5.25 * sum(samples) / len(samples))
        report = self.succeeds("report", self.folder / "p.json").stdout
        self.assertIn("MODELLED, not measured", report)

    def test_a_rail_that_does_not_update_is_no_energy(self):
        # A tree is a still picture of a machine.
        options = ("--energy", "ina3221", "--sysfs-root", TREES / "jetson-nano-iio")
        data = self.profile(*options)
        self.assertIsNone(data["end_to_end"]["energy_j"])
        self.assertIn("the rail showed 2.137 W through idle, load and idle",
                      data["end_to_end"]["energy_reason"])
        self.assertAlmostEqual(data["power"]["idle_power_w"], 2.137)
        self.assertEqual(data["power"]["rail"], "POM_5V_IN (6-0040)")
        self.assertIn("latency_ratio_ci95", data["power"]["sampler"])
        self.profile(*options, "--require-energy", code=5)

    def test_an_absent_meter_leaves_its_reason_in_the_document(self):
        tree = self.folder / "empty"
        tree.mkdir()
        data = self.profile("--energy", "rapl", "--sysfs-root", tree)
        self.assertNotIn("power", data)
        self.assertIn("no RAPL below", data["end_to_end"]["energy_reason"])

    def test_memory_thermals_and_a_device_file(self):
        device = self.folder / "devices" / "board.json"
        device.parent.mkdir()
        data = self.profile("--sysfs-root", TREES / "jetson-nano-iio", "--max-temp", "50",
                            "--sustained", "1", "--device-file", device)
        self.assertEqual(data["thermals"][0]["temperature_c"], 41.5)
        self.assertFalse(data["sustained"]["is_steady"])
        self.assertIn("the temperature", data["sustained"]["reason"])
        self.assertGreaterEqual(data["sustained"]["seconds"], 1)
        peak = data["splits"][1]["head"]["peak_memory_bytes"]
        self.assertTrue(peak is None or peak > 10_000_000, peak)
        self.assert_valid(device)
        figures = read_json(device)["figures"]
        self.assertGreaterEqual(figures["cpus"]["value"], 1)
        self.assertIn("measured by splitbench on", figures["cpus"]["source"])
        self.assertNotIn("busy_w", figures)  # nobody metered it

    def test_a_machine_without_a_thermometer_cannot_wait_until_it_is_cool(self):
        tree = self.folder / "no-thermometer"
        tree.mkdir()
        self.succeeds("profile", "fashion-resnet", *self.QUICK, "--max-temp", "50", "--sysfs-root",
                      tree, "-o", self.folder / "none.json", code=5)

    def test_a_log_without_our_load_is_no_energy(self):
        log = self.folder / "m.csv"
        rows = "".join(f"{i / 50},{2 + i % 3}\n" for i in range(20000))
        log.write_text("time_s,power_w\n" + rows)
        data = self.profile("--energy", f"csv:wait=0:file={log}")
        self.assertIn("nothing like the load of this run", data["end_to_end"]["energy_reason"])


if __name__ == "__main__":
    unittest.main(verbosity=2)

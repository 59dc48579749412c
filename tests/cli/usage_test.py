"""What one types: help, names, configuration, completions, lists."""

import json
import pathlib
import re
import shutil
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from splitbench_program import MODELS, CliTest, needs_torch, run  # noqa: E402
from sample_files import write_picture_tensors, write_sweep_documents  # noqa: E402

COMMANDS = ("profile", "scale", "compress", "train", "plan", "simulate", "report", "list", "merge",
            "completions")


class Help(CliTest):
    def test_the_program_names_every_command_and_the_exit_codes(self):
        text = self.succeeds("--help").stdout
        for command in COMMANDS:
            self.assertRegex(text, rf"(?m)^ +{command} ")
        self.assertIn("Exit codes: 0 done, 1 runtime error, 2 bad", text)
        self.assertIn("splitbench profile fashion-resnet", text)

    def test_every_command_has_a_summary_options_and_an_example(self):
        for command in COMMANDS:
            with self.subTest(command):
                result = self.succeeds(command, "--help")
                self.assertEqual(result.stderr, "")
                self.assertRegex(result.stdout.splitlines()[0], r"^[A-Z].{20,}")
                self.assertIn("--help", result.stdout)
                wide = [line for line in result.stdout.splitlines() if len(line) > 80]
                self.assertEqual(wide, [])
                self.assertRegex(result.stdout, rf"(?m)^ .*splitbench {command} \S+")

    def test_every_command_of_the_program_is_tested_here(self):
        listed = re.findall(r"(?m)^  (\w+) +[A-Z]", run("--help").stdout.split("Subcommands:")[1])
        self.assertEqual(sorted(listed), sorted(COMMANDS))

    def test_version(self):
        self.assertRegex(self.succeeds("--version").stdout, r"^splitbench \d+\.\d+\.\d+ \(\w+\)\n$")


class Names(CliTest):
    def test_nothing_and_unknown_commands(self):
        self.fails(2, says="A subcommand is required")
        self.fails(2, "profle", says="no command 'profle' (did you mean 'profile'?)")
        self.fails(2, "frobnicate", says="known: profile, scale, train, compress, merge, plan")

    def test_unknown_options_get_the_nearest(self):
        self.fails(2, "profile", "fashion-resnet", "--thread", "1",
                   says="no option '--thread' (did you mean '--threads'?); see: splitbench profile")
        self.fails(2, "--quite", "list", "codecs", says="did you mean '--quiet'?")
        self.fails(2, "plan", "--cell=x", says="did you mean '--cells'?")

    def test_values_out_of_range(self):
        self.fails(2, "profile", "fashion-resnet", "--threads", "0", says="1024")
        self.fails(2, "profile", "fashion-resnet", "--threads", "many", says="--threads")
        self.fails(2, "profile", "fashion-resnet", "--energy", "guess",
                   says="unknown meter 'guess'")
        self.fails(2, "compress", "fashion-resnet", "-o", "x", "--resume", "--fresh",
                   says="--resume")
        self.fails(2, "completions", "bsh", says="{bash,zsh,fish}")
        self.fails(2, "list", "codec", says="{codecs,methods,models,splits")
        self.fails(2, "report", "x.json", "--format", "html",
                   says="unknown format 'html', known: text, md, csv")

    def test_missing_arguments(self):
        self.fails(2, "profile", says="MODEL is required")
        self.fails(2, "plan", says="is required")
        self.fails(2, "compress", "fashion-resnet", says="--output is required")
        self.fails(2, "list", "splits", says="needs a MODEL")

    def test_unknown_models_links_and_objectives_get_the_nearest(self):
        write_sweep_documents(self.folder)
        plan = ("plan", "--device-profile", self.folder / "profile.json", "--server-profile",
                self.folder / "profile.json", "--cells", self.folder)
        self.fails(2, "profile", "fashion-resnt", says="did you mean 'fashion-resnet'?")
        self.fails(2, *plan, "--link", "wfii", says="did you mean 'wifi'?")
        self.fails(2, *plan, "--link", "rate=8Mbit,rt=20ms", says="did you mean 'rtt'?")
        self.fails(2, *plan, "--link", "wifi", "--objective", "latancy",
                   says="did you mean 'latency'?")

    @needs_torch
    def test_unknown_codecs_keys_datasets_and_splits_get_the_nearest(self):
        dataset = write_picture_tensors(self.folder / "data", 2)
        compress = ("compress", "fashion-resnet", "--dataset", dataset, "-o", self.folder / "sweep")
        self.fails(2, *compress, "--codec", "qunt", says="did you mean 'quant'?")
        self.fails(2, *compress, "--codec", "quant:bit=3", says="did you mean 'bits'?")
        self.fails(2, *compress, "--codec", "quant:bits=99", says="outside 1 to 16")
        self.fails(2, *compress, "--split", "layer1.0.rleu", says="did you mean 'layer1.0.relu'?")
        self.fails(2, *compress, "--codec", "raw", "--dataset", "fashon-mnist", says="--dataset")
        self.fails(2, "compress", "fashion-resnet", "-o", self.folder / "sweep", "--dataset",
                   "fashon-mnist", says="did you mean 'fashion-mnist'?")
        self.fails(2, "compress", "fashion-resnet", "-o", self.folder / "sweep", "--dataset",
                   "tensors:fil=x", says="did you mean 'file'?")
        # None of these stands in the way of the command put right.
        self.succeeds(*compress, "--codec", "raw", "--split", "layer1", "--threads", "1")


class Configuration(CliTest):
    def limit(self, *arguments, env=None):
        """The value of --limit as the program understood it."""
        text = self.succeeds(*arguments, "compress", "fashion-resnet", "-o", "x", "--print-config",
                             env=env).stdout
        return int(re.search(r"(?m)^compress\.limit=(\d+)", text).group(1))

    def config(self, text):
        path = self.folder / "config.toml"
        path.write_text(text)
        return ("--config", path)

    def test_command_line_over_environment_over_file(self):
        file = self.config("[compress]\nlimit = 7\n")
        variable = {"SPLITBENCH_LIMIT": "5"}
        self.assertEqual(self.limit(), 0)
        self.assertEqual(self.limit(*file), 7)
        self.assertEqual(self.limit(env=variable), 5)
        self.assertEqual(self.limit(*file, env=variable), 5)
        self.assertEqual(self.limit(*file, env={"SPLITBENCH_LIMIT": ""}), 7)
        text = self.succeeds(*file, "compress", "fashion-resnet", "-o", "x", "--limit", "3",
                             "--print-config", env=variable).stdout
        self.assertIn("compress.limit=3\n", text)

    def test_sections_of_other_commands_do_not_matter(self):
        file = self.config("[profile]\nthreads = 1\n\n[compress]\nlimit = 9\n[plan]\n"
                           'link = "wifi"\n')
        self.assertEqual(self.limit(*file), 9)

    def test_unknown_keys_and_sections_are_refused(self):
        command = ("list", "codecs")
        self.fails(2, *self.config("[compress]\nlimt = 7\n"), *command,
                   says="no option 'compress.limt' (did you mean 'limit'?)")
        self.fails(2, *self.config("[compres]\nlimit = 7\n"), *command,
                   says="did you mean 'compress'?")
        self.fails(2, *self.config("= [ this is no TOML\n"), *command, says="--config")
        self.fails(2, "--config", self.folder / "none.toml", *command, says="none.toml")

    def test_what_print_config_writes_can_be_read(self):
        command = ("compress", "fashion-resnet", "-o", "x", "--limit", "6", "--codec", "raw",
                   "--codec", "quant:bits=2,4")
        printed = self.succeeds(*command, "--print-config").stdout
        file = self.config(printed)
        again = self.succeeds(*file, "compress", "--print-config").stdout
        self.assertEqual(again, printed)
        self.succeeds(*file, "list", "codecs")

    def test_every_long_option_has_its_variable(self):
        text = self.succeeds("profile", "fashion-resnet", "--print-config",
                             env={"SPLITBENCH_MIN_TIME": "0.25", "SPLITBENCH_CUT_WIDTH": "3"}).stdout
        self.assertIn("profile.min-time=0.25\n", text)
        self.assertIn("profile.cut-width=3\n", text)
        self.fails(2, "profile", "fashion-resnet", env={"SPLITBENCH_THREADS": "none"},
                   says="none")


class Completions(CliTest):
    def script(self, shell):
        path = self.folder / f"completion.{shell}"
        path.write_text(self.succeeds("completions", shell).stdout)
        return path

    def complete(self, *words):
        """What bash would offer for the last of `words`."""
        code = (f"source {self.script('bash')}; COMP_WORDS=(splitbench {' '.join(words)}); "
                "COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _splitbench; echo ${COMPREPLY[@]}")
        done = subprocess.run(["bash", "-c", code], capture_output=True, text=True, check=True)
        return done.stdout.split()

    def test_bash(self):
        subprocess.run(["bash", "-n", str(self.script("bash"))], check=True)
        self.assertEqual(self.complete("prof"), ["profile"])
        self.assertEqual(self.complete("plan", "--server-s"), ["--server-scale"])
        self.assertIn("--max-accuracy-loss", self.complete("plan", "--max"))

    def test_zsh_and_fish(self):
        for shell in ("zsh", "fish"):
            script = self.script(shell)
            self.assertIn("--max-accuracy-loss" if shell == "zsh" else "max-accuracy-loss",
                          script.read_text())
            if shutil.which(shell):
                subprocess.run([shell, "-n", str(script)], check=True)


class Lists(CliTest):
    def rows(self, *what):
        document = json.loads(self.succeeds("list", *what, "--format", "json").stdout)
        self.assertEqual(document["schema"], "splitbench.list")
        return document["data"][what[0]]

    def names(self, *what):
        return [row["name"] for row in self.rows(*what)]

    def test_everything_that_can_be_named(self):
        self.assertLessEqual({"raw", "zstd", "quant", "jpeg", "png", "webp"},
                             set(self.names("codecs")))
        self.assertLessEqual({"fashion-mnist", "cifar10", "image-folder", "image-list", "tensors"},
                             set(self.names("datasets")))
        self.assertIn("wifi", self.names("links"))
        self.assertEqual(self.names("models"), ["fashion-resnet"])
        self.assertIn("none", self.names("meters"))
        self.assertIsInstance(self.names("devices"), list)

    def test_text_is_for_people(self):
        for what in ("codecs", "methods", "datasets", "links", "models", "meters", "devices"):
            result = self.succeeds("list", what)
            self.assertEqual(result.stderr, "")
            for name in self.names(what):
                self.assertIn(name, result.stdout)

    def test_one_of_them_by_its_name(self):
        for what, name, other in (("codecs", "jpeg", "webp"), ("methods", "bottlefit", "aecnn"),
                                  ("datasets", "cifar10", "tensors"), ("meters", "none", "ina3221"),
                                  ("traces", "irish", "mahimahi"), ("links", "wifi", "lte")):
            result = self.succeeds("list", what, name)
            self.assertIn(name, result.stdout)
            self.assertNotRegex(result.stdout, rf"(?m)^{other}")
            self.assertEqual(self.names(what, name), [name])
        options = self.rows("methods", "bottlefit")[0]["options"].split()
        for option in options:
            self.assertIn(f"    {option.split('=')[0]}=",
                          self.succeeds("list", "methods", "bottlefit").stdout)
        self.assertGreater(len(options), 1)
        self.fails(2, "list", "methods", "botlefit",
                   says=("no method 'botlefit'", "did you mean 'bottlefit'?"))
        self.fails(2, "list", "codecs", "jpg", "--format", "json", says="did you mean 'jpeg'?")

    @needs_torch
    def test_splits_can_be_typed_as_they_are_listed(self):
        rows = self.rows("splits", "fashion-resnet")
        identities = [row["id"] for row in rows]
        self.assertEqual((identities[0], identities[-1]), ("server-only", "device-only"))
        text = self.succeeds("list", "splits", "fashion-resnet").stdout
        for identity in identities:
            self.assertIn(identity, text)
        self.assertIn("layer1.0.relu", identities)

    @needs_torch
    def test_check_proves_every_split(self):
        for model, shape in [("fashion-resnet", ()),
                             (MODELS / "tiny_dense.scripted.pt", ("--input-shape", "1,3,32,32"))]:
            result = self.succeeds("list", "splits", model, *shape, "--check", "--cut-width", "3",
                                   "--threads", "1")
            self.assertIn("tail(head(x)) equals the model at every split", result.stderr)

    @needs_torch
    def test_refused_cuts_have_reasons(self):
        result = self.succeeds("list", "splits", MODELS / "tiny_alias.scripted.pt", "--input-shape",
                               "1,3,32,32", "--refused")
        self.assertIn("two views of one storage", " ".join(result.stdout.split()))


if __name__ == "__main__":
    unittest.main(verbosity=2)

"""The rules of the house, read off the sources: who may include whom, and what no file may hold.

Each rule is a function from a file's path and text to its violations, so that the tests can also
show that the rule finds one.
"""

import functools
import pathlib
import re
import subprocess
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]

LAYER_2 = ("codec", "nn", "data", "measure", "device", "link", "io", "plan", "report",
           "cluster")
MAY_INCLUDE = {
    "base": {"base"},
    "core": {"base", "core"},
    **{module: {"base", "core", module} for module in LAYER_2},
    "pipeline": {"base", "core", "pipeline", *LAYER_2},
}

# Third-party headers: a pattern, and where they may be included. "headers" marks the owners whose
# own (private) headers may include them too; everybody else keeps to .cc files.
OWNERS = [
    (re.compile(r"(torch|ATen|c10|caffe2)/"), ("lib/nn/torch/",), "headers"),
    (re.compile(r"opencv2/"), ("lib/data/image/",), "sources"),
    (re.compile(r"mpi\.h$"), ("lib/cluster/mpi/",), "sources"),
    (re.compile(r"nlohmann/"), ("lib/io/",), "headers"),
    (re.compile(r"openssl/"), ("lib/io/",), "sources"),
    (re.compile(r"CLI/"), ("apps/",), "headers"),
    (re.compile(r"(zstd|turbojpeg|png|jconfig|lz4)\.h$|webp/|Eigen/"), ("lib/codec/",), "sources"),
    (re.compile(r"[ei]mmintrin\.h$"), ("lib/codec/",), "sources"),
    (re.compile(r"linux/perf_event\.h$"), ("lib/device/",), "sources"),
    (re.compile(r"zlib\.h$"), ("lib/codec/", "lib/data/"), "sources"),
    (re.compile(r"malloc\.h$"), ("lib/base/",), "sources"),  # glibc's own
]
STANDARD = re.compile(r"[a-z_0-9]+$")
POSIX = re.compile(r"(fcntl|poll|unistd|dlfcn|sys/[a-z]+)\.h$")

MAX_LINES = 450
LONG_FILES = {}  # path -> why it is longer

INCLUDE = re.compile(r'^\s*#\s*include\s+([<"])([^>"]+)[>"]', re.MULTILINE)


def code_of(text):
    """`text` without comments and string literals, line by line."""
    pattern = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"', re.DOTALL)
    return pattern.sub(lambda match: "\n" * match.group().count("\n"), text)


def module_of(path):
    parts = path.split("/")
    return parts[1] if parts[0] == "lib" and len(parts) > 2 else None


def include_violations(path, text):
    module = module_of(path)
    for kind, name in INCLUDE.findall(text):
        if kind == '"':
            if module is None:
                continue
            target = name.split("/")[0]
            if target not in MAY_INCLUDE[module]:
                yield f"{path} includes {name}: lib/{module} is not above lib/{target}"
            plug_in = re.match(r"(nn/torch|data/image|cluster/mpi)/", name)
            if plug_in and not path.startswith(f"lib/{plug_in.group()}"):
                yield f"{path} includes {name}: plug-ins are opened, not included"
        else:
            yield from third_party_violations(path, name)


def third_party_violations(path, name):
    if STANDARD.match(name) or POSIX.match(name):
        return
    for pattern, folders, files in OWNERS:
        if not pattern.match(name):
            continue
        if not path.startswith(folders):
            yield f"{path} includes <{name}>, which belongs to {' and '.join(folders)}"
        elif path.endswith(".h") and files == "sources":
            yield f"{path} includes <{name}>; only .cc files may"
        return
    yield f"{path} includes <{name}>, which nobody owns: add it to OWNERS in architecture_test.py"


def output_violations(path, text):
    forbidden = re.compile(
        r"std::(cout|cerr|clog)\b|(?<![\w.>])(?:std::)?(printf|fprintf|puts|fputs|putchar|perror|"
        r"exit|_exit|quick_exit|abort|terminate)\s*\(")
    for match in forbidden.finditer(code_of(text)):
        yield f"{path}: {match.group().strip()}: the library neither prints nor ends the process"


def length_violations(path, text):
    lines = text.count("\n")
    if lines > MAX_LINES and path not in LONG_FILES:
        yield f"{path} has {lines} lines, more than {MAX_LINES}: look for the missing concept"


def header_violations(path, text):
    lines = text.splitlines()
    if "#pragma once" not in lines:
        yield f"{path} has no #pragma once"
    if not lines or not lines[0].startswith("// "):
        yield f"{path} does not begin with its purpose"


def own_header_violations(path, text, headers):
    """A source file with a header of its name includes it first, which proves it complete."""
    header = path[:-len("cc")] + "h"
    if header not in headers:
        return
    first = INCLUDE.search(text)
    name = header.split("/", 1)[1] if header.startswith("lib/") else header.rsplit("/", 1)[1]
    if first is None or first.group(2) != name:
        yield f"{path} does not include {name} first"


def machine_path_violations(path, text):
    """Folders of somebody's machine; in two pieces here, for this file is searched too."""
    pattern = re.compile(r"(?<![\w.$}*-])(/wo" r"rk/|/tm" r"p/build|/ro" r"ot/|/ho" r"me/[a-z])")
    for number, line in enumerate(text.splitlines(), start=1):
        if pattern.search(line):
            yield f"{path}:{number}: {line.strip()[:100]}"


@functools.lru_cache(maxsize=None)
def tracked_files():
    """Paths below ROOT that are, or are about to be, in the repository; without git, all sources."""
    listed = subprocess.run(
        ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        capture_output=True, check=False)
    if listed.returncode == 0:
        paths = [path for path in listed.stdout.decode().split("\0") if path]
    else:
        folders = ("apps", "benchmarks", "lib", "profiles", "results", "scripts", "tests")
        paths = [str(file.relative_to(ROOT)) for folder in folders
                 for file in (ROOT / folder).rglob("*")]
    return sorted({path for path in paths if (ROOT / path).is_file()})


def files(*prefixes, suffixes=(".h", ".cc", ".inc")):
    return [path for path in tracked_files()
            if path.startswith(prefixes) and path.endswith(suffixes)]


def text_of(path):
    return (ROOT / path).read_text(encoding="utf-8", errors="replace")


class RuleTest(unittest.TestCase):
    def assert_kept(self, rule, paths):
        self.assertGreater(len(paths), 3)
        violations = [line for path in paths for line in rule(path, text_of(path))]
        self.assertEqual(violations, [], "\n" + "\n".join(violations))

    def assert_broken(self, rule, path, text):
        self.assertNotEqual(list(rule(path, text)), [], f"not found in {path}: {text}")

    def assert_fine(self, rule, path, text):
        self.assertEqual(list(rule(path, text)), [])


class Includes(RuleTest):
    def test_every_module_includes_itself_and_lower_layers_only(self):
        self.assert_kept(include_violations, files("lib/", "apps/"))

    def test_the_build_says_the_same(self):
        text = text_of("lib/CMakeLists.txt")
        modules = re.findall(r"splitbench_module\((\w+)(?:\s+DEPENDS\s+([a-z\s]+?))?"
                             r"(?:\s*LIBRARIES[^)]*)?\)", text)
        self.assertEqual({name for name, _ in modules}, set(MAY_INCLUDE))
        for name, depends in modules:
            self.assertLessEqual(set(depends.split()), MAY_INCLUDE[name] - {name}, name)

    def test_private_headers_stay_in_their_module(self):
        private = {path.split("/", 1)[1] for path in files("lib/", suffixes=".h")
                   if "Private to lib/" in text_of(path)}
        self.assertTrue(private)
        for path in files("lib/", "apps/"):
            for _, name in INCLUDE.findall(text_of(path)):
                if name in private:
                    self.assertEqual(module_of(path), name.split("/")[0], f"{path}: {name}")

    def test_violations_are_found(self):
        for path, line in [
                ("lib/codec/a.cc", '#include "io/json.h"'),
                ("lib/core/a.h", '#include "codec/registry.h"'),
                ("lib/base/a.h", '#include "core/tensor.h"'),
                ("lib/plan/a.h", '#include "pipeline/run_sweep.h"'),
                ("lib/pipeline/a.cc", '#include "nn/torch/torch_model.h"'),
                ("lib/nn/open_backend.cc", "#include <torch/script.h>"),
                ("lib/data/a.cc", "#include <opencv2/core.hpp>"),
                ("lib/pipeline/a.cc", "#include <nlohmann/json.hpp>"),
                ("lib/cluster/open_messenger.cc", "#include <mpi.h>"),
                ("lib/plan/a.cc", "#include <CLI/App.hpp>"),
                ("apps/splitbench/a.cc", "#include <ATen/ATen.h>"),
                ("lib/codec/a.h", "#include <zstd.h>"),
                ("lib/io/a.cc", "#include <zlib.h>"),
                ("lib/io/a.cc", "#include <lz4.h>")]:
            self.assert_broken(include_violations, path, line + "\n")

    def test_what_is_allowed_is_not_found(self):
        for path, line in [
                ("lib/codec/builtin/zstd.cc", "#include <zstd.h>"),
                ("lib/data/image/a.cc", '#include "data/image_reader.h"'),
                ("lib/nn/torch/a.h", "#include <ATen/ATen.h>"),
                ("lib/io/a.cc", "#include <sys/stat.h>"),
                ("apps/splitbench/a.cc", '#include "pipeline/run_sweep.h"'),
                ("lib/base/a.cc", "#include <vector>")]:
            self.assert_fine(include_violations, path, line + "\n")


class Sources(RuleTest):
    def test_the_library_neither_prints_nor_ends_the_process(self):
        self.assert_kept(output_violations, files("lib/"))
        for line in ["std::cout << 1;", "std::printf(x);", "exit(1);", "std::abort();",
                     "  std::exit( 2 );", "fprintf(stderr, x);"]:
            self.assert_broken(output_violations, "lib/a.cc", line)
        for line in ["std::snprintf(text, 3);", "// std::cout", 'bad_input("exit(1)");',
                     "at_exit(x);", "table.exit(3);"]:
            self.assert_fine(output_violations, "lib/a.cc", line)

    def test_files_are_short(self):
        self.assert_kept(length_violations,
                         files("", suffixes=(".h", ".cc", ".inc", ".py", ".cmake")))
        self.assert_broken(length_violations, "lib/a.cc", "x\n" * (MAX_LINES + 1))
        for path in LONG_FILES:
            self.assertGreater(text_of(path).count("\n"), MAX_LINES, f"{path} is no exception")

    def test_headers_begin_with_their_purpose(self):
        self.assert_kept(header_violations, files("lib/", "apps/", "tests/", suffixes=".h"))
        self.assert_broken(header_violations, "lib/a.h", "// A thing.\nint x;\n")
        self.assert_broken(header_violations, "lib/a.h", "#pragma once\n")

    def test_sources_include_their_own_header_first(self):
        headers = set(files("lib/", "apps/", suffixes=".h"))
        rule = functools.partial(own_header_violations, headers=headers)
        self.assert_kept(rule, files("lib/", "apps/", suffixes=".cc"))
        self.assert_broken(rule, "lib/base/spec.cc", '#include <vector>\n#include "base/spec.h"\n')

    def test_every_builtin_has_its_line(self):
        for module in ("codec", "data", "device"):
            lines = set(re.findall(r"^SPLITBENCH_\w+\((\w+)\)", text_of(f"lib/{module}/builtin.inc"),
                                   re.MULTILINE))
            sources = {pathlib.PurePath(path).stem for path in files(f"lib/{module}/builtin/")}
            self.assertEqual(lines, sources, module)
        lines = set(re.findall(r"^SPLITBENCH_METHOD\((\w+)\)", text_of("lib/nn/methods.inc"),
                               re.MULTILINE))
        sources = {pathlib.PurePath(path).stem for path in files("lib/nn/methods/")}
        self.assertEqual(lines, sources)

    def test_no_file_names_a_folder_of_somebodys_machine(self):
        paths = files("", suffixes=(".h", ".cc", ".inc", ".py", ".cmake", ".txt", ".json",
                                    ".jsonl", ".md", ".toml", ".html", ".csv"))
        paths += [path for path in tracked_files()
                  if path.startswith(("scripts/", ".ci/")) and "." not in path.rsplit("/", 1)[1]]
        self.assert_kept(machine_path_violations, paths)
        self.assert_broken(machine_path_violations, "a", "see /wo" "rk/main/lib")
        self.assert_broken(machine_path_violations, "a", '"/tm' 'p/build-x"')
        self.assert_fine(machine_path_violations, "a", "src/wo" "rk/x and $HOME/wo" "rk/y")


if __name__ == "__main__":
    unittest.main(verbosity=2)

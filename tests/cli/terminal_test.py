"""What goes where: the document to stdout, everything else to stderr, progress on a terminal."""

import fcntl
import os
import pathlib
import pty
import re
import signal
import struct
import subprocess
import sys
import termios
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from splitbench_program import (PROGRAM, QUICK_PROFILE, CliTest, environment,  # noqa: E402
                                needs_torch)
from sample_files import write_picture_tensors, write_sweep_documents  # noqa: E402

ESCAPE = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def run_on_terminal(*arguments, columns=80, env=None, interrupt=None):
    """Exit code and everything that a terminal of that width was sent on stderr.

    `interrupt` is a signal and the text at whose first appearance it is sent.
    """
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    variables = environment({"TERM": "xterm", **(env or {})})
    with subprocess.Popen([PROGRAM, *map(str, arguments)], env=variables, stdin=subprocess.DEVNULL,
                          stdout=subprocess.DEVNULL, stderr=slave) as process:
        os.close(slave)
        sent = b""
        while True:
            try:
                block = os.read(master, 4096)
            except OSError:  # the other end is closed
                break
            if not block:
                break
            sent += block
            if interrupt and interrupt[1].encode() in sent:
                process.send_signal(interrupt[0])
                interrupt = None
        os.close(master)
        return process.wait(), sent.decode()


def screen_of(sent):
    """What stands on an endless terminal in the end, line by line."""
    lines, row, column = [""], 0, 0
    for number, letter, character in re.findall(r"\x1b\[(\d*)([A-Za-z])|([^\x1b])", sent):
        if letter == "A":
            row = max(0, row - int(number or 1))
        elif letter in ("K", "J"):
            lines[row] = lines[row][:column]
            if letter == "J":
                del lines[row + 1:]
        elif character == "\r":
            column = 0
        elif character == "\n":
            row += 1
            lines += [""] * (row == len(lines))
        elif character:
            lines[row] = lines[row][:column].ljust(column) + character + lines[row][column + 1:]
            column += 1
    return lines


def drawn_lines(sent):
    """Each state of a line that was drawn, without escape sequences."""
    return [ESCAPE.sub("", line) for line in re.split(r"[\r\n]+", sent) if ESCAPE.sub("", line)]


class Streams(CliTest):
    def setUp(self):
        write_sweep_documents(self.folder)
        profile = self.folder / "profile.json"
        self.plan = ("plan", "--device-profile", profile, "--server-profile", profile, "--cells",
                     self.folder, "--link", "wifi")

    def test_a_document_on_stdout_is_alone_there(self):
        to_stdout = self.succeeds(*self.plan, "-o", "-")
        (self.folder / "plan.json").write_text(to_stdout.stdout)
        self.assert_valid(self.folder / "plan.json")
        self.assertTrue(to_stdout.stdout.startswith("{"))
        self.assertTrue(to_stdout.stdout.endswith("}\n"))
        self.assertIn("estimated", to_stdout.stderr)

    def test_a_document_in_a_file_leaves_stdout_empty(self):
        result = self.succeeds(*self.plan, "-o", self.folder / "plan.json")
        self.assertEqual(result.stdout, "")
        self.assertIn(f"splitbench report {self.folder}/plan.json", result.stderr)

    def test_quiet_leaves_nothing_to_read(self):
        result = self.succeeds(*self.plan, "--quiet", "-o", self.folder / "plan.json")
        self.assertEqual((result.stdout, result.stderr), ("", ""))
        self.assertEqual(self.succeeds("--quiet", *self.plan).stderr, "")

    def test_away_from_a_terminal_there_are_no_escapes(self):
        for command in (self.plan, ("report", self.folder / "profile.json"), ("list", "codecs")):
            result = self.succeeds(*command, env={"TERM": "xterm"})
            self.assertNotIn("\x1b", result.stdout + result.stderr)
            self.assertNotIn("\r", result.stdout + result.stderr)

    def test_errors_are_coloured_on_a_terminal_only_and_not_with_no_color(self):
        code, sent = run_on_terminal("profle")
        self.assertEqual(code, 2)
        self.assertRegex(sent, COLOUR)
        for variables in ({"NO_COLOR": "1"}, {"TERM": "dumb"}):
            self.assertNotRegex(run_on_terminal("profle", env=variables)[1], COLOUR)
        self.assertRegex(run_on_terminal("profle", env={"NO_COLOR": ""})[1], COLOUR)


@needs_torch
class Progress(CliTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        dataset = write_picture_tensors(cls.folder / "data", 24)
        cls.sweep = ("compress", "fashion-resnet", "--dataset", dataset, "--codec",
                     "quant:bits=1..8", "--threads", "1", "--fresh", "-o", cls.folder / "sweep")

    def test_is_one_line_that_fits_the_terminal(self):
        for columns in (80, 40):
            code, sent = run_on_terminal(*self.sweep, columns=columns)
            self.assertEqual(code, 0, sent)
            progress = [line for line in drawn_lines(sent) if re.match(r"(capture|sweep) \d", line)]
            self.assertGreater(len(progress), 1, sent)
            self.assertLess(max(map(len, progress)), columns)
            self.assertRegex("\n".join(progress), r"sweep \d+/\d+ cells, [\d.]+ images/s")
            # Drawn over each other, and wiped before what stays.
            self.assertNotRegex(sent, r"(capture|sweep) \d+/\d+[^\r\n]*\n")
            self.assertRegex(drawn_lines(sent)[-1], r"cells in ")

    def test_notes_and_warnings_fit_80_columns_or_name_a_path(self):
        _, sent = run_on_terminal("profile", "fashion-resnet", *QUICK_PROFILE, "-o",
                                  self.folder / "profile.json")
        progress = [line for line in drawn_lines(sent) if re.match(r"profile \d", line)]
        self.assertTrue(progress, sent)
        self.assertLessEqual(max(map(len, progress)), 80)

    def test_a_live_front_fits_and_stays_when_the_sweep_is_over(self):
        for columns in (80, 40):
            code, sent = run_on_terminal(*self.sweep, "--live", columns=columns)
            self.assertEqual(code, 0, sent)
            self.assertLess(max(map(len, drawn_lines(sent)[:-1])), columns)
            self.assertGreater(sent.count("cells measured"), 1)
            screen = screen_of(sent)
            headings = [line for line in screen if "cells measured" in line]
            self.assertEqual(len(headings), 1, "drawn over itself:\n" + "\n".join(screen))
            # 8 settings at the ends of all blocks; device-only sends nothing.
            done = re.search(r"(\d+) cells in ", sent)[1]
            self.assertEqual(headings[0].split()[0], str(int(done) - 1))
            self.assertIn("cells in ", screen[-2])
            self.assertNotRegex("\n".join(screen), r"(capture|sweep) \d+/")
            # Neither another screen nor a hidden cursor.
            self.assertNotIn("\x1b[?", sent)

    def test_a_live_front_needs_a_terminal_that_moves_its_cursor(self):
        result = self.succeeds(*self.sweep, "--live")
        self.assertNotIn("\x1b", result.stderr)
        self.assertNotIn("cells measured", result.stderr)
        _, sent = run_on_terminal(*self.sweep, "--live", env={"TERM": "dumb"})
        self.assertNotIn("cells measured", sent)
        self.assertEqual(run_on_terminal("--quiet", *self.sweep, "--live"), (0, ""))

    def test_a_live_front_stays_when_the_sweep_is_interrupted(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            code, sent = run_on_terminal(*self.sweep, "--live", interrupt=(number, "on the front"))
            self.assertEqual(code, 1, sent)
            screen = screen_of(sent)
            self.assertEqual(sum("cells measured" in line for line in screen), 1, screen)
            said = [line for line in screen if "finishing what is in flight" in line]
            self.assertEqual(len(said), 1, screen)
            self.assertRegex(screen[-2], "--resume to go on")

    def test_quiet_draws_nothing(self):
        code, sent = run_on_terminal("--quiet", *self.sweep)
        self.assertEqual((code, sent), (0, ""))

    def test_away_from_a_terminal_it_is_plain_lines(self):
        result = self.succeeds(*self.sweep)
        self.assertNotIn("\x1b", result.stderr)
        self.assertNotIn("\r", result.stderr)
        self.assertRegex(result.stderr, r"(?m)^sweep (\d+)/\1 cells, [\d.]+ images/s$")
        self.assertEqual(result.stdout, "")


if __name__ == "__main__":
    unittest.main(verbosity=2)

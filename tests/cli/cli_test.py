#!/usr/bin/env python3
"""cli_test.py FFICHECK [unittest arguments]: exit statuses, messages and files of the program.

Campaigns here run on the target `control` alone: they need a C compiler and a second or two.
"""

import json
import os
import pathlib
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
TIMER = ROOT / "examples" / "timer" / "timer.wit"
FFICHECK = ""

CASE = """fficheck-case: 1
{header}--- schema ---
package fficheck:case;

interface api {{
  echo-a: func(x: u32) -> u32;
}}
--- script ---
call echo-a(7)
--- end ---
"""


class CliTest(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="fficheck-cli-")
        self.addCleanup(directory.cleanup)
        self.dir = pathlib.Path(directory.name)

    def run_cli(self, *arguments, status, **options):
        run = subprocess.run([FFICHECK, *map(str, arguments)], capture_output=True, text=True, timeout=300,
                             stdin=subprocess.DEVNULL, errors="replace", **options)
        self.assertEqual(run.returncode, status, f"{arguments}\n{run.stdout}\n{run.stderr}")
        return run

    def fuzz(self, *arguments, status, **options):
        return self.run_cli("fuzz", "--target", "control", "--values", 20, *arguments, status=status,
                            **options)

    def case(self, header="", name="x.case", text=None):
        path = self.dir / name
        path.write_text(CASE.format(header=header) if text is None else text, encoding="utf-8")
        return path


class EditGenerated(CliTest):
    def test_a_binding_broken_by_hand_is_noticed(self):
        run = self.fuzz("--property", "consume", "--cases", 5, "--edit-generated",
                        "sed -i 's/  ffi_rt_reply(call, &h);/  const uint64_t g = h + 1;\\n  ffi_rt_reply(call, \\&g);/' "
                        "native/ffi_provider.c", status=1)
        self.assertIn("consume", run.stdout)

    def test_go_closures_that_start_between_close_and_destroy_leave_their_call_to_the_library(self):
        # The window is nanoseconds wide as it is.
        self.run_cli("fuzz", "--target", "go", "--profile", "completion", "--property", "teardown", "--cases", 30,
                     "--seed", 101, "--edit-generated",
                     "sed -i -e 's/code := C.ffirt_destroy/time.Sleep(time.Millisecond)\\n&/' "
                     "-e 's/^import ($/&\\n\"time\"/' go/ffirt/call.go", status=0)

    def test_a_command_that_fails_is_status_2(self):
        run = self.fuzz("--cases", 1, "--edit-generated", "echo no such place >&2; exit 1", status=2)
        self.assertIn("no such place", run.stderr)


class Usage(CliTest):
    def test_wrong_arguments_are_status_2_and_say_what_there_is(self):
        for arguments, message in [
            ((), "subcommand"),
            (("fzuz", "--cases", "1"), 'no command is named "fzuz" (there are: fuzz'),
            (("fuzz", "--no-such-option"), "--no-such-option"),
            (("fuzz", "--target", "nope"), "there are: control"),
            (("fuzz", "--property", "nope"), "there are: compiles"),
            (("fuzz", "--profile", "nope"), "there are: default"),
            (("fuzz", "--target", "control,go", "--leg", "O2,nope"), '"nope"'),
            (("fuzz", "--target", "control,go", "--leg", "O2,nope"), "there are: plain, O2, race"),
            (("fuzz", "--target", "control", "--leg", "race"), "there are: plain, O2"),
            (("fuzz", "--seed", "0xzz"), "--seed 0xzz"),
            (("fuzz", "--seed", "99999999999999999999999"), "64 bits"),
            (("fuzz", "--cases", "-1"), "--cases"),
            (("fuzz", "--cases", "0"), "compares nothing"),
            (("fuzz", "--time", "0"), "compares nothing"),
            (("fuzz", "--batch", "0"), "--batch"),
            (("fuzz", "--resume"), "--save"),
            (("fuzz", "--schema", "/nonexistent.wit"), "/nonexistent.wit"),
            (("replay", "/nonexistent.case"), "/nonexistent.case"),
            (("gen", TIMER, "--target", "nope", "--out", self.dir), "there are: control, go"),
            (("explain", TIMER, "--abi", "nope"), "native, nim"),
        ]:
            with self.subTest(arguments=arguments):
                run = self.run_cli(*arguments, status=2)
                self.assertIn(message, run.stderr + run.stdout)

    def test_version_and_help_are_status_0(self):
        self.assertRegex(self.run_cli("--version", status=0).stdout, r"^fficheck \d+\.\d+\.\d+\n$")
        self.assertIn("Exit status", self.run_cli("--help", status=0).stdout)

    def test_a_directory_without_cases_is_status_2(self):
        self.assertIn("no *.case", self.run_cli("replay", self.dir, status=2).stderr)


class Environment(CliTest):
    def test_a_missing_compiler_is_status_3_with_the_remedy(self):
        empty = {**os.environ, "PATH": str(self.dir)}
        self.assertIn("install", self.fuzz("--cases", 1, status=3, env=empty).stderr)

    def test_a_compiler_that_is_too_old_is_status_3_with_the_remedy(self):
        for tool, text in [("gcc", "5"), ("go", "go version go1.4 linux/amd64")]:
            program = self.dir / tool
            program.write_text(f"#!/bin/sh\necho '{text}'\n", encoding="utf-8")
            program.chmod(0o755)
        old = {**os.environ, "PATH": f"{self.dir}:{os.environ['PATH']}"}
        for target in ("control", "go"):
            run = self.run_cli("fuzz", "--target", target, "--cases", 1, status=3, env=old)
            self.assertIn("newer", run.stderr)

    def test_directories_that_cannot_be_written_are_status_3(self):
        for arguments in [("--save", "/proc/fficheck"), ("--json", "/nonexistent/x.json"),
                          ("--json", "/proc/x.json")]:
            with self.subTest(arguments=arguments):
                self.assertIn("cannot", self.fuzz("--cases", 1, *arguments, status=3).stderr)
        self.run_cli("gen", TIMER, "--target", "go", "--out", "/proc/fficheck", status=3)

    def test_a_full_disk_is_status_3_and_leaves_nothing_half_written(self):
        def limit():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (600, 600))

        save = self.dir / "save"
        run = self.fuzz("--cases", 3, "--save", save, status=3, preexec_fn=limit)
        self.assertIn("cannot write", run.stderr)
        self.assertEqual([str(p) for p in self.dir.rglob("*.tmp-*")], [])
        self.assertEqual([str(p) for p in save.glob("*.case")], [])


class Legs(CliTest):
    def test_every_schema_runs_in_the_legs_asked_for_and_in_nothing_else(self):
        report_file = self.dir / "report.json"
        self.fuzz("--leg", "O2", "--cases", 7, "--json", report_file, status=0)
        target = json.loads(report_file.read_text())["targets"]["control"]
        self.assertEqual((target["schemas"], target["legs"]["O2"]["schemas"]), (7, 7))
        self.assertEqual(target["values"], target["legs"]["O2"]["values"])
        self.assertGreater(target["values"], 7 * 20)
        self.assertEqual(target["properties"]["compiles"]["pass"], 7)

    def test_a_leg_beside_the_plain_build_counts_its_schemas_once(self):
        report_file = self.dir / "report.json"
        self.fuzz("--leg", "plain,O2,O2", "--cases", 3, "--property", "echo", "--json", report_file, status=0)
        target = json.loads(report_file.read_text())["targets"]["control"]
        self.assertEqual((target["schemas"], target["legs"]["O2"]["schemas"]), (3, 3))
        self.assertEqual(target["values"], 2 * target["legs"]["O2"]["values"])

    def test_a_target_without_them_is_left_out_and_named(self):
        run = self.run_cli("fuzz", "--target", "control,wasm-c", "--leg", "utf16", "--cases", 1, "--values", 20, status=0)
        self.assertIn("left out, target control: it has no leg utf16 (it has plain, O2)", run.stderr)
        self.assertNotIn("control", run.stdout)

    def test_a_failure_in_a_leg_is_saved_with_its_leg(self):
        self.fuzz("--leg", "O2", "--property", "consume", "--cases", 2, "--save", self.dir / "s", "--edit-generated",
                  "sed -i 's/  ffi_rt_reply(call, &h);/  const uint64_t g = h + 1;\\n  ffi_rt_reply(call, \\&g);/' "
                  "native/ffi_provider.c", status=1)
        cases = list((self.dir / "s").glob("*.case"))
        self.assertIn("target: control+O2\n", cases[0].read_text())

    def test_a_resumed_campaign_has_the_same_legs(self):
        self.fuzz("--leg", "O2", "--property", "echo", "--cases", 2, "--save", self.dir / "s", status=0)
        run = self.fuzz("--property", "echo", "--cases", 2, "--save", self.dir / "s", "--resume", status=2)
        self.assertIn("legs was", run.stderr)


class Campaign(CliTest):
    def test_all_held_is_status_0_and_the_report_has_the_designs_keys(self):
        report_file = self.dir / "report.json"
        self.fuzz("--cases", 4, "--seed", "0x1f", "--json", report_file, status=0)
        report = json.loads(report_file.read_text())
        self.assertEqual(report["version"], 1)
        self.assertEqual(report["seed"], "0x1f")
        self.assertGreater(report["elapsed_s"], 0)
        control = report["targets"]["control"]
        self.assertEqual(control["schemas"] + control["skipped"], 4)
        self.assertGreater(control["values"], 100)
        self.assertEqual(control["properties"]["compiles"],
                         {"pass": 4, "fail": 0, "skip": 0, "broken": 0})
        self.assertEqual(report["failures"], [])

    def test_one_seed_gives_one_result(self):
        reports = []
        for jobs, batch in [(1, 3), (2, 10)]:
            file = self.dir / "report.json"
            self.fuzz("--cases", 8, "--seed", 5, "--jobs", jobs, "--batch", batch, "--json", file, status=0)
            reports.append(json.loads(file.read_text())["targets"])
        self.assertEqual(reports[0], reports[1])

    def test_nothing_compared_is_no_success(self):
        wit = self.dir / "x.wit"
        wit.write_text("package a:b;\ninterface i {\n  resource r;\n  f: func(x: own<r>);\n}\n")
        run = self.run_cli("fuzz", "--target", "control", "--schema", wit, status=2)
        self.assertIn("nothing was compared", run.stderr)

    def test_a_wit_file_is_tried_with_functions_added_for_each_of_its_types(self):
        run = self.fuzz("--schema", TIMER, status=0)
        self.assertIn("all held", run.stdout)

    def test_two_campaigns_cannot_share_a_directory(self):
        save = self.dir / "save"
        with subprocess.Popen([FFICHECK, "fuzz", "--target", "control", "--time", "60", "--save", save],
                              stdout=subprocess.PIPE, text=True) as first:
            try:
                first.stdout.readline()  # "seed ...": it holds the directory
                run = self.fuzz("--cases", 1, "--save", save, status=2)
                self.assertIn(str(save), run.stderr)
            finally:
                first.kill()

    def wait_for_lines(self, journal, lines, process):
        deadline = time.monotonic() + 120
        while not journal.exists() or journal.read_text().count("\n") < lines:
            self.assertIsNone(process.poll(), "ended early")
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.01)

    def campaign(self, save, *more):
        return ["fuzz", "--target", "control", "--values", "20", "--seed", "9", "--cases", "40", "--batch",
                "4", "--jobs", "2", "--save", save, *more]

    def interrupted(self, send):
        """A campaign that got a signal after two batches: its status, then its report once resumed."""
        save = self.dir / "save"
        process = subprocess.Popen([FFICHECK, *map(str, self.campaign(save))], stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL)
        try:
            self.wait_for_lines(save / "journal.jsonl", 2, process)
            process.send_signal(send)
            status = process.wait(timeout=120)
        finally:
            process.kill()
            process.wait()
        done = (save / "journal.jsonl").read_text().count("\n")
        self.assertLess(done, 10)
        report = self.dir / "resumed.json"
        run = self.run_cli(*self.campaign(save, "--resume", "--json", report), status=0)
        self.assertIn("resumed after", run.stdout)
        return status, json.loads(report.read_text())

    def whole(self):
        report = self.dir / "whole.json"
        self.run_cli(*self.campaign(self.dir / "whole", "--json", report), status=0)
        return json.loads(report.read_text())

    def test_a_killed_campaign_resumes_to_the_totals_of_a_whole_one(self):
        status, resumed = self.interrupted(signal.SIGKILL)
        self.assertEqual(status, -signal.SIGKILL)
        self.assertEqual(resumed["targets"], self.whole()["targets"])

    def test_sigint_ends_cleanly_with_status_130_and_resumes(self):
        status, resumed = self.interrupted(signal.SIGINT)
        self.assertEqual(status, 130)
        self.assertEqual(resumed["targets"], self.whole()["targets"])

    def test_resuming_with_other_options_is_status_2_and_names_them(self):
        save = self.dir / "save"
        self.fuzz("--cases", 2, "--seed", 1, "--save", save, status=0)
        run = self.fuzz("--cases", 3, "--seed", 2, "--save", save, "--resume", status=2)
        self.assertIn("seed was 1, now 2", run.stderr)
        self.assertIn("cases was 2, now 3", run.stderr)

    def test_a_damaged_journal_is_status_2_with_file_and_line(self):
        save = self.dir / "save"
        self.fuzz("--cases", 2, "--seed", 1, "--save", save, status=0)
        journal = save / "journal.jsonl"
        journal.write_text("nonsense\n" + journal.read_text())
        run = self.fuzz("--cases", 2, "--save", save, "--resume", status=2)
        self.assertIn("journal.jsonl:1", run.stderr)


class Faults(CliTest):
    def test_a_row_whose_tool_vanishes_is_an_error_and_the_others_go_on(self):
        go = self.dir / "go"
        go.write_text(f"""#!/bin/sh
case "$1" in env|version) exec {shutil.which("go")} "$@";; esac
rm -f "$0"
exit 1
""", encoding="utf-8")
        go.chmod(0o755)
        others = [d for d in os.environ["PATH"].split(os.pathsep) if not pathlib.Path(d, "go").exists()]
        if shutil.which("gcc", path=os.pathsep.join(others)) is None:
            self.skipTest("go lies beside gcc: it cannot be hidden alone")
        run = self.run_cli("faults", "--seed", 1, "--jobs", 1, "--cases", 10, "--only", "S9/go,X3/wasm-c", status=3,
                           env={**os.environ, "PATH": os.pathsep.join([str(self.dir), *others])})
        self.assertRegex(run.stdout, r"(?m)^S9/go +ERROR ")
        self.assertIn("cannot start go: no such program", run.stdout)
        self.assertRegex(run.stdout, r"(?m)^X3/wasm-c +caught ")


class Replay(CliTest):
    def test_a_case_that_holds_is_status_0(self):
        run = self.run_cli("replay", self.case("target: control\nproperty: echo\n"), status=0)
        self.assertIn("control echo: holds", run.stdout)

    def test_a_directory_is_replayed_in_one_go(self):
        self.case("target: control\nproperty: echo\n", "a.case")
        self.case("target: control\nproperty: consume\n", "b.case")
        run = self.run_cli("replay", self.dir, "--property", "echo", status=0)
        self.assertEqual(run.stdout.count("holds"), 1)

    def test_an_unexpected_pass_is_status_1(self):
        path = self.case("target: control\nproperty: echo\nmessage: x differs\n")
        self.assertIn("holds, though", self.run_cli("replay", path, status=1).stdout)

    def test_unknown_names_in_a_case_are_status_2_with_the_file(self):
        for header in ("target: nope\n", "property: nope\n", "target: control+nope\n"):
            path = self.case(header)
            self.assertIn(str(path), self.run_cli("replay", path, status=2).stderr)

    def test_hostile_case_files_are_status_2_with_file_and_line_and_leave_nothing_behind(self):
        good = CASE.format(header="")
        deep = "list<" * 10000 + "u8" + ">" * 10000
        for name, text in {
            "empty": "",
            "binary": "\x00\x01\x02",
            "truncated": good[: len(good) // 2],
            "quote": good.replace("echo-a", 'echo"a'),
            "newline": good.replace("echo-a", "echo\na"),
            "comment": good.replace("echo-a", "echo*/a"),
            "path": good.replace("echo-a", "../../etc/passwd"),
            "long": good.replace("echo-a", "e" * 10000),
            "nested": good.replace("x: u32", "x: " + deep),
            "huge": good.replace("call echo-a(7)", "bulk echo-a seed=0x1 count=99999999999999999999999"),
            "value": good.replace("(7)", "(99999999999)"),
        }.items():
            with self.subTest(name=name):
                path = self.case(name="hostile.case", text=text)
                run = self.run_cli("replay", path, status=2)
                self.assertRegex(run.stderr, r"hostile\.case:\d+")
                self.assertEqual([p.name for p in self.dir.iterdir()], ["hostile.case"])


class GenAndExplain(CliTest):
    def test_gen_writes_library_and_bindings_below_the_directory(self):
        self.run_cli("gen", TIMER, "--target", "go", "--abi", "nim", "--out", self.dir / "out", status=0)
        for file in ("native/my_timer.h", "native/my_timer.c", "go/go.mod", "go/client.go"):
            self.assertTrue((self.dir / "out" / file).is_file(), file)

    def test_gen_for_control_writes_no_go(self):
        self.run_cli("gen", TIMER, "--target", "control", "--out", self.dir / "out", status=0)
        self.assertFalse((self.dir / "out" / "go").exists())

    def test_explain_json_is_one_object(self):
        run = self.run_cli("explain", TIMER, "--abi", "nim", "--json", status=0)
        self.assertEqual(json.loads(run.stdout)["abi"], "nim")


UNSUPPORTED = """package a:b;
interface host {
  notify: async func(x: u32) -> u32;
}
interface api {
  resource conn {
    send: async func(x: string) -> u32;
    open: static async func(x: string) -> conn;
    body: func() -> stream<u8>;
  }
  type later = future<u32>;
  record deep { f: later }
  take: func(d: list<deep>);
  fail: func(e: error-context);
  slow: async func();
}
world w { import host; export api; }
"""


class UnsupportedWit(CliTest):
    """Async functions, streams, futures and error contexts are left out, and what is left out is named."""

    def wit(self, text):
        path = self.dir / "x.wit"
        path.write_text(text, encoding="utf-8")
        return path

    def commands(self, wit):
        yield "fuzz", "--schema", wit, "--target", "control", "--values", 20
        for target in ("control", "go", "wasm-c", "wasm-go"):
            yield "gen", wit, "--target", target, "--out", self.dir / target
        for abi in ("native", "canonical"):
            yield "explain", wit, "--abi", abi

    def test_the_rest_is_tried_and_what_is_left_out_is_named_with_its_line(self):
        for command in self.commands(self.wit(UNSUPPORTED.replace("slow: async", "plain: func();\n  slow: async"))):
            with self.subTest(command=command):
                run = self.run_cli(*command, status=0)
                for line in [
                    "left out, 4: async functions are not supported: import notify of a:b/api ({0}:3), "
                    "a:b/api.conn.send ({0}:7), a:b/api.conn.open ({0}:8), a:b/api.slow ({0}:16)",
                    "left out, 1: stream is not supported: a:b/api.conn.body ({0}:9)",
                    "left out, 3: future is not supported: a:b/api.later ({0}:11), a:b/api.deep ({0}:12), "
                    "a:b/api.take ({0}:13)",
                    "left out, 1: error-context is not supported: a:b/api.fail ({0}:14)",
                ]:
                    self.assertIn(line.format(self.dir / "x.wit"), run.stderr)

    def test_the_report_lists_them(self):
        report = self.dir / "report.json"
        wit = self.wit("package a:b;\ninterface i {\n  f: func(x: u8) -> u8;\n  g: async func();\n}\n")
        self.fuzz("--schema", wit, "--json", report, status=0)
        self.assertEqual(json.loads(report.read_text())["left_out"],
                         [{"what": "a:b/i.g", "reason": "async functions are not supported", "where": f"{wit}:4"}])

    def test_where_nothing_is_left_the_status_is_2(self):
        worlds = [UNSUPPORTED,
                  "package a:b;\nworld w {\n  import tick: async func();\n  export run: func() -> stream<u8>;\n}\n",
                  "package a:b;\ninterface i {\n  f: async func();\n  g: func(x: stream);\n}\n"]
        for world in worlds:
            for command in self.commands(self.wit(world)):
                with self.subTest(world=world, command=command):
                    run = self.run_cli(*command, status=2)
                    self.assertRegex(run.stderr, r"left out, \d: async functions are not supported: .*x\.wit:\d")
                    self.assertIn("no interface that makes a schema", run.stderr)
                    self.assertEqual([p.name for p in self.dir.iterdir()], ["x.wit"])


if __name__ == "__main__":
    FFICHECK = os.path.realpath(sys.argv.pop(1))
    unittest.main()

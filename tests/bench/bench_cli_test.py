#!/usr/bin/env python3
"""bench_cli_test.py FFICHECK FAKE_BENCH [unittest arguments]: fficheck bench, track and nightly as a
person calls them. Builds here are directories with the fake bench program, whose costs are
invented: nothing is measured, and nothing depends on the machine."""

import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

FFICHECK = FAKE = ""


class BenchCase(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="fficheck-bench-")
        self.addCleanup(directory.cleanup)
        self.dir = pathlib.Path(directory.name)
        self.state = self.dir / "state"

    def build(self, name, factor=1.0, how="", commit="c" * 40, go="go1.26"):
        """A build directory whose benchmark fake/steady costs `factor` times 1000 ns."""
        directory = self.dir / name
        directory.mkdir(exist_ok=True)
        program = directory / "fficheck_bench"
        program.write_text(f'#!/bin/sh\nFFICHECK_FAKE="{how}" FFICHECK_FAKE_FACTOR={factor} FFICHECK_FAKE_DIR="$0.d" '
                           f'exec "{FAKE}" "$@"\n')
        program.chmod(0o755)
        (directory / "fficheck_bench.d").mkdir(exist_ok=True)
        facts = {"commit": commit, "dirty": False, "cxx": "GNU 12.2.0", "c": "GNU 12.2.0", "go": go}
        (directory / "fficheck_build.json").write_text(json.dumps(facts))
        return directory

    def run_cli(self, *arguments, status, **options):
        run = subprocess.run([FFICHECK, *map(str, arguments)], capture_output=True, text=True, timeout=300,
                             stdin=subprocess.DEVNULL, cwd=self.dir, **options)
        self.assertEqual(run.returncode, status, f"{arguments}\n{run.stdout}\n{run.stderr}")
        return run

    def against(self, baseline, candidate, *arguments, status):
        out = self.dir / "comparison.json"
        run = self.run_cli("bench", "--against", baseline, "--build", candidate, "--state", self.state,
                           "--filter", "fast|steady", "--no-instructions", "--json", out, *arguments, status=status)
        return run, json.loads(out.read_text())


class Bench(BenchCase):
    def test_json_is_google_benchmarks_with_the_builds_facts(self):
        out = self.dir / "bench.json"
        self.run_cli("bench", "--quick", "--build", self.build("a"), "--filter", "fast", "--json", out, status=0)
        results = json.loads(out.read_text())
        self.assertEqual([b["name"] for b in results["benchmarks"]], ["fake/fast"])
        self.assertAlmostEqual(results["benchmarks"][0]["real_time"], 100)
        self.assertEqual(results["context"]["commit"], "c" * 40)
        self.assertEqual(results["context"]["go"], "go1.26")
        self.assertIn("host", results["context"])

    def test_a_benchmark_with_an_error_is_status_1(self):
        self.run_cli("bench", "--quick", "--build", self.build("a"), "--filter", "refused", status=1)

    def test_bad_input_is_status_2_with_a_remedy(self):
        build = self.build("a")
        for arguments, message in [
            (["--filter", "("], "no regular expression"),
            (["--filter", "nosuch"], "names them"),
            (["--build", self.dir / "nowhere"], "cannot read"),
            (["--build", self.dir], "scripts/build"),
            (["--against", "nosuch-thing"], "no build directory, no stored anchor and no commit"),
            (["--against", build, "--seed", "x"], "no number"),
            (["--against", build, "--filter", "nosuch"], "both builds"),
        ]:
            run = self.run_cli("bench", "--quick", *(["--build", build] if "--build" not in arguments else []),
                               *arguments, status=2)
            self.assertIn(message, run.stderr)


class Against(BenchCase):
    def test_the_same_build_passes(self):
        run, result = self.against(self.build("a"), self.build("b"), status=0)
        self.assertIn("2 compared, 2 pass", run.stdout)
        self.assertEqual(result["kind"], "comparison")
        self.assertEqual(result["seed"], "0x1")
        self.assertEqual({b["verdict"] for b in result["benchmarks"]}, {"pass"})
        self.assertEqual([len(b["rho"]) for b in result["benchmarks"]], [15, 15])

    def test_a_slower_build_is_status_1_and_named(self):
        run, result = self.against(self.build("a"), self.build("b", factor=1.05), status=1)
        fast, steady = result["benchmarks"]
        self.assertEqual((fast["verdict"], steady["verdict"]), ("pass", "regression"))
        self.assertAlmostEqual(steady["change"], 0.05, places=6)
        self.assertEqual(steady["confirm"]["rounds"], 15)
        self.assertIn("regression, rerun +5.0 %", run.stdout)

    def test_a_faster_build_is_an_improvement_and_status_0(self):
        _, result = self.against(self.build("a", factor=1.05), self.build("b"), status=0)
        self.assertEqual(result["benchmarks"][1]["verdict"], "improvement")

    def test_a_benchmark_that_cannot_be_measured_is_status_1(self):
        run = self.run_cli("bench", "--against", self.build("a"), "--build", self.build("b"), "--filter",
                           "refused|crash|fast", "--no-instructions", "--quick", status=1)
        self.assertIn("no fixture", run.stdout)
        self.assertIn("signal 6", run.stdout)
        self.assertIn("3 compared, 1 pass, 2 error", run.stdout)

    def test_what_a_benchmark_makes_at_first_use_is_there_in_every_round(self):
        out = self.dir / "comparison.json"
        self.run_cli("bench", "--against", self.build("a"), "--build", self.build("b"), "--filter", "made", "--quick",
                     "--no-instructions", "--json", out, status=0)
        [made] = json.loads(out.read_text())["benchmarks"]
        self.assertEqual((made["baseline_allocs"], made["candidate_allocs"]), (0, 0))

    def test_a_build_without_block_mode_is_status_3_with_a_remedy(self):
        run = self.run_cli("bench", "--against", self.build("a", how="old"), "--build", self.build("b"), status=3)
        self.assertIn("choose a later one", run.stderr)


class Track(BenchCase):
    def record(self, night, *arguments, status=0, **build):
        return self.run_cli("track", "record", "--night", night, "--build", self.build("now", **build), "--state",
                            self.state, "--filter", "fast|steady", "--no-instructions", *arguments, status=status)

    def rows(self):
        run = self.run_cli("track", "export", "--state", self.state, status=0)
        return [json.loads(line) for line in run.stdout.splitlines()]

    def test_a_week_with_a_step_of_5_percent_shows_it_on_its_night(self):
        for night in range(1, 8):
            run = self.record(f"2026-01-{night:02}", factor=1.0 if night < 5 else 1.05, commit=f"{night}" * 40)
            self.assertEqual("pinned" in run.stdout, night == 1)
        out = self.dir / "points.json"
        self.run_cli("track", "points", "--json", out, "--state", self.state, status=0)
        times = [p for p in json.loads(out.read_text())["points"] if p["metric"] == "time"]
        self.assertEqual([(p["benchmark"], p["night"], p["commit"], p["commit_before"]) for p in times],
                         [("fake/steady", "2026-01-05", "5" * 40, "4" * 40)])
        self.assertAlmostEqual(times[0]["change"], 0.05, places=4)
        self.assertIn("1 change points", self.run_cli("track", "show", "--state", self.state, status=0).stdout)

    def test_rows_tell_build_night_anchor_and_what_was_allocated(self):
        self.record("2026-01-01", factor=1.01)
        rows = self.rows()
        self.assertEqual(len(rows), 6)
        steady = next(r for r in rows if r["benchmark"] == "fake/steady" and r["metric"] == "time")
        self.assertEqual((steady["night"], steady["anchor"], steady["compiler"], steady["go"], steady["verdict"]),
                         ("2026-01-01", "anchor-2026-01-01", "GNU 12.2.0", "go1.26", "pass"))
        self.assertAlmostEqual(steady["value"], 1010, places=3)
        self.assertEqual({r["value"] for r in rows if r["metric"] == "bytes"}, {8})

    def test_a_night_measured_again_replaces_its_rows(self):
        self.record("2026-01-01")
        self.record("2026-01-01", factor=1.02)
        self.assertEqual(len(self.rows()), 6)

    def test_a_new_anchor_takes_over_after_ten_nights_beside_the_old_one(self):
        self.record("2026-01-01")
        self.run_cli("track", "pin", "slow", "--night", "2026-01-02", "--build", self.build("slow", factor=1.3),
                     "--state", self.state, status=0)
        for night in range(2, 12):
            run = self.record(f"2026-01-{night:02}", "--quick")
            self.assertEqual("slow is the anchor from now on" in run.stdout, night == 11, night)
        self.record("2026-01-12", "--quick")
        self.assertEqual({r["anchor"] for r in self.rows() if r["night"] == "2026-01-12"}, {"slow"})
        shown = self.run_cli("track", "show", "--state", self.state, status=0).stdout
        self.assertIn("0 change points", shown)
        self.assertIn("12 nights to 2026-01-12, last +0.0 % of the anchor", shown)

    def test_an_export_imports_elsewhere(self):
        self.record("2026-01-01")
        lines = self.dir / "history.jsonl"
        self.run_cli("track", "export", lines, "--state", self.state, status=0)
        self.run_cli("track", "import", lines, "--state", self.dir / "elsewhere", status=0)
        copied = self.run_cli("track", "export", "--state", self.dir / "elsewhere", status=0).stdout
        self.assertEqual(copied, lines.read_text())

    def test_bad_input_is_status_2_with_a_remedy(self):
        bad = self.dir / "bad.jsonl"
        bad.write_text('{"night": "2026-01-01"}\n')
        (self.dir / "broken").mkdir()
        (self.dir / "broken" / "history.db").write_text("x" * 5000)
        build = self.build("a")
        for arguments, message in [
            (["show", "--state", self.dir / "nowhere"], "fficheck track record"),
            (["import", bad], "bad.jsonl:1: \"benchmark\" is missing"),
            (["import", self.dir / "none"], "cannot read"),
            (["show", "--state", self.dir / "broken"], "not a database"),
            (["pin", "../x", "--build", build], "no name of an anchor"),
            (["record", "--build", build, "--night", "tonight"], "no date"),
            (["record", "--build", build, "--filter", "nosuch", "--state", self.state], "both builds"),
            ([], "subcommand"),
        ]:
            run = self.run_cli("track", *arguments, status=2)
            self.assertIn(message, run.stderr, arguments)
        self.assertFalse((self.dir / "nowhere").exists())


class Nightly(BenchCase):
    """Nights of builds whose benchmarks cost nothing."""

    def night(self, night, *arguments, status, factor=1.0):
        out = self.dir / "out" / night
        run = self.run_cli("nightly", "--night", night, "--filter", "fast|steady", "--out", out, "--state", self.state,
                           "--build", self.build("now", factor=factor), "--host", "here", *arguments, status=status)
        return run, out, json.loads((out / "nightly.json").read_text())

    def steps(self, summary):
        return {step["name"]: step["status"] for step in summary["steps"]}

    def test_the_first_night_compares_with_nothing_the_next_with_the_one_before(self):
        some = ("--only", "bench,compare,history,report")
        _, out, summary = self.night("2026-01-01", *some, status=0)
        self.assertEqual(self.steps(summary), {"bench": 0, "history": 0, "points": 0, "export": 0, "report": 0})
        for name in ("bench.json", "points.json", "history.jsonl", "report.html", "report.md", "report.xml"):
            self.assertTrue((out / name).exists(), name)
        _, out, summary = self.night("2026-01-02", *some, status=0)
        self.assertEqual(self.steps(summary)["compare"], 0)
        self.assertEqual(len((out / "history.jsonl").read_text().splitlines()), 12)
        self.assertIn('"host":"here"', (out / "history.jsonl").read_text())

    def test_a_regression_is_status_1_once_and_all_steps_are_done(self):
        some = ("--only", "compare,history")
        self.night("2026-01-01", *some, status=0)
        _, out, summary = self.night("2026-01-02", *some, status=1, factor=1.05)
        self.assertEqual(self.steps(summary), {"compare": 1, "history": 0, "points": 0, "export": 0})
        self.assertEqual(summary["status"], 1)
        self.night("2026-01-03", *some, status=0, factor=1.05)

    def test_a_night_without_a_filter_compares_a_choice(self):
        out = self.dir / "out"
        # All of them would take a crash and a hang with them.
        self.run_cli("nightly", "--only", "history", "--out", out, "--state", self.state, "--build", self.build("now"),
                     status=0)
        rows = [json.loads(line) for line in (out / "history.jsonl").read_text().splitlines()]
        self.assertEqual({row["benchmark"] for row in rows}, {"fake/event/-"})

    def test_a_campaign_is_part_of_it(self):
        _, out, summary = self.night("2026-01-01", "--only", "campaign", "--time", 1, status=0)
        self.assertEqual(self.steps(summary), {"campaign": 0})
        self.assertGreater(json.loads((out / "campaign.json").read_text())["targets"]["control"]["values"], 0)

    def test_bad_input_is_status_2_with_a_remedy(self):
        for arguments, message in [(["--filter", "("], "no regular expression"), (["--only", "sleep"], "--only"),
                                   (["--time", "0"], "--time"), (["--build", self.dir], "scripts/build")]:
            run = self.run_cli("nightly", "--out", self.dir / "out", "--state", self.state, *arguments, status=2)
            self.assertIn(message, run.stderr)


if __name__ == "__main__":
    FFICHECK, FAKE = (str(pathlib.Path(program).resolve()) for program in sys.argv[1:3])
    unittest.main(argv=sys.argv[:1] + sys.argv[3:])

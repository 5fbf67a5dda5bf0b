#!/usr/bin/env python3
"""report_test.py FFICHECK: the report as programs read it: JUnit, Markdown, JSON, and its page as text."""

import json
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree as ET

HERE = pathlib.Path(__file__).resolve().parent
FFICHECK = sys.argv.pop(1)
INPUTS = {"--campaign": "campaign.json", "--faults": "faults.json", "--bench": "bench.json",
          "--compare": "compare.json", "--history": "history.jsonl", "--points": "points.json"}
OUTPUTS = {"--html": "r.html", "--markdown": "r.md", "--junit": "r.xml", "--json": "r.json"}


def run(*args):
    return subprocess.run([FFICHECK, "report", *map(str, args)], capture_output=True, text=True, check=False)


class ReportTest(unittest.TestCase):
    def setUp(self):
        place = tempfile.TemporaryDirectory()
        self.addCleanup(place.cleanup)
        self.dir = pathlib.Path(place.name)

    def samples(self, *args):
        subprocess.run([sys.executable, HERE / "page" / "samples.py", self.dir, *args], check=True)

    def report(self, inputs=INPUTS):
        args = [x for flag, file in (inputs | OUTPUTS).items() for x in (flag, self.dir / file)]
        done = run(*args)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(done.stdout.split(), [str(self.dir / file) for file in OUTPUTS.values()])
        return {flag[2:]: (self.dir / file).read_text(encoding="utf-8") for flag, file in OUTPUTS.items()}

    def suites(self, junit):
        root = ET.fromstring(junit)
        for key, of in (("tests", "testcase"), ("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            self.assertEqual(int(root.get(key)), len(list(root.iter(of))))
            for suite in root:
                self.assertEqual(int(suite.get(key)), len(list(suite.iter(of))), suite.get("name"))
        return {suite.get("name"): suite for suite in root}

    def test_junit_counts_what_it_lists(self):
        self.samples("--benchmarks", "20", "--nights", "5")
        suites = self.suites(self.report()["junit"])
        self.assertEqual(list(suites), ["control", "control-nim", "go", "wasm-c", "wasm-go", "campaigns", "faults", "speed"])
        self.assertEqual([t.get("name") for t in suites["go"] if t.find("failure") is not None], ["consume"])
        self.assertIn("record t0", suites["go"].find(".//failure").text)
        self.assertEqual([t.get("name") for t in suites["go"] if t.find("skipped") is not None], ["resources"])
        self.assertEqual(suites["faults"].get("failures"), "1")
        self.assertEqual(suites["speed"].get("failures"), "2")

    def test_a_good_night_has_no_failure_in_any_form(self):
        self.samples("--benchmarks", "20", "--nights", "5", "--good")
        out = self.report()
        for suite in self.suites(out["junit"]).values():
            self.assertEqual((suite.get("failures"), suite.get("errors")), ("0", "0"))
        self.assertEqual(json.loads(out["json"])["summary"]["outcome"], "held")
        self.assertTrue(out["markdown"].startswith("## ✅ Every law held. Nothing got slower.\n"))

    def test_markdown_tells_what_failed_and_what_got_slower(self):
        self.samples("--benchmarks", "20", "--nights", "5")
        markdown = self.report()["markdown"]
        self.assertTrue(markdown.startswith("## ❌ 2 laws failed. 1 seeded fault went unnoticed. 2 benchmarks got slower.\n"))
        self.assertIn("call consume({a: true, b: false})", markdown)
        self.assertIn("build/fficheck replay results/night/go-consume-0x7-12.case", markdown)
        widths = {}
        for line in re.sub(r"```.*?```", "", markdown, flags=re.S).splitlines():
            if line.startswith("|"):
                widths.setdefault(len(re.findall(r"(?<!\\)\|", line)), []).append(line)
        self.assertEqual(sorted(widths), [5, 8], "every row of a table has as many cells as its head")

    def test_hostile_texts_stay_where_they_belong(self):
        self.samples("--benchmarks", "5", "--nights", "4", "--hostile")
        out = self.report()
        self.suites(out["junit"])
        scripts = re.findall(r"<script[^>]*>", out["html"])
        self.samples("--benchmarks", "5", "--nights", "4")
        harmless = self.report()["html"]
        # One script more: the series of the hostile benchmark.
        self.assertEqual(len(scripts), len(re.findall(r"<script[^>]*>", harmless)) + 1)
        self.assertEqual(out["html"].count("</script>"), len(scripts))
        self.assertNotIn("<img", out["html"])
        self.assertNotIn("<img", re.sub(r"(`+).*?\1", "", out["markdown"], flags=re.S))

    def test_the_page_names_nothing_outside_itself(self):
        self.samples("--benchmarks", "5", "--nights", "4")
        html = self.report()["html"]
        without_data = re.sub(r'<script type="application/json".*?</script>', "", html, flags=re.S)
        self.assertEqual(re.findall(r'(?:src|href)="(?!#)[^"]*"|@import|url\((?!data:)', without_data), [])
        self.assertLess(set(re.findall(r"https?://[^\s\"'`)]*", without_data)),
                        {"http://www.w3.org/2000/svg", "https://github.com/leeoniya/uPlot", "x"})
        self.assertIn("Permission is hereby granted", html)

    def test_a_year_of_a_hundred_benchmarks_is_below_two_megabytes(self):
        self.samples("--benchmarks", "100", "--nights", "365")
        self.assertLess(len(self.report()["html"].encode()), 2_000_000)

    def test_whatever_is_left_out_is_said_to_be_missing(self):
        self.samples("--benchmarks", "5", "--nights", "4", "--good")
        for flag, file in INPUTS.items():
            if flag != "--points":
                self.report({flag: file})
        self.assertEqual(json.loads(self.report({})["json"])["summary"]["outcome"], "nothing")

    def test_a_killed_campaign_is_read_from_its_journal(self):
        self.samples("--benchmarks", "5", "--nights", "4", "--good")
        tally = json.loads((self.dir / "campaign.json").read_text())
        killed = self.dir / "killed"
        killed.mkdir()
        (killed / "state.json").write_text('{"seed": 7, "profile": "default"}')
        line = json.dumps({"unit": "0/go", "elapsed_s": 3.5, "tally": tally})
        (killed / "journal.jsonl").write_text(line + "\n" + line[:100])
        data = json.loads(self.report({"--campaign": "killed"})["json"])
        self.assertEqual(data["summary"]["outcome"], "incomplete")
        self.assertEqual(data["campaigns"][0]["seed"], "0x7")
        self.assertGreater(data["summary"]["pass"], 0)

    def test_bad_input_is_told_with_its_file(self):
        self.samples("--benchmarks", "2", "--nights", "2")
        (self.dir / "torn.json").write_text('{"targets": {')
        (self.dir / "other.json").write_text('{"targets": 7}')
        (self.dir / "rows.jsonl").write_text('{"night": "2026-01-01"}\n')
        for args, told in (((), "nothing to write"), (("--html", self.dir / "no" / "r.html"), "r.html"),
                           (("--campaign", self.dir / "torn.json"), "torn.json"), (("--campaign", self.dir / "other.json"), "other.json"),
                           (("--faults", self.dir / "bench.json"), "bench.json"), (("--bench", self.dir / "faults.json"), "faults.json"),
                           (("--compare", self.dir / "absent.json"), "absent.json"), (("--history", self.dir / "rows.jsonl"), "rows.jsonl:1"),
                           (("--points", self.dir / "points.json"), "--history")):
            done = run(*args, *(() if not args or args[0] == "--html" else ("--html", self.dir / "r.html")))
            self.assertIn(done.returncode, (2, 3), args)
            self.assertIn(told, done.stderr)


if __name__ == "__main__":
    unittest.main()

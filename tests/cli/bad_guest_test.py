#!/usr/bin/env python3
"""bad_guest_test.py FFICHECK [unittest arguments]: what campaigns make of guests in C that do not end, do not
start, or export the wrong things, and of a clang that has no wasm32: clear messages, in time, nothing lost.

A guest is broken by hand (--edit-generated) in one schema of two; the other one must be tried all the same.
"""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

FFICHECK = ""

# Two interfaces: two schemas of one batch.
WIT = """package a:b;
interface bad { f: func(x: u32) -> string; }
interface good { g: func(x: u64) -> u64; }
"""
FIRST = "memset(&args, 0, sizeof args);"


class Campaign(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="fficheck-bad-")
        self.addCleanup(directory.cleanup)
        self.dir = pathlib.Path(directory.name)
        (self.dir / "x.wit").write_text(WIT, encoding="utf-8")

    def fuzz(self, *arguments, status, **options):
        report = self.dir / "report.json"
        started = time.monotonic()
        run = subprocess.run(
            [FFICHECK, "fuzz", "--target", "wasm-c", "--schema", self.dir / "x.wit", "--values", "20", "--seed", "1",
             "--json", report, *arguments],
            capture_output=True, text=True, timeout=300, stdin=subprocess.DEVNULL, errors="replace", **options)
        self.assertEqual(run.returncode, status, run.stdout + run.stderr)
        self.assertLess(time.monotonic() - started, 200)
        return run, json.loads(report.read_text()) if report.exists() else None


class BadGuest(Campaign):
    def broken(self, edit, law, good=1):
        """The messages about a guest that the sed script `edit` broke in one schema; `good`: the others that hold."""
        _, report = self.fuzz("--property", law, "--edit-generated",
                              f"f=$(grep -l '/bad#f\"' guest/*_guest.c); [ -z \"$f\" ] || sed -i '{edit}' $f",
                              status=1)
        self.assertEqual(report["targets"]["wasm-c"]["properties"][law]["pass"], good)
        return " ".join(failure["message"] + failure.get("log", "") for failure in report["failures"])

    def test_one_that_is_not_broken_holds(self):
        self.fuzz("--edit-generated", "true", status=0)

    def test_one_that_loops_for_ever_is_interrupted(self):
        message = self.broken(f"0,/{FIRST}/s//&\\n  for (volatile unsigned i = 1; i; ++i) {{\\n    i = 1;\\n  }}/", "call")
        self.assertIn("interrupt", message)

    def test_one_that_grows_its_memory_without_end_meets_the_limit(self):
        grow = "while (__builtin_wasm_memory_grow(0, 16) != (unsigned long)-1) {\\n  }\\n  __builtin_trap();"
        message = self.broken(f"0,/{FIRST}/s//&\\n  {grow}/", "call")
        self.assertIn("unreachable", message)

    def test_one_that_traps_at_start_fails_and_is_told(self):
        _, report = self.fuzz("--property", "compiles", "--edit-generated",
                              "sed -i 's/void ffi_probe_initialize(void) {/&\\n  __builtin_trap();/' guest/ffi_guest_probe.c",
                              status=1)
        self.assertIn("the guest traps in _initialize", report["failures"][0]["log"])

    def test_one_that_exports_too_little_is_told_with_the_name(self):
        message = self.broken('0,/export_name("fficheck:c000\\/bad#f")/s//unused/', "compiles")
        self.assertIn("does not export f", message)

    def test_one_that_exports_too_much_is_told(self):
        surplus = '__attribute__((export_name("cabi_post_fficheck:c001/good#g"))) void surplus(long long p) {\\n  (void)p;\\n}'
        _, report = self.fuzz("--property", "post-return", "--edit-generated",
                              f"sed -i '$ a\\{surplus}' guest/c000_guest.c", status=1)
        self.assertIn("exports a post-return, which nothing needs", " ".join(f["message"] for f in report["failures"]))


class ClangWithoutWasm(Campaign):
    def test_is_status_3_with_the_remedy(self):
        real = shutil.which("clang-19") or shutil.which("clang")
        for name in ("clang-19", "clang"):
            program = self.dir / name
            program.write_text(f"""#!/bin/sh
[ "$1" != --print-targets ] || {{ echo 'Registered Targets: x86-64'; exit; }}
exec {real} "$@"
""", encoding="utf-8")
            program.chmod(0o755)
        run, _ = self.fuzz(env={**os.environ, "PATH": f"{self.dir}:{os.environ['PATH']}"}, status=3)
        self.assertIn("install a clang with the WebAssembly target", run.stderr)


if __name__ == "__main__":
    FFICHECK = os.path.realpath(sys.argv.pop(1))
    unittest.main()

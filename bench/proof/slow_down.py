#!/usr/bin/env python3
"""slow_down.py DIRECTORY: plants a loop in generated wrappers below DIRECTORY, as FFICHECK_BENCH_EDIT of
bench/fixtures/build.sh. FFICHECK_SLOW_DOWN tells the turns: {"go/EchoString": 120, "c/shapes_echo_mixed": 80,
"wasm-c/shapes_on_echo_scalar": 40}. Each turn waits for the one before and for memory, so that no compiler
can remove it."""

import json
import os
import pathlib
import re
import sys

C_LOOP = """
static void slow_down(unsigned turns) {
  volatile unsigned long long x = 1;
  for (unsigned i = 0; i < turns; i++) x = x * 6364136223846793005ULL + 1;
}
"""
GO_LOOP = """
var slowDownSink uint64

//go:noinline
func slowDown(turns int) {
	x := slowDownSink
	for i := 0; i < turns; i++ {
		x = x*6364136223846793005 + 1
	}
	slowDownSink = x
}
"""


def edit(path, pattern, replacement):
    text = path.read_text()
    text, count = re.subn(pattern, replacement, text, flags=re.M)
    if count != 1:
        raise SystemExit(f"{path}: {count} places are like {pattern}")
    path.write_text(text)


def main(directory):
    turns = json.loads(os.environ["FFICHECK_SLOW_DOWN"])
    files = {"go": directory / "go/go/client.go", "c": directory / "go/native/shapes.c",
             "wasm-c": directory / "wasm-c/guest/shapes_guest.c"}
    for place, count in turns.items():
        language, name = place.split("/")
        if language == "go":
            edit(files["go"], rf"^(func \(c \*Client\) {name}Context\(.*\{{)$", rf"\1\n\tslowDown({count})")
        elif language == "c":
            edit(files["c"], rf"^(int {name}\(.*\) \{{)$", rf"\1\n  slow_down({count});")
        else:
            edit(files["wasm-c"], rf"^(.* = {name}\()", rf"  slow_down({count});\n\1")
    files["go"].write_text(files["go"].read_text() + GO_LOOP)
    slowed = {place.split("/")[0] for place in turns}
    for language in slowed - {"go"}:  # one that nothing calls does not compile
        edit(files[language], r"\A((?:.*\n)*?#include [^\n]*\n)(?!#include)", lambda m: m.group(1) + C_LOOP)


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))

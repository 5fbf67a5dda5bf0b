#!/usr/bin/env python3
"""power.py --runs N --out FILE [--levels 5,...] [--noisy]: injects slowdowns of 2, 5 and 10 % into generated
wrappers in Go, in C and in a wasm guest in C, and compares the build with the one without them, again and
again, each time with another seed; a line of FILE for each comparison of one benchmark. Goes on where FILE
ends. --levels: only the benchmarks of these. Needs a build in build/. power.py --summary FILE...: the power
table."""

import argparse
import json
import math
import os
import pathlib
import statistics
import subprocess
import tempfile

import proof

# Wrapper, the benchmark that shows it, how much slower in percent. Each level is in each language.
PLACES = [
    ("go/EchoScalar", "go/call/scalar/both", 2), ("go/EchoString", "go/call/string-1KiB/both", 5),
    ("go/EchoBytes", "go/call/bytes-1KiB/both", 10),
    ("c/shapes_echo_mixed", "control/call/record/both", 2), ("c/shapes_echo_shape", "control/call/variant/both", 5),
    ("c/shapes_echo_note", "control/call/option/both", 10),
    ("wasm-c/shapes_on_echo_string", "wasm-c/core-call/string-1KiB/both", 2),
    ("wasm-c/shapes_on_echo_mixed", "wasm-c/core-call/record/both", 5),
    ("wasm-c/shapes_on_echo_scalar", "wasm-c/core-call/scalar/both", 10),
]


def pattern(levels):
    return "^(" + "|".join(benchmark for _, benchmark, level in PLACES if level in levels) + ")$"


LEVELS = {benchmark: level for _, benchmark, level in PLACES}


def slowed(baseline, directory, turns):
    """A copy of a build whose wrappers do so many turns more."""
    build = proof.store(baseline, directory)
    environment = {**os.environ, "FFICHECK_BENCH_EDIT": str(proof.ROOT / "bench/proof/slow_down.py"),
                   "FFICHECK_SLOW_DOWN": json.dumps(turns)}
    made = subprocess.run([proof.ROOT / "bench/fixtures/build.sh", proof.FFICHECK, build / "fficheck_bench.d"],
                          env=environment, capture_output=True, text=True, check=False)
    if made.returncode != 0:
        raise SystemExit(made.stdout + made.stderr)
    return build


def calibrated(baseline, directory):
    """Turns for each place that make its benchmark slower by its level: tried with many, then, since a few
    turns hide behind other work, with what should cost 20 %."""
    tried = {place: 400 if "wasm" in place else 1500 for place, _, _ in PLACES}
    for attempt, wanted in (("many", lambda level: 20), ("some", lambda level: level)):
        trial = slowed(baseline, directory / attempt, tried)
        thetas = {}
        for seed in (901, 902, 903):
            for row in proof.compare(baseline, trial, seed, pattern(LEVELS.values())):
                thetas.setdefault(row["name"], []).append(row["theta"])
        turns = {}
        for place, benchmark, level in PLACES:
            change = max(0.005, math.expm1(statistics.median(thetas[benchmark])))
            turns[place] = max(1, round(tried[place] * wanted(level) / 100 / change))
            print(f"{place}: {tried[place]} turns made {benchmark} {100 * change:.1f} % slower; next "
                  f"{turns[place]} for {wanted(level)} %", flush=True)
        tried = turns
    return tried


def summary(rows):
    print("| injected | measured (median) | alarm of the first stage | confirmed | inconclusive |")
    print("|---|---|---|---|---|")
    groups = [(f"{level} %", [r for r in rows if r["level"] == level]) for level in (2, 5, 10)]
    groups += [(f"{level} %, {name}", [r for r in rows if r["name"] == name]) for _, name, level in PLACES]
    for title, some in groups:
        if some:
            n = len(some)
            print(f"| {title} | {100 * math.expm1(statistics.median(r['theta'] for r in some)):.1f} % | "
                  f"{proof.share(sum(r['first'] for r in some), n)} | "
                  f"{proof.share(sum(r['verdict'] == 'regression' for r in some), n)} | "
                  f"{sum(r['verdict'] == 'inconclusive' for r in some)} |")
    print(f"load: {min(r['load'] for r in rows):.1f} to {max(r['load'] for r in rows):.1f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=34)
    parser.add_argument("--out", type=pathlib.Path)
    parser.add_argument("--build", type=pathlib.Path, default=proof.ROOT / "build")
    parser.add_argument("--turns", type=pathlib.Path, help="file of calibrated turns; made where it is missing")
    parser.add_argument("--levels", default="2,5,10", help="slowdowns in percent")
    parser.add_argument("--noisy", action="store_true")
    parser.add_argument("--summary", nargs="+")
    options = parser.parse_args()
    if options.summary:
        summary(proof.read(options.summary))
        return
    wanted = pattern([int(level) for level in options.levels.split(",")])
    done = len({r["seed"] for r in proof.read([options.out])}) if options.out.exists() else 0
    with tempfile.TemporaryDirectory(prefix="fficheck-power-") as directory:
        baseline = proof.store(options.build, pathlib.Path(directory, "baseline"))
        if options.turns and options.turns.exists():
            turns = json.loads(options.turns.read_text())
        else:
            turns = calibrated(baseline, pathlib.Path(directory, "trial"))
            if options.turns:
                options.turns.write_text(json.dumps(turns))
        candidate = slowed(baseline, pathlib.Path(directory, "candidate"), turns)
        with proof.neighbour(options.noisy):
            for seed in range(done + 1, options.runs + 1):
                rows = list(proof.compare(baseline, candidate, seed, wanted))
                with options.out.open("a") as out:
                    out.writelines(json.dumps({**row, "level": LEVELS[row["name"]]}) + "\n" for row in rows)
    summary(proof.read([options.out]))


if __name__ == "__main__":
    main()

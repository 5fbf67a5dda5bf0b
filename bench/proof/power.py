#!/usr/bin/env python3
"""power.py --runs N --out FILE [--at 5] [--languages c,...] [--noisy]: injects slowdowns of 2, 5 and 10 % into
generated wrappers in Go, in C and in a wasm guest in C, and compares the build with the one without them, again
and again, each time with another seed; a line of FILE for each comparison of one benchmark. Goes on where FILE
ends. --at: so many percent everywhere. --languages: only the wrappers in these. Needs a build in build/.
power.py --summary FILE...: the power table."""

import argparse
import json
import math
import os
import pathlib
import shutil
import statistics
import subprocess
import tempfile

import proof

# Wrapper, the benchmark that shows it, how much slower in percent. Each level is in each language; in Go calls
# one at a time and many at once.
PLACES = [
    ("go/EchoScalar", "go/completion/scalar/both", 2), ("go/EchoMixed", "go/call/record/both", 5),
    ("go/EchoBytes", "go/completion/bytes-1KiB/both", 10),
    ("c/shapes_echo_mixed", "control/call/record/both", 2), ("c/shapes_echo_shape", "control/call/variant/both", 5),
    ("c/shapes_echo_note", "control/call/option/both", 10),
    ("wasm-c/shapes_on_echo_string", "wasm-c/core-call/string-1KiB/both", 2),
    ("wasm-c/shapes_on_echo_mixed", "wasm-c/core-call/record/both", 5),
    ("wasm-c/shapes_on_echo_scalar", "wasm-c/core-call/scalar/both", 10),
]


def pattern(places):
    return "^(" + "|".join(benchmark for _, benchmark, _ in places) + ")$"


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


FIRST = {"go": 40, "c": 480, "wasm-c": 25}  # turns
ATTEMPTS = 6
CLOSE = 0.1  # of what is wanted


def next_turns(seen, wanted):
    """Turns to try for a slowdown, after what was seen of others, [(turns, slowdown)]: between the nearest
    below and above, else some times as many. A few turns may hide behind other work: it is no line through 0."""
    below = max((s for s in seen if s[1] < wanted), default=(0, 0.0))
    above = min((s for s in seen if s[1] >= wanted), default=None)
    if above is None:
        return round(below[0] * min(3.0, wanted / max(below[1], wanted / 3)) + 1)
    if above[0] <= below[0]:  # noise turned them round
        return max(1, (above[0] + below[0]) // 2)
    share = (wanted - below[1]) / (above[1] - below[1])
    return max(1, round(below[0] + share * (above[0] - below[0])))


def calibrated(baseline, directory, places):
    """Turns for each place that make its benchmark slower by its level, within a tenth of it where six
    attempts find that; else the nearest."""
    seen = {place: [] for place, _, _ in places}
    turns = {place: FIRST[place.split("/")[0]] for place in seen}
    for attempt in range(ATTEMPTS):
        trial = slowed(baseline, directory / str(attempt), turns)
        thetas = {}
        for seed in range(901, 906):
            for row in proof.compare(baseline, trial, seed, pattern(places), "--quick"):
                thetas.setdefault(row["name"], []).append(row["theta"])
        close = True
        for place, benchmark, level in places:
            change = math.expm1(statistics.median(thetas[benchmark]))
            seen[place].append((turns[place], change))
            print(f"{place}: {turns[place]} turns made {benchmark} {100 * change:.1f} % slower", flush=True)
            if abs(change - level / 100) > CLOSE * level / 100:
                turns[place] = next_turns(seen[place], level / 100)
                close = False
        shutil.rmtree(trial)
        if close:
            break
    return {place: min(seen[place], key=lambda s, level=level: abs(s[1] - level / 100))[0]
            for place, _, level in places}


def summary(rows):
    print("| injected | measured (median) | alarm of the first stage | confirmed | inconclusive |")
    print("|---|---|---|---|---|")
    groups = [(f"{level} %", [r for r in rows if r["level"] == level]) for level in sorted({r["level"] for r in rows})]
    groups += [(f"{level} %, {name}", [r for r in rows if (r["level"], r["name"]) == (level, name)])
               for level, name in sorted({(r["level"], r["name"]) for r in rows})]
    for title, some in groups:
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
    parser.add_argument("--at", type=int, help="slowdown in percent, everywhere; unless given as PLACES has it")
    parser.add_argument("--languages", default="go,c,wasm-c", help="of the wrappers")
    parser.add_argument("--noisy", action="store_true")
    parser.add_argument("--summary", nargs="+")
    options = parser.parse_args()
    if options.summary:
        summary(proof.read(options.summary))
        return
    places = [(place, benchmark, options.at or level) for place, benchmark, level in PLACES
              if place.split("/")[0] in options.languages.split(",")]
    levels = {benchmark: level for _, benchmark, level in places}
    done = len({r["seed"] for r in proof.read([options.out])}) if options.out.exists() else 0
    with tempfile.TemporaryDirectory(prefix="fficheck-power-") as directory:
        baseline = proof.store(options.build, pathlib.Path(directory, "baseline"))
        if options.turns and options.turns.exists():
            turns = json.loads(options.turns.read_text())
        else:
            turns = calibrated(baseline, pathlib.Path(directory, "trial"), places)
            if options.turns:
                options.turns.write_text(json.dumps(turns))
        candidate = slowed(baseline, pathlib.Path(directory, "candidate"), turns)
        with proof.neighbour(options.noisy):
            for seed in range(done + 1, options.runs + 1):
                rows = list(proof.compare(baseline, candidate, seed, pattern(places)))
                with options.out.open("a") as out:
                    out.writelines(json.dumps({**row, "level": levels[row["name"]]}) + "\n" for row in rows)
    summary(proof.read([options.out]))


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""histories.py [--series N]: simulated histories of 365 nights through `fficheck track import` and
`points`: quiet ones, steps, drifts and outliers, with the night's noise and its tails. Prints how
often each was told right. Same seed, same table."""

import argparse
import datetime
import json
import math
import pathlib
import random
import statistics
import subprocess
import tempfile

import proof

NIGHTS = 365
STEP_AT = 200


def night(index):
    return (datetime.date(2026, 1, 1) + datetime.timedelta(days=index)).isoformat()


def noise(rng, deviation, outliers):
    """A night's noise: normal, and in a share of nights up to 20 % too slow or too fast."""
    value = rng.gauss(0, deviation)
    return value + rng.uniform(-0.2, 0.2) if rng.random() < outliers else value


def series(rng, kind, deviation):
    """The thetas of one history."""
    outliers = 0.02 if "outliers" in kind else 0
    out = [noise(rng, deviation, outliers) for _ in range(NIGHTS)]
    if kind.startswith("step"):
        size = math.log1p(float(kind.split()[1].rstrip(',')) / 100)
        return [x + (size if i >= STEP_AT else 0) for i, x in enumerate(out)]
    if kind.startswith("drift"):
        return [x + math.log1p(float(kind.split()[1].rstrip(',')) / 100) * i / NIGHTS for i, x in enumerate(out)]
    if kind.startswith("two steps"):
        size = math.log(1.05)
        return [x + (size if STEP_AT <= i < STEP_AT + 10 else 0) for i, x in enumerate(out)]
    return out


def points(rows):
    """Change points of these rows: series name -> [(index, whether it is a drift)]."""
    with tempfile.TemporaryDirectory() as directory:
        lines = pathlib.Path(directory, "rows.jsonl")
        with lines.open("w") as out:
            out.writelines(json.dumps(row) + "\n" for row in rows)
        state = str(pathlib.Path(directory, "state"))
        subprocess.run([proof.FFICHECK, "track", "import", lines, "--state", state], check=True, capture_output=True)
        found = pathlib.Path(directory, "points.json")
        subprocess.run([proof.FFICHECK, "track", "points", "--json", found, "--state", state], check=True,
                       capture_output=True)
        told = {}
        for p in json.loads(found.read_text())["points"]:
            told.setdefault(p["benchmark"], []).append((p["index"], p["drift"]))
        return told


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--series", type=int, default=200)
    options = parser.parse_args()
    print(f"{options.series} histories of {NIGHTS} nights each; sd: of one night's noise; steps at night {STEP_AT}")
    print("| history | sd | right | night exact | change points for each history |")
    print("|---|---|---|---|---|")
    kinds = ["quiet", "quiet, outliers", "step 2", "step 3", "step 5", "step 5, outliers", "two steps", "drift 1",
             "drift 10"]
    for kind in kinds:
        for deviation in (0.002, 0.005, 0.01):
            rng = random.Random(f"{kind} {deviation}")
            rows = []
            for s in range(options.series):
                for i, theta in enumerate(series(rng, kind, deviation)):
                    rows.append({"night": night(i), "benchmark": f"{s:05}", "host": "simulated", "metric": "time",
                                 "anchor": "a", "theta": theta, "verdict": "pass", "commit": f"{i:040x}"})
            told = points(rows)
            counts = [len(told.get(f"{s:05}", [])) for s in range(options.series)]
            indices = [[i for i, _ in told.get(f"{s:05}", [])] for s in range(options.series)]
            wanted = {"step": [STEP_AT], "two": [STEP_AT, STEP_AT + 10]}.get(kind.split()[0], [])
            exact = sum(i == wanted for i in indices)
            # Right: as many as there are, each within two nights of its own; of a drift, that it is told as one.
            if kind == "drift 10":
                right = sum(len(told.get(f"{s:05}", [])) > 0 and all(d for _, d in told[f"{s:05}"])
                            for s in range(options.series))
                exact = ""
            else:
                right = sum(len(i) == len(wanted) and all(abs(a - b) <= 2 for a, b in zip(i, wanted)) for i in indices)
            name = kind.replace(",", " %,") if kind.startswith("step") and "," in kind else kind
            name = {"two steps": "5 % up and, ten nights later, down", "drift 1": "drift of 1 % a year",
                    "drift 10": "drift of 10 % a year"}.get(name, name + " %" if kind in ("step 2", "step 3", "step 5") else name)
            print(f"| {name} | {100 * deviation:.1f} % | {proof.share(right, options.series)} | {exact} | "
                  f"{statistics.mean(counts):.2f} |", flush=True)


if __name__ == "__main__":
    main()

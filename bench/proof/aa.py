#!/usr/bin/env python3
"""aa.py --runs N --out FILE [--build DIR] [--filter R] [--noisy]: the same build on both sides, again
and again, each with another seed; a line of FILE for each comparison of one benchmark. Goes on
where FILE ends. aa.py --summary FILE...: how often that raised an alarm."""

import argparse
import collections
import json
import pathlib
import statistics
import tempfile

import proof


def summary(rows):
    print(f"comparisons: {len(rows)}, benchmarks: {len({r['name'] for r in rows})}, "
          f"load: {min(r['load'] for r in rows):.1f} to {max(r['load'] for r in rows):.1f}")
    print("alarms of the first stage:", proof.share(sum(r["first"] for r in rows), len(rows)))
    print("alarms after confirmation:",
          proof.share(sum(r["verdict"] in ("regression", "improvement") for r in rows), len(rows)))
    print("inconclusive:", proof.share(sum(r["verdict"] == "inconclusive" for r in rows), len(rows)))
    print("rounds:", dict(sorted(collections.Counter(r["rounds"] for r in rows).items())))
    thetas = [abs(r["theta"]) for r in rows]
    print(f"|theta|: median {statistics.median(thetas):.4f}, 99 % below {sorted(thetas)[len(thetas) * 99 // 100]:.4f}, "
          f"largest {max(thetas):.4f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--out", type=pathlib.Path)
    parser.add_argument("--build", type=pathlib.Path, default=proof.ROOT / "build")
    parser.add_argument("--filter", default=proof.FILTER)
    parser.add_argument("--noisy", action="store_true")
    parser.add_argument("--summary", nargs="+")
    options = parser.parse_args()
    if options.summary:
        summary(proof.read(options.summary))
        return
    done = len({r["seed"] for r in proof.read([options.out])}) if options.out.exists() else 0
    with tempfile.TemporaryDirectory(prefix="fficheck-aa-") as directory, proof.neighbour(options.noisy):
        build = proof.store(options.build, pathlib.Path(directory, "build"))
        for seed in range(done + 1, options.runs + 1):
            rows = list(proof.compare(build, build, seed, options.filter))
            with options.out.open("a") as out:
                out.writelines(json.dumps(row) + "\n" for row in rows)
    summary(proof.read([options.out]))


if __name__ == "__main__":
    main()

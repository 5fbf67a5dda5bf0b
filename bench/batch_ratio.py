#!/usr/bin/env python3
"""Schemas checked per second at batch 100 against one build per schema, both in turn in one run.

Wanted: at least 40 times. The first schemas of one seed, every target that is asked for, one job.
"""

import argparse
import statistics

from watched import fuzz, schemas


def rate(batch, cases, options):
    run = fuzz("--target", options.target, "--seed", options.seed, "--cases", cases, "--batch", batch,
               "--values", options.values, "--jobs", 1)
    return schemas(run) / run.wall_s


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--target", default="go")
    parser.add_argument("--seed", default="1")
    parser.add_argument("--values", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    ratios = []
    for turn in range(options.rounds):
        one, hundred = rate(1, 8, options), rate(100, 200, options)
        ratios.append(hundred / one)
        print(f"round {turn}: {one:.2f} schemas/s one by one, {hundred:.1f} at batch 100: "
              f"{hundred / one:.1f} times", flush=True)
    ratio = statistics.median(ratios)
    print(f"median: {ratio:.1f} times; wanted: 40")
    return 0 if ratio >= 40 else 1


if __name__ == "__main__":
    raise SystemExit(main())

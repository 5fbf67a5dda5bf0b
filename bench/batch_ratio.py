#!/usr/bin/env python3
"""Schemas checked per second at batch 100 against one build per schema, both in turn in one run.

Wanted: at least 40 times. Both sides get the same seed, values, laws and one job. Every round has a
seed of its own, because Go's build cache would give a second build of the same batch for nothing.
"""

import argparse
import random
import statistics

from watched import fuzz, schemas


def cost(batch, cases, seed, options):
    """(wall seconds, processor seconds) for each schema."""
    run = fuzz("--target", options.target, "--seed", seed, "--cases", cases, "--batch", batch,
               "--values", options.values, "--profile", options.profile, "--jobs", 1)
    return run.wall_s / schemas(run), run.cpu_s / schemas(run)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--target", default="go")
    parser.add_argument("--profile", default="default")
    parser.add_argument("--values", type=int, default=20, help="for each function and law")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    ratios = []
    for turn in range(options.rounds):
        seed = random.randrange(1 << 32)
        (one, one_cpu), (many, many_cpu) = cost(1, 8, seed, options), cost(100, 100, seed, options)
        ratios.append((one / many, one_cpu / many_cpu))
        print(f"round {turn}, seed {seed}: {1 / one:.2f} schemas/s one by one, {1 / many:.1f} at batch 100: "
              f"{one / many:.1f} times; processor time {1000 * one_cpu:.0f} ms and {1000 * many_cpu:.1f} ms "
              f"each: {one_cpu / many_cpu:.1f} times", flush=True)
    ratio, by_cpu = (statistics.median(column) for column in zip(*ratios))
    print(f"median: {ratio:.1f} times by wall time, {by_cpu:.1f} by processor time; wanted: 40")
    return 0 if ratio >= 40 else 1


if __name__ == "__main__":
    raise SystemExit(main())

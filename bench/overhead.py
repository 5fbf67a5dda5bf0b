#!/usr/bin/env python3
"""What a campaign spends outside the compilers and the calls themselves. Wanted: at most a fifth.

The campaign's report has wall seconds by phase, summed over its jobs. Compilers are "build" and
"lint", calls are "run" without "check", which is the processor time that fficheck itself needs while
a session runs (inventing, lowering, judging, the wire). Lint runs beside the session and hides behind
it, so it is left out of the whole: that makes the share larger, not smaller.
"""

import argparse
import random

from watched import fuzz, schemas

OUTSIDE = ("generate", "emit", "write", "remove", "check")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=200)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 32))
    options = parser.parse_args()
    run = fuzz("--seed", options.seed, "--cases", options.cases)
    phases = run.report["phases_s"]
    outside = sum(phases.get(phase, 0) for phase in OUTSIDE)
    whole = outside - phases.get("check", 0) + sum(phases.get(p, 0) for p in ("build", "run", "shrink"))
    share = outside / whole
    print(f"{schemas(run)} schemas in {run.wall_s:.1f} s, seed {options.seed}; wall seconds by phase: "
          + ", ".join(f"{name} {seconds:.2f}" for name, seconds in sorted(phases.items())))
    print(f"processor time: fficheck itself {run.own_cpu_s:.1f} s of {run.cpu_s:.1f} s")
    print(f"outside compilers and calls: {100 * share:.1f} %; wanted: at most 20")
    return 0 if share <= 0.2 else 1


if __name__ == "__main__":
    raise SystemExit(main())

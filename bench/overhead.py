#!/usr/bin/env python3
"""What a campaign spends outside the compilers and the calls themselves. Wanted: at most a fifth.

fficheck generates, lowers, checks and speaks the wire in its own process; compilers and workers are
others. So its own processor time over the wall time bounds that share from above. A second figure is
how much of the machine stood idle: waiting that nobody needed would show there.
"""

import argparse
import os

from watched import fuzz, schemas


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=500)
    parser.add_argument("--seed", default="1")
    options = parser.parse_args()
    run = fuzz("--seed", options.seed, "--cases", options.cases)
    share = run.own_cpu_s / run.wall_s
    idle = 1 - (run.own_cpu_s + run.others_cpu_s) / (run.wall_s * os.cpu_count())
    print(f"{schemas(run)} schemas in {run.wall_s:.1f} s; fficheck itself {run.own_cpu_s:.1f} s, "
          f"compilers and workers {run.others_cpu_s:.1f} s of processor time; "
          f"{100 * idle:.0f} % of {os.cpu_count()} processors not used by this campaign")
    print(f"outside compilers and calls: {100 * share:.1f} % of the wall time; wanted: at most 20")
    return 0 if share <= 0.2 else 1


if __name__ == "__main__":
    raise SystemExit(main())

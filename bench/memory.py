#!/usr/bin/env python3
"""Peak memory of fficheck itself over a campaign of 200 and of 2,000 schemas. Wanted: flat.

Flat is: the longer one's peak at most a tenth above the shorter one's, and 16 MiB.
"""

import argparse

from watched import fuzz


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", default="1")
    parser.add_argument("--target", default="control,go")
    parser.add_argument("--values", default="200", help="for each function and law")
    options = parser.parse_args()
    peak = {}
    for cases in (200, 2000):
        run = fuzz("--seed", options.seed, "--target", options.target, "--cases", cases,
                   "--values", options.values)
        peak[cases] = run.own_peak_kib / 1024
        print(f"{cases} cases: peak {peak[cases]:.1f} MiB in {run.wall_s:.0f} s", flush=True)
    return 0 if peak[2000] <= 1.1 * peak[200] + 16 else 1


if __name__ == "__main__":
    raise SystemExit(main())

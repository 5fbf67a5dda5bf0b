#!/usr/bin/env python3
"""summary.py REPORT.json: a campaign's report (docs/command-line.md) as a table for a terminal."""

import json
import sys


def main(path):
    with open(path, encoding="utf-8") as file:
        report = json.load(file)
    print(f"seed {report['seed']}, {report['elapsed_s']:.0f} s")
    print(f"{'target':<10}{'property':<12}{'pass':>12}{'fail':>8}{'skip':>8}{'broken':>8}")
    for target, totals in sorted(report["targets"].items()):
        print(f"{target:<10}{totals['schemas']} schemas, {totals['skipped']} skipped, "
              f"{totals['values']} values")
        for name, count in sorted(totals["properties"].items()):
            print(f"{'':<10}{name:<12}{count['pass']:>12}{count['fail']:>8}"
                  f"{count['skip']:>8}{count['broken']:>8}")
    for failure in report["failures"]:
        print(f"FAILED {failure['target']} {failure['property']}: {failure['message']}")
        if failure.get("case"):
            print(f"       build/fficheck replay {failure['case']}")


if __name__ == "__main__":
    main(sys.argv[1])

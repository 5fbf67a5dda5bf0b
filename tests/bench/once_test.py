#!/usr/bin/env python3
"""once_test.py FFICHECK_BENCH: every benchmark runs, briefly, and its floors are benchmarks too."""

import json
import re
import subprocess
import sys


def main(program):
    child = subprocess.Popen([program, "--fficheck_blocks"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                             text=True)

    def ask(request):
        child.stdin.write(request + "\n")
        child.stdin.flush()
        return json.loads(child.stdout.readline())

    assert json.loads(child.stdout.readline()) == {"fficheck_blocks": 1}
    names = [bench["name"] for bench in ask("list")["benchmarks"]]
    broken = [f"{name}: named twice" for name in set(names) if names.count(name) > 1]
    for name in names:
        answer = ask(f"block 1 {name}")
        if "error" in answer or answer["ns"] <= 0 or answer["iterations"] < 1:
            broken.append(f"{name}: {answer}")
        if not re.fullmatch(r"(floor|harness)/[\w/-]+|[a-z-]+/[a-z-]+/[\w-]+/(argument|result|both|-)", name):
            broken.append(f"{name}: not target/mechanism/shape/direction")
    child.stdin.close()
    if child.wait() != 0:
        broken.append(f"ended with status {child.returncode}")
    # Google Benchmark's own way, where floors are measured too.
    listed = subprocess.run([program, "--benchmark_min_time=0.000001", "--benchmark_format=json",
                             "--benchmark_filter=/(none|scalar)/|harness/schemas/control/batch-1/|harness/values/control"], stdout=subprocess.PIPE, text=True, check=True)
    shown = json.loads(listed.stdout)["benchmarks"]
    for run in shown:
        if run.get("error_occurred") or (run.get("label") and not run["ratio"] > 0):
            broken.append(f"{run['name']}: {run}")
    print("\n".join(broken) or f"{len(names)} benchmarks ran, {len(shown)} of them with their floors")
    return 1 if broken or not shown else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))

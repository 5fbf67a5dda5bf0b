#!/usr/bin/env python3
"""once_test.py FFICHECK_BENCH: every benchmark runs, briefly, also on one processor, and its floors are benchmarks too."""

import json
import os
import pathlib
import re
import subprocess
import sys


def started_by(pid):
    """Programs that a process started, as {name: [processors of each]}."""
    found = {}
    for children in pathlib.Path(f"/proc/{pid}/task").glob("*/children"):
        for child in children.read_text().split():
            name = pathlib.Path(f"/proc/{child}/comm").read_text().strip()
            found.setdefault(name, []).append(os.sched_getaffinity(int(child)))
    return found


def main(program):
    child = subprocess.Popen([program, "--fficheck_blocks"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                             text=True)

    def ask(request):
        child.stdin.write(request + "\n")
        child.stdin.flush()
        return json.loads(child.stdout.readline())

    assert json.loads(child.stdout.readline()) == {"fficheck_blocks": 1}
    benches = ask("list")["benchmarks"]
    names = [bench["name"] for bench in benches]
    broken = [f"{name}: named twice" for name in set(names) if names.count(name) > 1]
    here = min(os.sched_getaffinity(0))
    ways = [(name, "") for name in names] + [(b["name"], f" {here}") for b in benches if b["one_processor"]]
    for name, where in ways:
        answer = ask(f"block 1 {name}{where}")
        if "error" in answer or answer["ns"] <= 0 or answer["iterations"] < 1:
            broken.append(f"{name}{where}: {answer}")
        if not re.fullmatch(r"(floor|harness)/[\w/-]+|[a-z-]+/[a-z-]+/[\w-]+/(argument|result|both|-)", name):
            broken.append(f"{name}: not target/mechanism/shape/direction")
    # Where the loops are another program's, that runs on one processor too.
    started = started_by(child.pid)
    for name in ("go_loops", "ipc_loops"):
        if {here} not in started.get(name, []) or os.sched_getaffinity(0) not in started[name]:
            broken.append(f"{name}: runs on {started.get(name)}")
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
    print("\n".join(broken) or f"{len(ways)} ways to run {len(names)} benchmarks worked, {len(shown)} of them with their floors")
    return 1 if broken or not shown else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))

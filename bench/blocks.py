"""A bench program in block mode (bench/blocks/block_mode.h)."""

import json
import os
import pathlib
import statistics
import subprocess

ROOT = pathlib.Path(__file__).resolve().parent.parent
PROGRAM = os.environ.get("FFICHECK_BENCH", str(ROOT / "build" / "fficheck_bench"))


class Program:
    def __init__(self, path=PROGRAM):
        self._child = subprocess.Popen([path, "--fficheck_blocks"], stdin=subprocess.PIPE,
                                       stdout=subprocess.PIPE, text=True)
        json.loads(self._child.stdout.readline())

    def ask(self, request):
        self._child.stdin.write(request + "\n")
        self._child.stdin.flush()
        answer = json.loads(self._child.stdout.readline())
        if "error" in answer:
            raise SystemExit(f"{request}: {answer['error']}")
        return answer

    def names(self):
        return [bench["name"] for bench in self.ask("list")["benchmarks"]]

    def floors(self):
        """The floor of each benchmark, empty for none."""
        return {bench["name"]: bench["floor"] for bench in self.ask("list")["benchmarks"]}

    def each(self, name, min_ns):
        """Nanoseconds of one iteration, from one block."""
        answer = self.ask(f"block {min_ns} {name}")
        return answer["ns"] / answer["iterations"]

    def ratio(self, name, floor, blocks, min_ns):
        """Time of `name` over time of `floor`: the median over blocks that alternate."""
        pairs = [(self.each(name, min_ns), self.each(floor, min_ns)) for _ in range(blocks)]
        return statistics.median(a / b for a, b in pairs)

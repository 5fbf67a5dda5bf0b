#!/usr/bin/env python3
"""What crossings cost, as Markdown: one table for each direction, a row for each shape, a column for each
target and mechanism; then all other benchmarks.

Each benchmark is measured in short blocks, all benchmarks in turn, and the fastest block counts: what is left
of it on a machine that does other things too. In brackets: how many times its floor that is.
"""

import argparse
import collections
import re
import time

from blocks import Program

COLUMNS = ["control/call", "control/completion", "go/call", "go/completion", "ipc/call", "ipc/completion",
           "wasm-c/core-call", "wasm-c/component-call", "wasm-go/core-call", "wasm-go/component-call"]
DIRECTIONS = {"-": "nothing", "argument": "argument", "result": "result", "both": "argument and result"}


def human(ns):
    for unit, size in (("ms", 1e6), ("us", 1e3)):
        if ns >= size:
            return f"{ns / size:.3g} {unit}"
    return f"{ns:.3g} ns"


def times(ratio):
    return f"{ratio:.0f}" if ratio >= 10 else f"{ratio:.1f}"


def measure(program, names, options):
    best = collections.defaultdict(lambda: float("inf"))
    spent = collections.Counter()
    for _ in range(options.blocks):
        for name in names:
            if spent[name] > options.seconds:
                continue
            start = time.monotonic()
            best[name] = min(best[name], program.each(name, options.ns))
            spent[name] += time.monotonic() - start
    return best


def floor_ns(text, best):
    total = 0
    for part in text.split("+"):
        times, _, name = part.rpartition("*")
        total += float(times or 1) * best[name]
    return total


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--blocks", type=int, default=25)
    parser.add_argument("--ns", type=int, default=400_000, help="of one block, at least")
    parser.add_argument("--seconds", type=float, default=0.4, help="for one benchmark, after which it has no more blocks")
    parser.add_argument("--filter", default=".")
    options = parser.parse_args()
    program = Program()
    floors = program.floors()
    names = [name for name in floors if re.search(options.filter, name) or name.startswith("floor/")]
    best = measure(program, names, options)

    cells, others = {}, []
    for name in names:
        cell = human(best[name])
        if floors[name]:
            cell += f" ({times(best[name] / floor_ns(floors[name], best))})"
        target, mechanism, *rest = name.split("/")
        if f"{target}/{mechanism}" in COLUMNS and len(rest) == 2:
            cells.setdefault(rest[1], {}).setdefault(rest[0], {})[f"{target}/{mechanism}"] = cell
        else:
            others.append((name, cell, floors[name]))
    for direction, title in DIRECTIONS.items():
        shapes = cells.get(direction, {})
        used = [c for c in COLUMNS if any(c in row for row in shapes.values())]
        if used:
            print(f"\n| {title} | " + " | ".join(used) + " |")
            print("|---" * (len(used) + 1) + "|")
        for shape, row in shapes.items():
            print(f"| {shape} | " + " | ".join(row.get(c, "") for c in used) + " |")
    print("\n| benchmark | time | floor |\n|---|---|---|")
    for row in others:
        print("| " + " | ".join(row) + " |")


if __name__ == "__main__":
    main()

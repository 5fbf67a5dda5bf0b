#!/usr/bin/env python3
"""How fast the core session is, as ratios within one run, from blocks that alternate.

Wanted: a scalar call at most 2 times wasmtime's bare call of the same export; records at least 3 times as
fast as through the component session; values in bulk at least 0.8 times as many as a guest written by hand.
"""

import argparse
import sys

from blocks import Program


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--blocks", type=int, default=41)
    parser.add_argument("--ns", type=int, default=2_000_000, help="of one block, at least")
    options = parser.parse_args()
    program = Program()
    names = program.names()
    short = []

    def check(what, name, floor, wanted, at_least):
        ratio = program.ratio(name, floor, options.blocks, options.ns)
        if at_least:
            ratio = 1 / ratio
        held = ratio >= wanted if at_least else ratio <= wanted
        print(f"{what:58} {ratio:6.2f}  wanted: at {'least' if at_least else 'most'} {wanted}"
              f"{'' if held else '  SHORT'}", flush=True)
        if not held:
            short.append(what)

    for target in ("wasm-c", "wasm-go"):
        check(f"{target}: scalar call / bare core call", f"{target}/core-call/scalar/both",
              f"floor/core-call/{target}", 2, False)
        for shape in ("record", "records-1000"):
            check(f"{target}: {shape}, component session / core session", f"{target}/core-call/{shape}/both",
                  f"{target}/component-call/{shape}/both", 3, True)
    for hand in (name for name in names if name.startswith("floor/hand-bulk/")):
        shape = hand.removeprefix("floor/hand-bulk/")
        check(f"wasm-c bulk, {shape}: rate / rate of a guest by hand", f"wasm-c/bulk/{shape}", hand, 0.8, True)
        campaign = 1 / program.ratio(f"wasm-c/campaign-bulk/{shape}", hand, options.blocks, options.ns)
        print(f"{'  a checked guest of a campaign, which digests too':58} {campaign:6.2f}", flush=True)
    return 1 if short else 0


if __name__ == "__main__":
    sys.exit(main())

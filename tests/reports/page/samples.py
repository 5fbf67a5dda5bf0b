#!/usr/bin/env python3
"""samples.py DIRECTORY [--benchmarks N] [--nights N] [--good] [--hostile]: inputs of a report, invented.

Writes campaign.json, faults.json, bench.json, compare.json, history.jsonl and points.json. The same
arguments give the same files. --good: a night in which everything held. --hostile: names and texts that
try to leave their place in the page.
"""

import argparse
import datetime
import json
import math
import pathlib
import random

LAWS = {
    "compiles": "Generated code compiles without a warning, with every compiler.",
    "layout": "Sizes, alignments and offsets are those that the ABI says.",
    "consume": "The callee holds the arguments that the caller sent.",
    "produce": "The caller gets the value that the callee made.",
    "echo": "A value that is sent and sent back is the same value.",
    "repeat": "Sending the same object twice gives the same answer twice.",
    "errors": "Errors arrive with their text, and calls after destroy are refused.",
    "balance": "After the calls both sides hold what they held before.",
    "resources": "Resources live as long as somebody owns them, and no longer.",
}
TARGETS = ["control", "control-nim", "go", "wasm-c", "wasm-go"]
KINDS = ("bool s8 u8 s16 u16 s32 u32 s64 u64 f32 f64 char string list option result tuple record "
         "variant enum flags own borrow").split()
SHAPES = ["none", "scalar", "string-8B", "string-1KiB", "string-1MiB", "list-u8-1000",
          "records-10", "records-1000", "nested", "variant", "option", "flat-16", "flat-17"]
MECHANISMS = ["call", "completion", "host", "event", "resource", "post-return", "instantiate", "cbor"]
HOSTILE = "</script><script>window.broken = 1</script><img src=x onerror='window.broken = 2'>`|**&\"'\\"


def schema(extra=""):
    return ("package fficheck:case;\n\ninterface api {\n  record t0 {\n    a: bool,\n    b: bool,\n  }\n\n"
            f"  consume: func(a: t0) -> u64;{extra}\n}}\n\nworld library {{\n  export api;\n}}\n")


def failure(target, law, index, message, **more):
    return {"target": target, "property": law, "case": f"results/night/{target}-{law}-0x7-{index}.case",
            "index": index, "message": message, "schema": schema(),
            "steps": ["call consume({a: true, b: false})"], "shrunk": True, "confirmed": True, **more}


def campaign(args, rng):
    failures, counts = [], {}
    for target in TARGETS:
        laws = {law: {"pass": 400 - rng.randrange(9), "fail": 0, "skip": 0, "broken": 0} for law in LAWS}
        if not target.startswith("wasm"):
            laws["resources"] = {"pass": 0, "fail": 0, "skip": 400, "broken": 0}
        counts[target] = {"schemas": 400, "skipped": rng.randrange(30), "values": 400 * 200 * 7 + rng.randrange(9999),
                          "properties": laws, "skips": {"no handles on this target": 40 + rng.randrange(50)},
                          "legs": {"race": {"schemas": 25, "values": 3500}} if target == "go" else {}}
    if not args.good:
        counts["go"]["properties"]["consume"]["fail"] = 2
        counts["wasm-c"]["properties"]["balance"]["fail"] = 1
        failures = [
            failure("go", "consume", 12, "consume: witness of the arguments as the callee held them: "
                    "expected 0xa10d7cb7450a0129, seen 0x674e2b8e85454232"),
            failure("go", "consume", 131, "consume: witness of the arguments as the callee held them: "
                    "expected 0x11d75c7f4a0a8120, seen 0x0c4efb8285454271", shrunk=False),
            failure("wasm-c", "balance", 77, "live_bytes: expected to return to its baseline, seen to change by "
                    "4800 and again by 4800 in 100 values", leg="O2",
                    log="wasm trap: none\nguest heap: 4800 bytes in 100 blocks\n"),
        ]
    if args.hostile:
        LAWS[HOSTILE] = HOSTILE
        counts[HOSTILE] = dict(counts["go"], properties={HOSTILE: {"pass": 1, "fail": 1, "skip": 0, "broken": 0}},
                               skips={HOSTILE: 1}, legs={HOSTILE: {"schemas": 1, "values": 1}})
        failures.append(failure(HOSTILE, HOSTILE, 1, f"f: expected {HOSTILE}, seen {HOSTILE}", leg=HOSTILE, log=HOSTILE))
        failures[-1]["schema"] = schema(HOSTILE)
        failures[-1]["steps"] = [HOSTILE]
    kinds = {kind: int(3000 / (i + 1)) for i, kind in enumerate(KINDS)}
    pairs = {o: {i: rng.randrange(1, 900) for i in KINDS if rng.random() < 0.8 and (args.good or i != "borrow")}
             for o in ("list", "option", "result", "tuple", "record", "variant")}
    return {"version": 1, "seed": "0x5eed", "elapsed_s": 1832.4, "interrupted": False, "targets": counts,
            "failures": failures, "unlisted_failures": 0, "profile": HOSTILE if args.hostile else "default",
            "values_each": 200, "time": "2026-11-20T02:00:00Z", "program": "build/fficheck", "laws": LAWS,
            "environment": environment(args),
            "coverage": {"schemas": 400, "types": sum(kinds.values()), "functions": 2310, "kinds": kinds, "pairs": pairs,
                         "params": {str(i): 700 // (i + 1) for i in range(21)}, "depths": {str(i): 90 - 9 * i for i in range(1, 8)},
                         "features": {"empty record": 31, "list of lists": 55, "option of option": 21, "65 flags or more": 9,
                                      "257 cases or more": 0 if not args.good else 3, "hostile name": 44, "result<T, E>": 120}}}


def environment(args):
    return {"commit": "4f41ddcb7a1e08f2b4f0c6b1b9d2f6ad5c9d0e11", "host": HOSTILE if args.hostile else "bench-01",
            "os": "Debian GNU/Linux 12 (bookworm)", "cpu": "AMD EPYC 7B13", "cores": 2, "memory_gib": 23.5,
            "c": "gcc 12.2.0", "cxx": "g++ 12.2.0", "go": "go1.26.0", "rustc": "1.95.0", "wasmtime": "48.0.8"}


def faults(args, rng):
    rows = []
    for i in range(48):
        target = TARGETS[i % 5]
        text = ("fficheck-case: 1\ntarget: " + target + "\nproperty: balance\nmessage: live_bytes: expected 0, seen 16\n--- schema ---\n"
                + schema() + "--- script ---\ncall consume({a: true, b: false})\n--- end ---\n")
        rows.append({"id": f"L{i // 5}", "sentence": "A string is handed over without a copy, and freed by both sides.",
                     "target": target, "outcome": "caught", "as_promised": True, "expected_property": "balance", "property": "balance",
                     "failed_by": {"balance": 1}, "schemas": 1 + rng.randrange(90), "values": rng.randrange(40000),
                     "seconds": round(rng.random() * 40, 1), "shrink_s": 3.5, "confirmed": True, "case": text,
                     "size": {"types": 1, "functions": 1, "steps": 1, "leaves": 2}})
    if not args.good:
        rows[7].update(outcome="SURVIVED", failed_by={})
        del rows[7]["case"]
        rows[11].update(outcome="CAUGHT BY ANOTHER", failed_by={"echo": 2}, property="echo")
        rows[12].update(outcome="NEVER SEEDED", failed_by={}, note="go vet refused the edited text")
        del rows[12]["case"]
    if args.hostile:
        rows[0].update(id=HOSTILE, sentence=HOSTILE, target=HOSTILE, note=HOSTILE, outcome="SURVIVED",
                       case=rows[1]["case"].replace("call", HOSTILE))
    return {"version": 1, "seed": "0x5eed", "elapsed_s": 1210, "time": "2026-11-20T02:31:00Z", "faults": rows}


def names(n):
    """Names of n benchmarks."""
    out = []
    for size in range(1000):
        for mechanism in MECHANISMS:
            for shape in SHAPES:
                for target in ("go", "control", "wasm-c", "wasm-go"):
                    for direction in ("argument", "result", "both"):
                        out.append(f"{target}/{mechanism}/{shape}{'' if size == 0 else f'-x{size + 1}'}/{direction}")
                        if len(out) == n:
                            return out
    return out


def cost(name, rng):
    target, mechanism, shape, _ = name.split("/")
    floor = 2.0 + 180 * MECHANISMS.index(mechanism) + {"string-1MiB": 21000, "records-1000": 4100, "list-u8-1000": 30}.get(shape, 4 * len(shape))
    return floor, floor * {"go": 3.1, "control": 1.6, "wasm-c": 2.2, "wasm-go": 4.4}[target] * (0.9 + rng.random() * 0.4)


def bench(args, rng, all_names):
    rows = []
    for name in all_names:
        floor, ns = cost(name, rng)
        rows.append({"name": name + "/manual_time", "run_name": name + "/manual_time", "run_type": "iteration", "iterations": 1000,
                     "real_time": ns, "cpu_time": ns, "time_unit": "ns", "label": "floor=floor/c-call", "floor_ns": floor,
                     "ratio": ns / floor, "allocs": float(rng.randrange(4)), "bytes": float(rng.randrange(512))})
    if args.hostile:
        rows.append({"name": HOSTILE, "real_time": 1.0, "time_unit": HOSTILE, "label": HOSTILE, HOSTILE: 1.0})
    return {"context": {**environment(args), "date": "2026-11-20"}, "benchmarks": rows}


def compare(args, rng, all_names):
    rows = []
    for i, name in enumerate(all_names):
        theta, half = rng.gauss(0, 0.003), 0.004 + rng.random() * 0.006
        verdict = "pass"
        if not args.good:
            if i == 3:
                theta, half, verdict = 0.0523, 0.0061, "regression"
            elif i == 8:
                theta, half, verdict = 0.121, 0.012, "regression"
            elif i == 5:
                theta, half, verdict = -0.082, 0.009, "improvement"
            elif i % 40 == 7:
                half, verdict = 0.04, "inconclusive"
        _, ns = cost(name, random.Random(name))
        rows.append({"name": name, "verdict": verdict, "theta": theta, "low": theta - half, "high": theta + half, "change": math.expm1(theta),
                     "rounds": 60 if verdict == "inconclusive" else 15, "blocks": 4, "baseline_ns": ns, "candidate_ns": ns * math.exp(theta),
                     "confirm": {"theta": theta * 0.98, "low": 0, "high": 1, "rounds": 15} if verdict == "regression" else None, "instructions": None})
    if args.hostile:
        rows.append({"name": HOSTILE, "verdict": "error", "error": HOSTILE})
    return {"version": 1, "kind": "comparison", "time": "2026-11-20T03:10:00Z", "host": "bench-01", "baseline": {"name": "2488e17aa0"},
            "candidate": {"commit": environment(args)["commit"]}, "context": environment(args), "benchmarks": rows,
            "only_baseline": [], "only_candidate": [HOSTILE] if args.hostile else []}


def history(args, rng, all_names, out):
    """Rows for few nights; for many, a line for each series, since that is a tenth of the text. Of many
    benchmarks some share their figures: inventing five million takes a minute."""
    first = datetime.date(2026, 11, 20) - datetime.timedelta(days=args.nights - 1)
    nights = [(first + datetime.timedelta(days=i)).isoformat() for i in range(args.nights)]
    commits = [f"{rng.getrandbits(160):040x}" for _ in nights]
    anchors = ["2025-01-anchor" if i < args.nights // 3 else "2026-01-anchor" for i in range(args.nights)]
    points, series = [], {}
    with open(out, "w", encoding="utf-8") as lines:
        for number, name in enumerate(all_names):
            kind = number % 108
            step = None if args.good or kind % 9 or args.nights < 3 else max(1, args.nights - 3 - 5 * (kind // 9))
            if step:
                points.append({"benchmark": name, "host": "bench-01", "metric": "time", "night": nights[step], "commit": commits[step],
                               "index": step, "before": 0.0, "after": 0.05, "change": math.expm1(0.05), "p": 1e-7})
            if kind not in series:
                theta = [round((0.05 if step and i >= step else 0) + 0.01 * math.sin(kind) + rng.gauss(0, 0.004), 5) for i in range(args.nights)]
                ns = cost(name, random.Random(name))[1]
                columns = {"theta": theta, "low": [round(t - 0.006, 5) for t in theta], "high": [round(t + 0.006, 5) for t in theta],
                           "value": [round(ns * math.exp(t), 3) for t in theta]}
                series[kind] = columns if args.nights <= 400 else json.dumps(columns | {"nights": nights, "commit": commits, "anchor": anchors})
            names = {"benchmark": name, "host": "bench-01", "metric": "time"}
            if args.nights > 400:
                lines.write(f'{{"series": {json.dumps(names)}, {series[kind][1:]}\n')
                continue
            for i, night in enumerate(nights):
                row = {key: column[i] for key, column in series[kind].items()}
                lines.write(json.dumps(names | row | {"night": night, "verdict": "pass", "commit": commits[i], "compiler": "gcc 12.2.0",
                                                      "go": "go1.26.0", "anchor": anchors[i], "rounds": 15}) + "\n")
        if args.hostile:
            lines.write(json.dumps({"night": HOSTILE, "benchmark": HOSTILE, "host": HOSTILE, "metric": HOSTILE, "theta": 0.1, "commit": HOSTILE}) + "\n")
            points.append({"benchmark": HOSTILE, "host": HOSTILE, "metric": HOSTILE, "night": HOSTILE, "commit": HOSTILE, "before": 0, "after": 1})
    return {"version": 1, "points": points}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("directory", type=pathlib.Path)
    parser.add_argument("--benchmarks", type=int, default=100)
    parser.add_argument("--nights", type=int, default=365)
    parser.add_argument("--good", action="store_true")
    parser.add_argument("--hostile", action="store_true")
    args = parser.parse_args()
    rng = random.Random(f"{args.benchmarks} {args.nights} {args.good}")
    args.directory.mkdir(parents=True, exist_ok=True)
    all_names = names(args.benchmarks)
    files = {"campaign": campaign(args, rng), "faults": faults(args, rng), "bench": bench(args, rng, all_names),
             "compare": compare(args, rng, all_names),
             "points": history(args, rng, all_names, args.directory / "history.jsonl")}
    for name, content in files.items():
        (args.directory / f"{name}.json").write_text(json.dumps(content), encoding="utf-8")


if __name__ == "__main__":
    main()

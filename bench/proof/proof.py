"""What the scripts of the proof share: runs of `fficheck bench --against`, Wilson intervals, the
noisy neighbour."""

import contextlib
import json
import math
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
FFICHECK = pathlib.Path(os.environ.get("FFICHECK", ROOT / "build" / "fficheck"))
# One of each shape, mechanism and target, and the harness's own.
FILTER = "/(none|scalar|string-1KiB|record|nested)/(both|-)$|^harness/"


def wilson(successes, n, z=1.959963984540054):
    """Wilson's 95 % interval of a proportion."""
    if n == 0:
        return 0.0, 1.0
    p = successes / n
    scale = 1 / (1 + z * z / n)
    center = (p + z * z / (2 * n)) * scale
    half = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) * scale
    return max(0.0, center - half), min(1.0, center + half)


def share(successes, n):
    low, high = wilson(successes, n)
    return f"{successes} of {n} ({100 * low:.2f} % to {100 * high:.2f} %)"


def store(build, directory):
    """A copy of a build's bench programs, so that building on does not change what is measured."""
    directory.mkdir(parents=True)
    for entry in build.iterdir():
        if entry.name.startswith("fficheck_bench") or entry.name == "fficheck_build.json":
            (shutil.copytree if entry.is_dir() else shutil.copy2)(entry, directory / entry.name)
    return directory


def compare(baseline, candidate, seed, pattern, *options):
    """Rows of one comparison: name, alarm of the first stage, final verdict, theta, half, rounds."""
    with tempfile.TemporaryDirectory(prefix="fficheck-proof-") as directory:
        out = pathlib.Path(directory, "comparison.json")
        run = subprocess.run([FFICHECK, "bench", "--against", baseline, "--build", candidate, "--filter", pattern,
                              "--no-instructions", "--seed", str(seed), "--json", out, *options],
                             capture_output=True, text=True, check=False)
        if run.returncode not in (0, 1, 2) or not out.exists():
            raise SystemExit(f"fficheck bench ended with {run.returncode}:\n{run.stdout}{run.stderr}")
        comparison = json.loads(out.read_text())
    for b in comparison["benchmarks"]:
        if b["verdict"] == "error":
            raise SystemExit(f"{b['name']}: {b['error']}")
        yield {"seed": seed, "name": b["name"], "first": b["verdict"] in ("regression", "improvement", "unconfirmed"),
               "verdict": b["verdict"], "theta": b["theta"], "half": (b["high"] - b["low"]) / 2,
               "rounds": b["rounds"], "load": os.getloadavg()[0]}


@contextlib.contextmanager
def neighbour(noisy):
    """A process beside that keeps memory and a core busy for about a second, then rests as long."""
    if not noisy:
        yield
        return
    code = ("import time\nblock = bytearray(64 << 20)\nwhile True:\n    end = time.monotonic() + 1\n"
            "    while time.monotonic() < end: block[::4096] = bytes(len(block) // 4096)\n    time.sleep(1)\n")
    with subprocess.Popen([sys.executable, "-c", code]) as process:
        try:
            yield
        finally:
            process.kill()


def read(files):
    return [json.loads(line) for file in files for line in pathlib.Path(file).read_text().splitlines()]

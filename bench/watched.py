"""Runs a program and tells its time and memory apart from those of the processes it starts."""

import dataclasses
import json
import os
import pathlib
import subprocess
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
_TICK = os.sysconf("SC_CLK_TCK")


@dataclasses.dataclass
class Run:
    wall_s: float
    own_cpu_s: float  # of the program itself, user and system
    others_cpu_s: float  # of the processes it started and waited for
    own_peak_kib: int  # VmHWM of the program itself
    report: dict  # what --json wrote


def _sample(pid):
    """(own cpu, children's cpu, peak KiB) of a living process, None where it has ended."""
    try:
        stat = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        status = pathlib.Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    peak = [line.split()[1] for line in status.splitlines() if line.startswith("VmHWM:")]
    if not peak:  # a zombie has no memory left to tell of
        return None
    utime, stime, cutime, cstime = (int(x) / _TICK for x in stat[11:15])
    return utime + stime, cutime + cstime, int(peak[0])


def fuzz(*arguments):
    """A campaign of $FFICHECK, or build/fficheck; raises where it does not end with status 0."""
    fficheck = os.environ.get("FFICHECK", ROOT / "build" / "fficheck")
    with tempfile.TemporaryDirectory() as directory:
        report = pathlib.Path(directory, "report.json")
        command = [str(fficheck), "fuzz", *map(str, arguments), "--json", str(report)]
        start = time.monotonic()
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True) as process:
            output = []
            reader = threading.Thread(target=lambda: output.extend(process.stdout))
            reader.start()
            last = (0.0, 0.0, 0)
            while process.poll() is None:
                last = _sample(process.pid) or last
                time.sleep(0.05)
            wall = time.monotonic() - start
            reader.join()
        if process.returncode != 0:
            raise SystemExit(f"{' '.join(command)}: status {process.returncode}\n{''.join(output)}")
        return Run(wall, *last, json.loads(report.read_text()))


def schemas(run):
    return sum(target["schemas"] for target in run.report["targets"].values())

"""Runs a program and tells its time and memory apart from those of the processes it starts."""

import dataclasses
import json
import os
import pathlib
import resource
import subprocess
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
_TICK = os.sysconf("SC_CLK_TCK")


@dataclasses.dataclass
class Run:
    wall_s: float
    cpu_s: float  # of the program and all that it started and waited for, user and system
    own_cpu_s: float  # of the program itself
    own_peak_kib: int  # VmHWM of the program itself
    report: dict  # what --json wrote


def _sample(pid):
    """(own cpu, peak KiB) of a living process, None where it has ended."""
    try:
        stat = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        status = pathlib.Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    peak = [line.split()[1] for line in status.splitlines() if line.startswith("VmHWM:")]
    if not peak:  # a zombie has no memory left to tell of
        return None
    utime, stime = (int(x) / _TICK for x in stat[11:13])
    return utime + stime, int(peak[0])


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
            last = (0.0, 0)
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            while process.poll() is None:
                last = _sample(process.pid) or last
                time.sleep(0.05)
            wall = time.monotonic() - start
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
            reader.join()
        if process.returncode != 0:
            raise SystemExit(f"{' '.join(command)}: status {process.returncode}\n{''.join(output)}")
        return Run(wall, cpu, last[0], last[1], json.loads(report.read_text()))


def schemas(run):
    return sum(target["schemas"] for target in run.report["targets"].values())

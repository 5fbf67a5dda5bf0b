#!/usr/bin/env python3
"""tidy.py CLANG_TIDY BUILD_DIR [FILE...]: clang-tidy on our .cc files, one for each processor.

A file that was clean is not looked at again until it, a header of the tree that it includes, its
compile command, .clang-tidy or clang-tidy itself changes: a stamp in the cache directory says so.
"""

import concurrent.futures
import hashlib
import json
import os
import pathlib
import shlex
import subprocess
import sys
import time

from tree import ROOT, closure, files


def stamps():
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    directory = pathlib.Path(cache) / "fficheck" / "tidy"
    directory.mkdir(parents=True, exist_ok=True)
    return directory


def key(path, command, common):
    digest = hashlib.sha256(common)
    digest.update(command.replace(str(ROOT), "").encode())
    for part in closure(path):
        digest.update(f"\0{part}\0".encode())
        digest.update((ROOT / part).read_bytes())
    return digest.hexdigest()


def check(tidy, path, build):
    start = time.monotonic()
    # Flags that only gcc knows are no finding, nor what libstdc++ deprecates and uses itself.
    done = subprocess.run(
        [tidy, "-p", str(build), "--quiet", "--extra-arg=-Wno-unknown-warning-option",
         "--extra-arg=-Wno-deprecated-declarations", str(ROOT / path)],
        capture_output=True, text=True, check=False)
    lines = [line for line in done.stderr.splitlines() if "warnings generated" not in line]
    return done.returncode, done.stdout + "\n".join(lines), time.monotonic() - start


def main(tidy, build, wanted):
    common = subprocess.run([tidy, "--version"], check=True, capture_output=True).stdout
    common += (ROOT / ".clang-tidy").read_bytes()
    tracked = {path for path in files() if path.suffix == ".cc"}
    jobs, clean, known = {}, 0, stamps()
    for entry in json.loads((build / "compile_commands.json").read_text()):
        source = pathlib.Path(entry["directory"], entry["file"]).resolve()
        path = source.relative_to(ROOT) if source.is_relative_to(ROOT) else None
        if path not in tracked or (wanted and str(path) not in wanted):
            continue
        command = entry.get("command") or shlex.join(entry["arguments"])
        stamp = known / key(path, command, common)
        if stamp.exists():
            clean += 1
        else:
            jobs[path] = stamp
    bad = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count() or 2) as pool:
        running = {pool.submit(check, tidy, path, build): path for path in jobs}
        for future in concurrent.futures.as_completed(running):
            path = running[future]
            status, text, seconds = future.result()
            print(f"{path}: {'FAILED' if status else 'clean'} ({seconds:.1f} s)", flush=True)
            if status:
                bad += 1
                print(text, flush=True)
            else:
                jobs[path].touch()
    print(f"clang-tidy: {len(jobs)} looked at, {clean} unchanged, {bad} with findings")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], pathlib.Path(sys.argv[2]).resolve(), set(sys.argv[3:])))

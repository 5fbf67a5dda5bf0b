"""What scripts and tests want to know of the source tree: its files and its includes."""

import pathlib
import re
import subprocess

ROOT = pathlib.Path(__file__).resolve().parent.parent
_INCLUDE = re.compile(r'^\s*#\s*include\s*"([^"]+)"', re.MULTILINE)


def files():
    """Paths, relative to ROOT, of all files that are tracked or would be."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True).stdout.decode()
    return sorted({pathlib.Path(p) for p in listed.split("\0") if p and (ROOT / p).is_file()})


def includes(path):
    """Files of the tree, relative to ROOT, that a file includes directly, and names not found."""
    found, unknown = [], []
    for name in _INCLUDE.findall((ROOT / path).read_text(encoding="utf-8", errors="replace")):
        for candidate in (pathlib.Path(name), path.parent / name):
            if (ROOT / candidate).is_file():
                found.append(pathlib.Path(candidate))
                break
        else:
            unknown.append(name)
    return found, unknown


def closure(path):
    """The file and all files of the tree that it includes, directly or not."""
    seen, todo = set(), [path]
    while todo:
        current = todo.pop()
        if current not in seen:
            seen.add(current)
            todo += includes(current)[0]
    return sorted(seen)

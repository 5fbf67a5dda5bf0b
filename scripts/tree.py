"""What scripts and tests want to know of the source tree: its files and its includes."""

import pathlib
import re
import subprocess

ROOT = pathlib.Path(__file__).resolve().parent.parent
_INCLUDE = re.compile(r'^\s*#\s*include\s*"([^"]+)"', re.MULTILINE)


_MADE = re.compile(r"^(\.git|build[^/]*|results|\.cache)(/|$)|(^|/)(target|__pycache__)/")


def files():
    """Paths, relative to ROOT, of all files that are tracked or would be."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True).stdout.decode()
        paths = [pathlib.Path(name) for name in listed.split("\0") if name]
    except (OSError, subprocess.CalledProcessError):  # no git, or not a repository
        paths = [path.relative_to(ROOT) for path in ROOT.rglob("*")]
        paths = [path for path in paths if not _MADE.search(path.as_posix())]
    return sorted({path for path in paths if (ROOT / path).is_file()})


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

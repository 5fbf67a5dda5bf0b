#!/usr/bin/env python3
"""tree_test.py LAW: a law about the source tree; prints each place that breaks it.

layering  includes go only downward, siblings never include each other
length    no source file is longer than a person reads in one go
hosts     no tracked file names a package registry's host or a path of somebody's machine
"""

import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "scripts"))
from tree import ROOT, files, includes  # noqa: E402

# What a layer may include besides itself. Where a path falls under several, the longest counts.
LAYERS = {
    "harness/bridge": [],
    "harness/core": ["harness/bridge"],
    "harness/run": ["harness/core"],
    "generators": ["harness/core"],
    "targets/native": ["harness/core", "harness/run"],
    "targets/go": ["harness/core", "harness/run", "targets/native"],
    # Clients in Go share the native bindings' types and names.
    "targets/ipc": ["harness/core", "harness/run", "targets/native", "targets/go"],
    # Guests in Go share the native bindings' types and names.
    "targets/wasm": ["harness/core", "harness/run", "targets/native", "targets/go"],
    "properties": ["harness/core", "harness/run"],
    "reports": ["harness/core", "harness/run"],
    "bench": ["harness/core", "harness/run", "generators", "targets/native", "targets/go", "targets/wasm"],
    # The program: the only place that names concrete targets and properties.
    "harness": ["harness/core", "harness/run", "generators", "targets/native", "targets/go",
                "targets/ipc", "targets/wasm", "properties", "reports", "bench"],
}
SOURCES = {".cc", ".h", ".c"}
LINES = 450
# Generated, or data.
LONG = re.compile(r"(^|/)(Cargo\.lock|go\.sum)$|^tests/vectors/|\.(case|wit|svg)$")


def layer_of(path):
    fitting = [layer for layer in LAYERS if str(path).startswith(layer + "/")]
    return max(fitting, key=len, default=None)


def layering():
    for path in files():
        layer = layer_of(path)
        # Runtimes and examples are programs of their own; tests may look at everything.
        if path.suffix not in SOURCES or layer is None or "runtime" in path.parts:
            continue
        for included in includes(path)[0]:
            other = layer_of(included)
            if other != layer and other not in LAYERS[layer]:
                yield f"{path} includes {included}: {layer} may not include {other}"
    for path in files():
        if path.suffix in SOURCES and layer_of(path) is None and path.parts[0] not in ("tests", "examples"):
            yield f"{path} has no place in the layering"


def length():
    for path in files():
        if LONG.search(str(path)):
            continue
        try:
            lines = (ROOT / path).read_text(encoding="utf-8").count("\n")
        except UnicodeDecodeError:
            continue
        if lines > LINES:
            yield f"{path} has {lines} lines, more than {LINES}"


HOSTS = re.compile(
    r"proxy\.golang\.org|sum\.golang\.org|goproxy\.|(static|index)\.crates\.io|pypi\.org|"
    r"registry\.npmjs\.org|deb\.debian\.org|GOPROXY\s*=|CARGO_REG[I]STRIES|index[-]url")
MACHINE = re.compile(r"(?<![\w.-])/(work|root|home|Users)/[A-Za-z0-9_.]")


def hosts():
    for path in files():
        try:
            text = (ROOT / path).read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        for number, line in enumerate(text.splitlines(), 1):
            for pattern, what in ((HOSTS, "a registry's host"), (MACHINE, "a path of one machine")):
                if pattern.search(line):
                    yield f"{path}:{number}: {what}: {line.strip()[:100]}"


def main(law):
    broken = list({"layering": layering, "length": length, "hosts": hosts}[law]())
    print("\n".join(broken) or f"{law} holds")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))

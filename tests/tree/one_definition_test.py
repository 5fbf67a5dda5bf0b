#!/usr/bin/env python3
"""No two files define types of one name in one namespace: the linker would take one's members for the
other's, and say nothing. Types within an unnamed namespace or another type, and those declared in a header
and defined in its source (`struct A::B`, a forward declaration) are not meant."""

import collections
import pathlib
import re
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "scripts"))
from tree import ROOT, files  # noqa: E402

_OPEN = re.compile(r"^namespace ?([\w:]*) ?\{")
_CLOSE = re.compile(r"^\}  // namespace")
_TYPE = re.compile(r"^(?:struct|class|union|enum|enum class) (?:\[\[\w+\]\] )?(\w+)(?: final)?(?: : [^;{]*)?(?: *\{|$)")
_PLACES = ("harness", "generators", "properties", "targets", "bench", "reports")


def definitions(path):
    """Names of the types that a file defines at the level of a namespace, with the namespace."""
    spaces, found = [], []
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        if opened := _OPEN.match(line):
            spaces.append(opened.group(1))
        elif _CLOSE.match(line) and spaces:
            spaces.pop()
        elif (defined := _TYPE.match(line)) and "" not in spaces:
            found.append("::".join([*spaces, defined.group(1)]))
    return found


def twice(paths):
    """Name and files, of types that several files define."""
    where = collections.defaultdict(set)
    for path in paths:
        for name in definitions(path):
            where[name].add(path)
    return {name: sorted(map(str, some)) for name, some in where.items() if len(some) > 1}


class OneDefinition(unittest.TestCase):
    def test_no_type_of_the_product_is_defined_by_two_files(self):
        ours = [ROOT / path for path in files() if path.suffix in (".cc", ".h") and path.parts[0] in _PLACES
                and "runtime" not in path.parts]
        self.assertGreater(sum(len(definitions(path)) for path in ours), 200)
        self.assertEqual(twice(ours), {})

    def test_two_definitions_are_seen_and_what_is_local_is_not(self):
        with tempfile.TemporaryDirectory() as directory:
            texts = {
                "a.h": "namespace n {\nstruct T {\n  struct Inner {\n  };\n};\nclass U;\n}  // namespace n\n",
                "b.h": "namespace n {\nclass T final : public V {\n};\nclass U {\n};\n}  // namespace n\n",
                "c.cc": "namespace n {\nnamespace {\nstruct U {\n};\n}  // namespace\n}  // namespace n\n",
                "d.cc": "namespace m {\nstruct T {\n};\nstruct U::State {\n};\n}  // namespace m\n",
            }
            paths = []
            for name, text in texts.items():
                paths.append(pathlib.Path(directory, name))
                paths[-1].write_text(text)
            self.assertEqual(list(twice(paths)), ["n::T"])


if __name__ == "__main__":
    unittest.main()

#!/usr/bin/env bash
# run.sh FFICHECK WORK: the tests of the report's page, in a headless Chromium. Exit status 77 (skipped), with
# the reason, where there is no browser or npm cannot install what drives it. FFICHECK_BROWSER names another.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
if [ -z "${FFICHECK_BROWSER:-}" ]; then
  for name in chromium-headless-shell chromium google-chrome; do
    FFICHECK_BROWSER=$(command -v "$name") && break
  done || { echo "skipped: no Chromium is there; scripts/setup installs one" >&2; exit 77; }
fi
FFICHECK_NODE_MODULES=$("$here/../../../scripts/npm_packages" "$here") || { echo "skipped: see above" >&2; exit 77; }
rm -rf "$2"
mkdir -p "$2"
export FFICHECK_PROGRAM=$1 FFICHECK_WORK=$2 FFICHECK_BROWSER FFICHECK_NODE_MODULES
exec node --test --test-reporter=spec "$here/page_test.mjs"

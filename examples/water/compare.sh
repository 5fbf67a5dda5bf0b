#!/usr/bin/env bash
# compare.sh HOST MODULE: what the host prints of the guest must be expected.txt.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
"$1" "$2" "$here/water.wit" | diff -u "$here/expected.txt" -

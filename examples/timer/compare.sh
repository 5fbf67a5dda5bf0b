#!/usr/bin/env bash
# compare.sh OUT EXPECTED: the program prints exactly what the seed document shows.
set -euo pipefail
diff "$2" <("$1/app/timer")
echo "prints what the seed shows"

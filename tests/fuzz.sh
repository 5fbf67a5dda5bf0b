#!/bin/sh
# fuzz.sh FFICHECK DIR: a campaign whose seed and size come from the environment. Failing cases stay in DIR.
set -eu
seed=${FFICHECK_SEED:-1}
cases=${FFICHECK_CASES:-120}
echo "FFICHECK_SEED=$seed FFICHECK_CASES=$cases"
rm -rf "$2"
mkdir -p "$2"
exec "$1" fuzz --seed "$seed" --cases "$cases" --save "$2"

#!/bin/sh
# run.sh FUZZER SEEDS CORPUS: runs a libFuzzer program from the seeds for FFICHECK_FUZZER_SECONDS (30).
# What it finds interesting goes to CORPUS; an input that crashes it is left there too.
set -eu
mkdir -p "$3"
exec "$1" -max_total_time="${FFICHECK_FUZZER_SECONDS:-30}" -timeout=10 -rss_limit_mb=2048 -max_len=4096 \
  -print_final_stats=1 -verbosity=0 -artifact_prefix="$3/crash-" "$3" "$2"

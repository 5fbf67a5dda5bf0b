#!/bin/sh
# build.sh CARGO OUT INCLUDE [CARGO FLAG...]: builds the crate, copies its static library to OUT, and the
# headers of wasmtime's C API, which its crate brings, to INCLUDE. CARGO_TARGET_DIR is set.
set -eu
cargo=$1 out=$2 include=$3
shift 3
"$cargo" build --release --locked --quiet "$@"
cp "$CARGO_TARGET_DIR/release/libfficheck_bridge.a" "$out.tmp"
mv "$out.tmp" "$out"

# The crate's headers, with the list of features that Cargo.toml switches on.
manifest=$("$cargo" metadata --locked --format-version 1 |
  grep -o '"manifest_path":"[^"]*wasmtime-c-api-impl[^"]*"' | head -n 1 | cut -d '"' -f 4)
rm -rf "$include.tmp"
cp -R "$(dirname "$manifest")/include" "$include.tmp"
chmod -R u+w "$include.tmp"
sed -E -e 's/^#cmakedefine (WASMTIME_FEATURE_(ASYNC|COMPONENT_MODEL|CRANELIFT|POOLING_ALLOCATOR|WASI|WAT|WINCH))$/#define \1/' \
  -e 's/^#cmakedefine .*//' "$include.tmp/wasmtime/conf.h.in" >"$include.tmp/wasmtime/conf.h"
rm -rf "$include"
mv "$include.tmp" "$include"

#!/bin/sh
# build.sh CARGO OUT: builds the crate and copies its static library to OUT. CARGO_TARGET_DIR is set.
set -eu
"$1" build --release --locked --quiet
cp "$CARGO_TARGET_DIR/release/libfficheck_bridge.a" "$2.tmp"
mv "$2.tmp" "$2"

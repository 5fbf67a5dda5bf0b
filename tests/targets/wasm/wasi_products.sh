#!/usr/bin/env bash
# wasi_products.sh FFICHECK OUT: guests for the published WASI 0.2 packages, in C and in Go, are
# generated and compile. The packages are those that the bridge's wasmtime is built with: in cargo's
# registry sources. Exit status 77 (skipped) where those, clang or go are not there.
set -euo pipefail
fficheck=$1
out=$2
shopt -s nullglob
found=("${CARGO_HOME:-$HOME/.cargo}"/registry/src/*/wasmtime-wasi-*/src/p2/wit/deps)
clang=$(command -v clang-19 || command -v clang || true)
if [ ${#found[@]} -eq 0 ] || [ -z "$clang" ] || ! command -v go >/dev/null; then
  echo "skipped: needs cargo's sources of wasmtime-wasi, clang and go" >&2
  exit 77
fi
deps=${found[${#found[@]} - 1]}
rm -rf "$out"
compiled=0
for file in "$deps"/*.wit; do
  name=$(basename "$file" .wit)
  package=$out/wit/$name
  mkdir -p "$package/deps"
  cp "$file" "$package/"
  for other in "$deps"/*.wit; do
    [ "$other" = "$file" ] || cp "$other" "$package/deps/"
  done
  for target in wasm-c wasm-go; do
    "$fficheck" gen "$package" --target "$target" --out "$out/$target/$name" >/dev/null
  done
done
while IFS= read -r guest; do
  case $guest in
    "$out"/wasm-c/*)
      for source in "$guest"/*.c; do
        (cd "$guest" && "$clang" --target=wasm32 -O0 -std=c11 -ffreestanding -fno-builtin -nostdlibinc \
          -mbulk-memory -DFFI_GUEST=1 -I. -Wall -Wextra -Werror -c "$(basename "$source")" -o /dev/null)
      done
      ;;
    *)
      (cd "$guest" && GOWORK=off GOFLAGS=-mod=readonly CGO_ENABLED=0 GOOS=wasip1 GOARCH=wasm go vet ./...)
      test -z "$(cd "$guest" && gofmt -l .)"
      ;;
  esac
  compiled=$((compiled + 1))
done < <(find "$out/wasm-c" "$out/wasm-go" -type d -name guest | sort)
echo "$compiled guests of $(find "$deps" -mindepth 1 -maxdepth 1 | wc -l) packages"
[ "$compiled" -ge 40 ]

#!/usr/bin/env bash
# build.sh FFICHECK OUT: generates the guests in C and in Go into OUT/c/gen and OUT/go/gen, and builds
# OUT/c/water.wasm and OUT/go/water.wasm.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
fficheck=$(realpath "$1")
rm -rf "$2"
mkdir -p "$2/c" "$2/go"
cd "$2"

"$fficheck" gen "$here/water.wit" --target wasm-c --out c/gen
flags=(--target=wasm32 -O2 -std=c11 -nostdlibinc -ffreestanding -fno-builtin -mbulk-memory
  -Wall -Wextra -Werror -Ic/gen/guest)
for source in c/gen/guest/*.c "$here/c/handlers.c"; do
  clang-19 "${flags[@]}" -c "$source" -o "c/$(basename "$source" .c).o"
done
wasm-ld-19 --no-entry -o c/water.wasm c/*.o

"$fficheck" gen "$here/water.wit" --target wasm-go --out go/gen
cp "$here/go/main.go" go/gen/guest/
(
  cd go/gen/guest
  export GOOS=wasip1 GOARCH=wasm GOWORK=off
  go vet .
  go build -buildmode=c-shared -trimpath -ldflags='-s -w' -o ../../water.wasm .
)

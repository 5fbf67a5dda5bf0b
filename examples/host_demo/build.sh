#!/usr/bin/env bash
# build.sh FFICHECK OUT: generates the library and its Go package into OUT/gen, and builds
# OUT/gen/native/libhost_demo.so, OUT/client (a client that knows only the documented interface) and
# OUT/app/host_demo (the Go program).
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
fficheck=$(realpath "$1")
rm -rf "$2"
mkdir -p "$2/objects" "$2/app"
cd "$2"

"$fficheck" gen "$here/host_demo.wit" --target go --abi nim --out gen

flags=(-O2 -g -fPIC -Wall -Wextra -Werror -Igen/native -include "$here/names.h")
for source in gen/native/*.c; do
  "${CC:-cc}" -std=c11 "${flags[@]}" -c "$source" -o "objects/$(basename "$source" .c).o"
done
"${CXX:-c++}" -std=c++20 "${flags[@]}" -c "$here/handlers.cc" -o objects/handlers.o
"${CXX:-c++}" -shared -Wl,--version-script="$here/host_demo.map" -pthread \
  -o gen/native/libhost_demo.so objects/*.o
"${CC:-cc}" -std=c11 -O1 -g -Wall -Wextra -Werror "$here/client.c" -o client \
  -Lgen/native -lhost_demo -Wl,-rpath,"$PWD/gen/native" -pthread

cp "$here"/app/*.go app/
cat >app/go.mod <<'END'
module demo

go 1.24

require hostdemo v0.0.0

replace hostdemo => ../gen/go
END
# shellcheck source=examples/host_demo/env.sh
. "$here/env.sh"
(cd app && go build -o host_demo .)

#!/usr/bin/env bash
# build.sh FFICHECK OUT: generates the timer's C library and Go package into OUT/gen, and builds
# OUT/gen/native/libmy_timer.so, OUT/client (the client of the original) and OUT/app/timer (the Go
# program).
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
fficheck=$(realpath "$1")
rm -rf "$2"
mkdir -p "$2/objects" "$2/app"
cd "$2"

"$fficheck" gen "$here/timer.wit" --target go --abi nim --out gen

flags=(-O2 -g -fPIC -Wall -Wextra -Werror -Igen/native)
for source in gen/native/*.c; do
  "${CC:-cc}" -std=c11 "${flags[@]}" -c "$source" -o "objects/$(basename "$source" .c).o"
done
"${CXX:-c++}" -std=c++20 "${flags[@]}" -c "$here/handlers.cc" -o objects/handlers.o
"${CXX:-c++}" -shared -Wl,--version-script="$here/my_timer.map" -pthread \
  -o gen/native/libmy_timer.so objects/*.o
# The client knows no generated header.
"${CC:-cc}" -std=c11 -O1 -g -Wall -Wextra -Werror "$here/client.c" -o client \
  -Lgen/native -lmy_timer -Wl,-rpath,"$PWD/gen/native" -pthread

cp "$here"/app/*.go app/
cat >app/go.mod <<'END'
module timer

go 1.24

require mytimer v0.0.0

replace mytimer => ../gen/go
END
(cd app && GOWORK=off go build -buildvcs=false -o timer .)

# Across processes: a server around the same library, and its clients.
"$fficheck" gen "$here/timer.wit" --target ipc --abi nim --out gen
"${CC:-cc}" -std=c11 -O2 -g -Wall -Wextra -Werror -Igen/native gen/ipc/server/*.c -o server \
  -Lgen/native -lmy_timer -Wl,-rpath,"$PWD/gen/native" -pthread
"${CXX:-c++}" -std=c++17 -O1 -g -Wall -Wextra -Werror -Igen/ipc/cpp "$here/ipc/client.cc" \
  gen/ipc/cpp/*.cc -o ipc_client
mkdir -p ipc_app
cp "$here"/ipc/app/*.go gen/ipc/go/go.sum ipc_app/
cat >ipc_app/go.mod <<'END'
module timer

go 1.24

require mytimer v0.0.0

require (
	github.com/fxamacker/cbor/v2 v2.9.6 // indirect
	github.com/x448/float16 v0.8.4 // indirect
)

replace mytimer => ../gen/ipc/go
END
(cd ipc_app && GOWORK=off go build -buildvcs=false -o timer .)

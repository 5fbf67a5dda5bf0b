#!/usr/bin/env bash
# check.sh OUT: the program prints what the seed shows; the library exports what the seed's does; the
# package is as gofmt has it, vet is silent, the tests pass with the race detector and pointer checks.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cd "$1"
diff "$here/expected.txt" <(app/host_demo)
diff <(printf '%s\n' demo_create demo_create_cbor demo_destroy host_demo_add_event_listener \
  host_demo_host_complete host_demo_register_host_fn host_demo_remove_event_listener use_token use_token_cbor) \
  <(nm -D --defined-only --format=posix gen/native/libhost_demo.so | cut -d' ' -f1 | LC_ALL=C sort)
# shellcheck source=examples/host_demo/env.sh
. "$here/env.sh"
unformatted=$(gofmt -l gen/go app)
[ -z "$unformatted" ] || { echo "not as gofmt has it: $unformatted"; exit 1; }
(cd gen/go && go vet ./...)
cd app
go vet ./...
go test -count=1 .
go test -count=1 -race -gcflags=all=-d=checkptr .

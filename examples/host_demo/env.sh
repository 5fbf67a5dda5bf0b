# shellcheck shell=bash
# To be sourced: what the go tool needs to know of this example.
export GOWORK=off GOFLAGS="${GOFLAGS:-} -buildvcs=false"
names=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)/names.h
export CGO_CFLAGS="${CGO_CFLAGS:--O2 -g} -include $names"

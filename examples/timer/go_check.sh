#!/usr/bin/env bash
# go_check.sh OUT: the generated package is as gofmt has it, vet is silent, the program's tests pass
# with the race detector and pointer checks.
set -euo pipefail
cd "$1"
export GOWORK=off GOFLAGS="${GOFLAGS:-} -buildvcs=false"
unformatted=$(gofmt -l gen/go app)
[ -z "$unformatted" ] || { echo "not as gofmt has it: $unformatted"; exit 1; }
(cd gen/go && go vet ./...)
cd app
go vet ./...
go test -count=1 .
go test -count=1 -race -gcflags=all=-d=checkptr .

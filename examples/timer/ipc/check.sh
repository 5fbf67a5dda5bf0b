#!/usr/bin/env bash
# check.sh OUT: server and clients as build.sh left them in OUT, over a Unix socket and over TCP on the
# loopback interface. Every server ends with this script.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cd "$1"

# with_server COMMAND SERVER-ARGUMENT...: runs COMMAND ADDRESS while the server lives, which it does until
# its standard input ends, and then it ends well.
with_server() {
  local command=$1 line status=0
  shift
  coproc SERVER { exec ./server "$@" --until-eof; }
  local pid=$SERVER_PID to=${SERVER[1]}
  read -r line <&"${SERVER[0]}"
  $command "${line#listening on }" || status=$?
  exec {to}>&-
  wait "$pid" || { echo "the server: exit status $?"; return 1; }
  return "$status"
}

demo() { diff "$here/expected.txt" <("$program" "$1"); }
seed() { "$here/seed_client.py" "${1#unix:}"; }

for program in ./ipc_client ./ipc_app/timer; do
  with_server demo --unix ./timer.sock
  with_server demo --tcp 0
done
# One context for all, made of {"config": {"name": "ipc-server"}}.
printf '\xa1\x66config\xa1\x64name\x6aipc-server' >config.cbor
with_server seed --unix ./timer.sock --config config.cbor
[ ! -e timer.sock ]
export GOWORK=off GOFLAGS="${GOFLAGS:-} -buildvcs=false"
unformatted=$(gofmt -l gen/ipc/go ipc_app)
[ -z "$unformatted" ] || { echo "not as gofmt has it: $unformatted"; exit 1; }
(cd gen/ipc/go && go vet ./...)
echo "both clients print what they should"

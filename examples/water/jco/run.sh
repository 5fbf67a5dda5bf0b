#!/usr/bin/env bash
# run.sh HOST MODULE OUT: wraps the guest as a component, transpiles it with jco (npm's
# @bytecodealliance/jco, installed once into the cache), and runs it under Node; what it prints must be
# the first lines of expected.txt. Exit status 77 (skipped) where there is no npm.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
version=1.35.0
if ! command -v npm >/dev/null; then
  echo "skipped: npm is not there; install Node.js with npm" >&2
  exit 77
fi
mkdir -p "${XDG_CACHE_HOME:-$HOME/.cache}/fficheck"
cache=${XDG_CACHE_HOME:-$HOME/.cache}/fficheck/jco-$version
(
  flock 9
  if [ ! -e "$cache/installed" ]; then
    mkdir -p "$cache"
    if ! npm install --prefix "$cache" --silent --no-audit --no-fund --no-package-lock \
      "@bytecodealliance/jco@$version" >&2; then
      echo "skipped: npm could not install @bytecodealliance/jco@$version" >&2
      exit 77
    fi
    touch "$cache/installed"
  fi
) 9>"$cache.lock" || exit
mkdir -p "$3"
echo '{ "type": "module" }' >"$3/package.json"
ln -sfn "$cache/node_modules" "$3/node_modules" # a guest in Go imports WASI, which jco has a package for
"$1" "$2" "$here/../water.wit" "$3/water.wasm" >/dev/null
"$cache/node_modules/.bin/jco" transpile "$3/water.wasm" \
  -o "$3" --name water --quiet >/dev/null
node "$here/check.mjs" "$3" | diff -u <(head -n 5 "$here/../expected.txt") -
echo "jco $version under Node $(node --version) agrees"

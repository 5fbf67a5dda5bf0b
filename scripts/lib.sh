# shellcheck shell=bash
# What every script shares; sourced, never run. Sets `root` and `cache`, and changes to the root.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"
# shellcheck disable=SC2034  # for those who source this
cache="${XDG_CACHE_HOME:-$HOME/.cache}/fficheck"
# shellcheck disable=SC2034
jobs=$(nproc 2>/dev/null || echo 2)

# Go and Rust are often installed where a plain shell does not look.
for dir in /usr/local/go/bin "$HOME/.cargo/bin"; do
  case ":$PATH:" in
    *":$dir:"*) ;;
    *) if [ -d "$dir" ]; then PATH="$PATH:$dir"; fi ;;
  esac
done
export PATH

# once PLACE MESSAGE COMMAND...: makes the directory PLACE and runs COMMAND for it, once however many ask;
# ends with MESSAGE where that fails.
once() {
  local place=$1 message=$2
  shift 2
  [ ! -e "$place/installed" ] || return 0
  mkdir -p "$place" || die "cannot write $place; set XDG_CACHE_HOME to a directory that can be written"
  (
    flock 9
    [ -e "$place/installed" ] || { "$@" >&2 && touch "$place/installed"; }
  ) 9>"$place.lock" || die "$message"
}

# Ends with exit status 3: the environment is at fault.
die() {
  echo "fficheck: $*" >&2
  exit 3
}

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

# Ends with exit status 3: the environment is at fault.
die() {
  echo "fficheck: $*" >&2
  exit 3
}

#!/usr/bin/env bash
# post_return_by_hand.sh FFICHECK TARGET: one release taken out of what was emitted for TARGET's post-return, by
# hand, is found by the law post-return within the first batch. Each edit takes out one line, of one place.
# The commands are for the shell that --edit-generated starts.
# shellcheck disable=SC2016
set -euo pipefail
fficheck=$1
target=$2
case $target in
  wasm-c)
    edits=(
      # The one free of one function's post-return.
      'f=$(grep -l "^  FFIString \*result = " guest/c*_guest.c | head -n 1)
       perl -0pi -e "s/(  FFIString \*result = [^\n]*\n)  ffi_guest_free_string\(result\);\n/\$1  (void)result;\n/" "$f"'
      # One of those that a post-return calls: of the err of a result. Of a function with parameters: others always
      # answer the same, and constructors always ok.
      'for wit in $(grep -lE "func\(.+\) -> result<[a-z].*, string>;" wit/c*.wit); do
         f=guest/$(basename "$wit" .wit)_guest.c
         grep -q "ffi_guest_free_string(&value->as.err);" "$f" || continue
         sed -i "0,/ffi_guest_free_string(&value->as.err);/s///" "$f"
         break
       done'
    )
    ;;
  wasm-go)
    edits=(
      # The one release of one function'"'"'s post-return.
      'f=$(grep -l "ffirt.PostReturn()" guest/c*_glue.go | head -n 1)
       sed -i "0,/\tffirt.PostReturn()/s///" "$f"'
      # Of the blocks that a post-return releases, the first.
      'perl -0pi -e "s/(func \(m \*Memory\) Free\(\) \{\n)/\$1\tif len(m.blocks) > 0 {\n\t\tm.blocks = m.blocks[1:]\n\t}\n/" guest/ffirt/memory.go'
    )
    ;;
  *)
    echo "usage: post_return_by_hand.sh FFICHECK wasm-c|wasm-go" >&2
    exit 2
    ;;
esac
out=$(mktemp)
trap 'rm -f "$out"' EXIT
run() { "$fficheck" fuzz --target "$target" --property post-return --seed 1 --cases 40 --batch 40 --values 20 "$@" >"$out" 2>&1; }

run || {
  cat "$out"
  echo "nothing was edited, and it fails"
  exit 1
}
for edit in "${edits[@]}"; do
  status=0
  # A schema that was shrunk too far has no such line.
  run --edit-generated "$edit || true" || status=$?
  if [ "$status" -ne 1 ] || ! grep -q "^FAILED $target post-return" "$out"; then
    cat "$out"
    echo "status $status: not found: $edit"
    exit 1
  fi
  grep -m 1 "^  .*live allocations\|^  .*post-return called" "$out"
done
echo "$target: ${#edits[@]} of ${#edits[@]} found by post-return within the first batch"

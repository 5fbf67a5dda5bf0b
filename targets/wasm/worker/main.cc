// fficheck-wasm: the worker of the wasm targets. Usage: fficheck-wasm DIR MODULE
// DIR is a batch's directory, MODULE its core module; the wire is on descriptor 3.
#include <cstdio>

#include "targets/wasm/wasm_worker.h"

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fputs("usage: fficheck-wasm DIR MODULE\n", stderr);
    return 2;
  }
  return fficheck::wasm_main(argv[1], argv[2]);
}

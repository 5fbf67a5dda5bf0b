// fficheck-wasm: the worker of the wasm targets. Usage: fficheck-wasm DIR MODULE [LEG]
// DIR is a batch's directory, MODULE its core module; the wire is on descriptor 3.
#include <cstdio>

#include "targets/wasm/wasm_worker.h"

int main(int argc, char** argv) {
  if (argc != 3 && argc != 4) {
    std::fputs("usage: fficheck-wasm DIR MODULE [LEG]\n", stderr);
    return 2;
  }
  return fficheck::wasm_main(argv[1], argv[2], fficheck::encoding_of_leg(argc == 4 ? argv[3] : ""));
}

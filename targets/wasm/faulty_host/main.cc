// fficheck-wasm-faulty: the worker of the wasm targets with a host that has a defect. Usage:
// fficheck-wasm-faulty FAULT DIR MODULE [LEG]
#include <cstdio>

#include "targets/wasm/faulty_host/faulty_host.h"
#include "targets/wasm/wasm_worker.h"

int main(int argc, char** argv) {
  if (argc != 4 && argc != 5) {
    std::fputs("usage: fficheck-wasm-faulty FAULT DIR MODULE [LEG]\n", stderr);
    return 2;
  }
  const auto host = fficheck::faulty_host(argv[1]);
  if (!host) {
    std::fprintf(stderr, "fficheck-wasm-faulty: no host has the fault %s\n", argv[1]);
    return 2;
  }
  return fficheck::wasm_main(argv[2], argv[3], fficheck::encoding_of_leg(argc == 5 ? argv[4] : ""),
                             *host);
}

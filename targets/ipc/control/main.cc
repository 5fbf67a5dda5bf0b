// fficheck-ipc: the worker of the target ipc's leg `cpp`. Usage: fficheck-ipc BATCH LIBRARY SERVER
// ARGUMENT... BATCH is a batch's ipc/batch.txt, LIBRARY its clients; the wire is on descriptor 3.
#include <cstdio>

#include "targets/ipc/cpp_worker.h"

int main(int argc, char** argv) {
  if (argc < 4) {
    std::fputs("usage: fficheck-ipc BATCH LIBRARY SERVER ARGUMENT...\n", stderr);
    return 2;
  }
  return fficheck::ipc::cpp_worker_main(argv[1], argv[2], {argv + 3, argv + argc});
}

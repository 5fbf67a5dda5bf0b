// fficheck-control: the worker of the control target. Usage: fficheck-control DIR LIBRARY
// DIR is a batch's directory, LIBRARY its shared object; the wire is on descriptor 3.
#include <cstdio>

#include "targets/native/control_worker.h"

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fputs("usage: fficheck-control DIR LIBRARY\n", stderr);
    return 2;
  }
  return fficheck::control_main(argv[1], argv[2]);
}

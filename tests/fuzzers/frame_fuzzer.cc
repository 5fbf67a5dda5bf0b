// The server's frames: any bytes, in parts of any size, are requests or an error, in memory of what
// came.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>

extern "C" {
#include "targets/ipc/runtime/server/ffi_ipc_frame.h"
}

namespace {

struct Bytes {
  const unsigned char* at;
  std::size_t left;
  std::size_t part;
};

ssize_t read_part(void* self, void* into, std::size_t room, bool) {
  auto* bytes = static_cast<Bytes*>(self);
  const std::size_t n = std::min({bytes->left, room, bytes->part});
  std::memcpy(into, bytes->at, n);
  bytes->at += n;
  bytes->left -= n;
  return static_cast<ssize_t>(n);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  if (size == 0) return 0;
  Bytes bytes{data + 1, size - 1, data[0] + std::size_t{1}};
  static FFIIpcSource source;
  source.read = read_part;
  source.self = &bytes;
  source.at = source.end = 0;
  FFIIpcRequest request = {};
  const char* why = nullptr;
  FFIIpcRead read;
  do {
    read = ffi_ipc_read_request(&source, &request, &why);
    const bool fine = read == FFI_IPC_BROKEN ? why != nullptr
                                             : std::strlen(request.method) <= FFI_IPC_MAX_METHOD &&
                                                   request.len <= size;
    if (!fine || request.capacity > 2 * size + (16u << 10)) {
      std::fprintf(stderr, "%zu bytes made %zu of %zu\n", size, request.len, request.capacity);
      std::abort();
    }
  } while (read == FFI_IPC_FRAME);
  ffi_ipc_request_free(&request);
  return 0;
}

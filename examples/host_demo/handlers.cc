// The host_demo library by hand: what its generated C library (host_demo.c) calls on the context's
// own thread. Asking the host blocks nothing: `answer` runs when the host has answered.
#include <string>
#include <string_view>

#include "host_demo_handlers.h"

namespace {

void answer(void* arg, int ret, const char* msg, std::size_t len) {
  auto* call = static_cast<FFICall*>(arg);
  if (ret != FFI_RET_OK) {
    const std::string error = "host error: " + std::string(msg, len);
    ffi_call_fail(call, error.data(), error.size());
    return;
  }
  const std::string token = "token[" + std::string(msg, len) + "]";
  host_demo_reply_use_token(call, token.c_str());
}

}  // namespace

void host_demo_on_create(FFICall* call) { host_demo_reply_create(call); }

void host_demo_on_destroy(void* /*state*/) {}

void host_demo_on_use_token(FFICall* call, const char* key) {
  constexpr std::string_view kDestroyed = "context destroyed";
  if (host_demo_host_fetch_token(ffi_call_context(call), key, answer, call) != FFI_RET_OK)
    ffi_call_fail(call, kDestroyed.data(), kDestroyed.size());
}

// Owners and messages for wasmtime's C API. Only .cc files of targets/wasm
// include this, and bench/suite/bare_guest.cc, which measures wasmtime alone.
#pragma once

#include <wasmtime.h>

#include <memory>
#include <string>

namespace fficheck {

template <auto Delete>
struct Deleter {
  template <class T>
  void operator()(T* p) const {
    Delete(p);
  }
};

using ErrorPtr = std::unique_ptr<wasmtime_error_t, Deleter<wasmtime_error_delete>>;
using TrapPtr = std::unique_ptr<wasm_trap_t, Deleter<wasm_trap_delete>>;
using StorePtr = std::unique_ptr<wasmtime_store_t, Deleter<wasmtime_store_delete>>;
using LinkerPtr = std::unique_ptr<wasmtime_linker_t, Deleter<wasmtime_linker_delete>>;
using InstancePrePtr =
    std::unique_ptr<wasmtime_instance_pre_t, Deleter<wasmtime_instance_pre_delete>>;
using FuncTypePtr = std::unique_ptr<wasm_functype_t, Deleter<wasm_functype_delete>>;

/// Text of an error, which stays the caller's.
inline std::string message_of(const wasmtime_error_t* error) {
  wasm_name_t text;
  wasmtime_error_message(error, &text);
  std::string out(text.data, text.size);
  wasm_byte_vec_delete(&text);
  return out;
}
inline std::string message_of(const wasm_trap_t* trap) {
  wasm_message_t text;
  wasm_trap_message(trap, &text);
  std::string out(text.data, text.size);
  while (!out.empty() && out.back() == '\0') out.pop_back();
  wasm_byte_vec_delete(&text);
  return out;
}

}  // namespace fficheck

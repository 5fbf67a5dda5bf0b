// Emitting the C library of a schema: pure functions from a schema to files (docs/abi-native.md).
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "harness/core/lowering.h"
#include "harness/run/target.h"
#include "targets/native/c_names.h"

namespace fficheck {

/// The names of a batch's library with that id: "c017" -> {"c017", "C017"}.
[[nodiscard]] LibraryName batch_name(std::string_view id);

/// Everything that build_batch_library (build.h) compiles, below "native/" and "wit/": per schema
/// header, entry points, test callee and layout assertions; native/batch_0.c and batch_1.c, which
/// include half of the schemas each, batch.c both, and batch_headers.cc all headers. Precondition:
/// every function of every schema is supported by `abi`.
/// `cbor`: with the _cbor form of each function, which only callers in another process need.
[[nodiscard]] FileSet emit_library(std::span<const BatchEntry> batch, Abi abi, bool cbor = false);

/// The library as its author checks it in: header, entry points, the header of the handlers to
/// write, the runtime, and the WIT; functions have a _cbor form too. Same precondition.
[[nodiscard]] FileSet emit_product(const Schema& schema, Abi abi, const LibraryName& name);

/// The hand-written runtime, by file name. `tests` adds the value stream and the test callee.
[[nodiscard]] FileSet runtime_files(bool tests);

}  // namespace fficheck

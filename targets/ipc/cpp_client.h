// One schema's client in C++: its header, and what its source defines. All pure.
#pragma once

#include <string>

#include "harness/core/lowering.h"
#include "harness/core/schema.h"
#include "targets/ipc/cpp_names.h"

namespace fficheck::ipc {

struct CppClient {
  CppClient(const Schema& schema, const LibraryName& library);

  const Schema& schema;
  NativeLowering lowering;  ///< for how results come back
  CppNames names;
  int create = -1;  ///< index in Schema::functions(), or -1
};

/// The namespace with types and class.
[[nodiscard]] std::string cpp_declarations(const CppClient& client);
/// Descriptions of types for the codec, and the methods.
[[nodiscard]] std::string cpp_definitions(const CppClient& client);

}  // namespace fficheck::ipc

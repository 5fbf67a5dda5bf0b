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
  bool driven = false;  ///< of a batch: with what drive/ffi_ipc_drive.hpp calls
  int create = -1;      ///< index in Schema::functions(), or -1
};

/// The namespace with types and class.
[[nodiscard]] std::string cpp_declarations(const CppClient& client);
/// A batch's table of one client, "c017_Driven", behind its definitions.
[[nodiscard]] std::string cpp_driven(const CppClient& client);
/// Descriptions of types for the codec, and the methods.
[[nodiscard]] std::string cpp_definitions(const CppClient& client);

}  // namespace fficheck::ipc

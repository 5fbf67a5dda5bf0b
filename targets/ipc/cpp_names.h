// Every C++ identifier of a generated client, resolved once so that emitters only look names up.
#pragma once

#include <string>
#include <vector>

#include "harness/core/lowering.h"
#include "harness/core/schema.h"
#include "targets/native/c_names.h"

namespace fficheck::ipc {

struct CppNames {
  std::string scope;   ///< namespace: "my_timer"
  std::string client;  ///< "Client"
  /// Per TypeId: the type as C++ writes it within the namespace: "std::vector<Foo>".
  std::vector<std::string> types;
  /// Per TypeId, as Type::parts: a record's field, the struct of a variant's case, an enumerator, a
  /// flag.
  std::vector<std::vector<std::string>> parts;
  /// As Schema::functions(): a method's name and its parameters.
  std::vector<std::string> methods;
  std::vector<std::vector<std::string>> params;
  std::vector<std::string> wire_methods;  ///< as Schema::functions()
};

[[nodiscard]] CppNames resolve_cpp_names(const Schema& schema, const LibraryName& library);

}  // namespace fficheck::ipc

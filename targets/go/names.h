// Every Go identifier of a generated package, resolved once so that emitters only look names up.
#pragma once

#include <string>
#include <vector>

#include "harness/core/lowering.h"
#include "harness/core/schema.h"

namespace fficheck::go {

struct GoNames {
  struct FunctionNames {
    std::string method;   ///< "Echo"; of the constructor "NewClient"; of a guest's import see below
    std::string context;  ///< the same with a context: "EchoContext"
    std::vector<std::string> params;      ///< as Function::params
    std::string args;                     ///< struct of the C arguments, "rawEchoArgs"
    std::vector<std::string> raw_params;  ///< its fields, as FunctionLayout::params
    std::string ident;                    ///< suffix of helpers: "C017Echo"
    std::string handler;  ///< exports of guests: method to write, "Echo", "NewWater", "WaterOf"
    std::string setter;   ///< of a host function "SetFetchToken", of an event "OnEchoFired"
    std::string setter_context;  ///< "SetFetchTokenContext"
    std::string request;         ///< "rawFetchTokenRequest"
  };
  struct ResourceNames {
    std::string type;     ///< "Water"
    std::string impl;     ///< interface of what implements it: "WaterImpl"
    std::string make;     ///< makes one of an implementation: "MakeWater"
    std::string handles;  ///< package variable with its class: "classWater"
  };
  std::string prefix;      ///< of exported names: "C017", or "" in a product
  std::string client;      ///< "Client"
  std::string new_client;  ///< "NewClient"
  std::string library;     ///< package variable with the library: "library"
  /// Per TypeId: the type as Go writes it: "uint8", "[]Foo", "*string", "Foo".
  std::vector<std::string> types;
  /// Per TypeId: what helper functions of the type end with: "Foo", "ListFoo", "OptionU8".
  std::vector<std::string> idents;
  /// Per TypeId, as Type::parts: field of a record or tuple, struct of a variant's case, constant
  /// of an enum's case or of a flag.
  std::vector<std::vector<std::string>> parts;
  /// Per TypeId: the type of the constants of flags beyond 64, else "".
  std::vector<std::string> flag_types;
  /// Per TypeId, as TypeLayout::members: field of the struct that mirrors C's.
  std::vector<std::vector<std::string>> raw_fields;
  std::vector<FunctionNames> functions;  ///< as Schema::functions()
  /// As Schema::imports(). Guests: `method` is the function or method to call, `args` the core
  /// import. Libraries: `setter` is the client's method, `request` the struct of what the host
  /// gets.
  std::vector<FunctionNames> imports;
  std::vector<ResourceNames> resources;  ///< as Schema::resources()
};

/// Resolves all names; deterministic, free of collisions with Go's keywords and predeclared names,
/// the generated code's own names, and each other. `prefix`: "C017" in a batch, "" in a product.
[[nodiscard]] GoNames resolve_go_names(const Schema& schema, const NativeLowering& lowering,
                                       std::string prefix);

/// Whether the schema's function is the constructor: the one named `create`.
[[nodiscard]] bool is_constructor(const Function& function);

}  // namespace fficheck::go

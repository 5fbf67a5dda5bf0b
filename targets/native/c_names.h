// Every C identifier of a generated library, resolved once so that emitters only look names up.
#pragma once

#include <string>
#include <vector>

#include "harness/core/completion.h"
#include "harness/core/lowering.h"
#include "harness/core/schema.h"

namespace fficheck {

/// Prefixes that keep a batch's libraries apart in one shared object.
struct LibraryName {
  std::string prefix;       ///< of functions and files, snake case: "c017", "my_timer"
  std::string type_prefix;  ///< of types and enumerators, Pascal case: "C017", or "" in a product
};

struct CNames {
  struct FunctionNames {
    std::string symbol;               ///< "c017_echo_0"
    std::vector<std::string> params;  ///< as FunctionLayout::params
    std::string handler;  ///< "my_timer_on_echo": what a hand-written library implements
    std::string reply;    ///< "my_timer_reply_echo": how it answers
    std::string cbor;     ///< "my_timer_echo_cbor": with arguments and result as CBOR
  };
  /// Abi::Canonical only: what handlers call and implement for a resource.
  struct ResourceNames {
    std::string make;     ///< "my_lib_new_water": a handle for a rep
    std::string rep;      ///< "my_lib_rep_water": the rep of a handle
    std::string drop;     ///< "my_lib_drop_water"
    std::string destroy;  ///< "my_lib_on_destroy_water": the destructor to write
  };
  LibraryName library;
  std::string create_cbor;  ///< "my_timer_create_cbor"
  /// Per TypeId: how a variable of the type is declared ("int32_t", "C017Foo", "C017ListU8",
  /// "const char *"); empty for Shape::MembersOnly.
  std::vector<std::string> types;
  /// Per TypeId: as TypeLayout::members.
  std::vector<std::vector<std::string>> members;
  /// Per TypeId, as Type::parts: union member of a result's or variant's case ("" without payload).
  std::vector<std::vector<std::string>> payloads;
  /// Per TypeId, as Type::parts: enumerator or macro of an enum's or variant's case, of a flag.
  std::vector<std::vector<std::string>> constants;
  std::vector<FunctionNames> functions;  ///< as Schema::functions()
  /// As Schema::imports(): `symbol` is what a handler calls, "my_timer_fire_on_echo_fired" for an
  /// event, "host_demo_host_fetch_token" for a host function; `handler` is the name under which a
  /// caller listens or registers, "on_echo_fired"; `reply` is empty.
  std::vector<FunctionNames> imports;
  std::vector<ResourceNames> resources;  ///< Abi::Canonical only: as Schema::resources()
  /// Abi::Canonical only, per TypeId: "my_lib_free_ListString".
  std::vector<std::string> frees;
};

/// Resolves all names; deterministic, free of collisions with keywords of C and C++, macros of the
/// headers that generated code includes, the runtime's names, and each other.
[[nodiscard]] CNames resolve_c_names(const Schema& schema, const NativeLowering& lowering,
                                     LibraryName library);

}  // namespace fficheck

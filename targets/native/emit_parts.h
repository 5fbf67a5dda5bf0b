// What the emitters of the C library's files share.
#pragma once

#include <string>
#include <vector>

#include "harness/core/lowering.h"
#include "harness/core/schema.h"
#include "targets/native/c_names.h"

namespace fficheck::native_emit {

/// A schema with all that was decided about it. Abi::Canonical stands for the native dialect on
/// wasm32, where handles are int32_t (docs/target-wasm.md).
struct Unit {
  Unit(const Schema& schema, Abi abi, const LibraryName& name);

  const Schema& schema;
  Abi abi;
  NativeLowering lowering;
  CNames names;
  std::vector<bool> used;  ///< per TypeId: a C function needs it
  /// Index in Schema::functions() of the constructor, or -1.
  int create = -1;
  /// Whether functions have a _cbor form too.
  bool cbor = false;

  /// A name of the library's own file, which no schema's name can be: "c017_T5".
  [[nodiscard]] std::string internal(std::string_view kind, std::size_t index) const;
};

/// "int32_t x", "const char *x", "const char **x".
[[nodiscard]] std::string declare(std::string_view type, std::string_view name);
/// One C member or parameter: its declaration without ";".
[[nodiscard]] std::string declare_member(const Unit& unit, const Member& member,
                                         std::string_view name);
/// "a, b" of all parameters' declarations; empty where there are none.
[[nodiscard]] std::string declare_params(const Unit& unit, const std::vector<Member>& params,
                                         const std::vector<std::string>& names);
/// A function as WIT writes it, for a comment.
[[nodiscard]] std::string signature(const Schema& schema, const Function& function);
/// A type as WIT writes it, for a comment; only its keyword where that would be long.
[[nodiscard]] std::string brief(const Schema& schema, TypeId id);
[[nodiscard]] std::string upper(std::string_view text);

/// The first lines of a generated file.
[[nodiscard]] std::string preamble(const Unit& unit, std::string_view what);

/// The _cbor form of a function, and of the constructor, without ";".
[[nodiscard]] std::string cbor_declaration(const Unit& unit, std::size_t function);
[[nodiscard]] std::string cbor_create_declaration(const Unit& unit);

/// The types of P.h.
[[nodiscard]] std::string emit_types(const Unit& unit);
/// P.h
[[nodiscard]] std::string emit_header(const Unit& unit);
/// P.c: descriptors, then entry points. `product`: with calls of hand-written handlers.
[[nodiscard]] std::string emit_source(const Unit& unit, bool product);
[[nodiscard]] std::string emit_descriptors(const Unit& unit);
/// The descriptors of types alone. Abi::Canonical: handles know their resource, see
/// targets/wasm/guest_runtime/ffi_guest.h.
[[nodiscard]] std::string emit_type_descriptors(const Unit& unit);
/// The struct of a function's arguments, "c017_A3", and its descriptor, "c017_AT3"; empty without
/// arguments. `kind`: "A" of functions(), "I" of imports().
[[nodiscard]] std::string emit_argument_struct(const Unit& unit, std::string_view kind,
                                               std::size_t index);
[[nodiscard]] std::string emit_argument_descriptor(const Unit& unit, std::string_view kind,
                                                   std::size_t index);
/// "&c017_T5", "&ffi_rt_u8"; "NULL" where there is no type.
[[nodiscard]] std::string reference(const Unit& unit, std::optional<TypeId> id);
/// The test callee: the end of a batch's P.c.
[[nodiscard]] std::string emit_provider(const Unit& unit);
/// Layout assertions: the very end of a batch's P.c.
[[nodiscard]] std::string emit_layout(const Unit& unit);
/// P_handlers.h
[[nodiscard]] std::string emit_handlers_header(const Unit& unit);
/// In P.c of a product: from argument structs to handlers, and what handlers call.
[[nodiscard]] std::string emit_dispatch(const Unit& unit);
[[nodiscard]] std::string emit_handler_services(const Unit& unit);

}  // namespace fficheck::native_emit

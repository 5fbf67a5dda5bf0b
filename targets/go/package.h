// One schema's Go package in the making, and the emitters of its files. All pure.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "harness/core/lowering.h"
#include "harness/core/schema.h"
#include "targets/go/code.h"
#include "targets/go/names.h"
#include "targets/native/c_names.h"

namespace fficheck::go {

/// Size and offsets of the struct that carries a call's C parameters to the shim.
struct ArgsLayout {
  std::uint64_t size = 0;
  std::uint64_t align = 1;
  std::vector<std::uint64_t> offsets;  ///< as FunctionLayout::params
};

struct Package {
  Package(const Schema& schema, Abi abi, std::string prefix);

  const Schema& schema;
  NativeLowering lowering;
  GoNames names;
  std::vector<ArgsLayout> args;      ///< as Schema::functions()
  std::vector<ArgsLayout> requests;  ///< as Schema::imports()
  std::vector<bool> lowered;         ///< per TypeId: part of a parameter
  std::vector<bool> lifted;          ///< per TypeId: part of a result

  [[nodiscard]] const Type& type(TypeId id) const { return schema.type(id); }
  [[nodiscard]] const TypeLayout& layout(TypeId id) const { return lowering.types[id]; }
  /// What C holds for a value of the type, as a Go type: "uint8", "ffirt.Slice", "rawFoo".
  [[nodiscard]] std::string raw_type(TypeId id) const;
  /// Whether values of the type have functions of their own to lower, lift, draw and digest them.
  [[nodiscard]] bool is_composite(TypeId id) const;
  /// Whether such functions take the Go value by pointer.
  [[nodiscard]] bool by_pointer(TypeId id) const;
  /// An argument for a function that handles a value of the composite type.
  [[nodiscard]] std::string operand(TypeId id, const std::string& expression) const;
};

/// The address of an addressable expression: "&x"; "p" of "*p".
[[nodiscard]] std::string address_of(const std::string& expression);

/// Types and their methods.
void emit_types(const Package& package, Code& code);
/// The client: constructor, Close, one method for each function.
void emit_client(const Package& package, Code& code);
/// Methods of the client that set host functions and add listeners.
void emit_hosts(const Package& package, Code& code);
/// How a host function's arguments, or an event, arrive.
enum class RequestForm : std::uint8_t {
  None,   ///< no parameters
  Text,   ///< one string: its bytes
  Value,  ///< one value with a C type of its own: a pointer to it
  Struct  ///< a pointer to a struct of the C parameters
};
[[nodiscard]] RequestForm request_form(const Package& package, std::size_t import);
/// Structs that mirror C's, and functions from Go values to them and back.
void emit_raw(const Package& package, Code& code);
void emit_lower(const Package& package, Code& code);
void emit_lift(const Package& package, Code& code);
/// A statement that lowers `from`, an addressable Go value, to `to`, an addressable mirror.
[[nodiscard]] std::string lower_statement(const Package& package, TypeId id,
                                          const std::string& arena, const std::string& to,
                                          const std::string& from);
/// Statements that lower part `part` of a struct or parameter list to the members that stand for
/// it.
void lower_part(const Package& package, Code& code, TypeId id, const std::string& arena,
                std::span<const Member> members, std::span<const std::string> fields,
                std::uint32_t part, const std::string& raw, const std::string& from);
/// An expression that lifts `from`, an addressable mirror.
[[nodiscard]] std::string lift_expression(const Package& package, TypeId id,
                                          const std::string& from);
/// Constant assertions of every mirror's size and offsets against the reference's figures.
void emit_layout(const Package& package, Code& code, Abi abi);
/// What the worker must know of the package.
void emit_check(const Package& package, Code& code);
/// What the runtime of tests reads of types and functions: a row for each type, its kind and the
/// rows of its parts, or how many cases or flags, or which resource; the rows of a function's
/// parameters and result; the types that reflection alone does not know ("s.Types = ...").
[[nodiscard]] std::string type_table(const Schema& schema);
[[nodiscard]] std::string call_signature(const Function& function);
void emit_type_rows(const Package& package, Code& code);
/// C: the functions that spread the struct of arguments, and the table of them.
[[nodiscard]] std::string emit_shim(const Package& package, const CNames& names,
                                    const std::string& header, const std::string& ffirt);
/// The symbol of the table that the shim exports.
[[nodiscard]] std::string shim_table(const CNames& names);

}  // namespace fficheck::go

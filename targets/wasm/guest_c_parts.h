// What the emitters of a guest in C share.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "harness/core/canonical.h"
#include "targets/native/emit_parts.h"

namespace fficheck::guest_c {

/// A schema with all that was decided about its guest.
struct GuestUnit : native_emit::Unit {
  GuestUnit(const Schema& schema, const LibraryName& name, bool product);

  CanonicalLowering canonical;
  bool product;             ///< with hand-written handlers instead of the test callee
  std::vector<bool> drops;  ///< per TypeId: holds an own, or a borrow of an imported resource
  std::vector<bool> frees;  ///< per TypeId: holds memory or what must be dropped

  [[nodiscard]] const std::string& prefix() const { return names.library.prefix; }
};

/// Lines of C at a level of indentation.
class Code {
 public:
  explicit Code(unsigned level = 0) : level_(level) {}
  void line(const std::string& text) { text_ += std::string(level_ * 2, ' ') + text + "\n"; }
  void indent() { ++level_; }
  void dedent() { --level_; }
  [[nodiscard]] std::string take() && { return std::move(text_); }

 private:
  std::string text_;
  unsigned level_;
};

/// A core value in a C variable.
struct FlatValue {
  std::string name;
  CoreType type = CoreType::I32;
};

[[nodiscard]] std::string_view core_c_type(CoreType type);  ///< "int32_t"
/// "int32_t NAME0, int64_t NAME1", or "void".
[[nodiscard]] std::string core_parameters(const std::vector<CoreType>& types,
                                          const std::string& name);
[[nodiscard]] std::vector<FlatValue> flat_values(const std::vector<CoreType>& types,
                                                 const std::string& name);

/// Statements that read a value of the type from core values into the zeroed C lvalue `place`.
/// Traps where a case index is out of range.
void emit_lift(const GuestUnit& unit, TypeId id, const std::string& place,
               std::span<const FlatValue> from, Code& code);
/// Statements that assign the core variables of a value. They are 0 before.
void emit_lower(const GuestUnit& unit, TypeId id, const std::string& place,
                std::span<const FlatValue> to, Code& code);

/// Statements that free what a value reaches. `drop`: the C expression whether its handles are
/// dropped too ("true", "false" or a variable). None where there is nothing to do.
void emit_free(const GuestUnit& unit, TypeId id, const std::string& place, const std::string& drop,
               Code& code);
/// Declarations and definitions of the P_free_* functions.
[[nodiscard]] std::string emit_free_declarations(const GuestUnit& unit);
[[nodiscard]] std::string emit_free_functions(const GuestUnit& unit);

/// Administrative imports of resources and the functions that handlers call for them.
[[nodiscard]] std::string emit_resource_declarations(const GuestUnit& unit);
[[nodiscard]] std::string emit_resource_functions(const GuestUnit& unit);
[[nodiscard]] std::string emit_destructors(const GuestUnit& unit);

/// Wrappers of Schema::imports().
[[nodiscard]] std::string emit_import_declarations(const GuestUnit& unit);
[[nodiscard]] std::string emit_import_functions(const GuestUnit& unit);
/// Test guests: what the runtime knows of imports, and calls.
[[nodiscard]] std::string emit_import_table(const GuestUnit& unit);

/// Wrappers of Schema::functions(), with post-return and the area for results.
[[nodiscard]] std::string emit_exports(const GuestUnit& unit);
/// Test guests: what the callee knows of functions.
[[nodiscard]] std::string emit_export_table(const GuestUnit& unit);

/// P.h, P_handlers.h, P_guest.c, P_layout.c.
[[nodiscard]] std::string emit_guest_header(const GuestUnit& unit);
[[nodiscard]] std::string emit_guest_handlers(const GuestUnit& unit);
[[nodiscard]] std::string emit_guest_source(const GuestUnit& unit);
[[nodiscard]] std::string emit_guest_layout(const GuestUnit& unit);

/// Of a handler to write: its declaration without ";".
[[nodiscard]] std::string handler_declaration(const GuestUnit& unit, std::size_t function);

/// The row of the runtime's table for a function: descriptors and role.
[[nodiscard]] std::string function_row(const GuestUnit& unit, const Function& function,
                                       std::string_view kind, std::size_t index,
                                       const std::string& thunks);

}  // namespace fficheck::guest_c

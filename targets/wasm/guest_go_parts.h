// What the emitters of a guest in Go share.
#pragma once

#include <string>
#include <vector>

#include "harness/core/canonical.h"
#include "targets/go/package.h"

namespace fficheck::guest_go {

using go::cat;
using go::Code;

/// A schema with all that was decided about its guest.
struct GuestUnit {
  GuestUnit(const Schema& schema, const std::string& prefix, bool product);

  const Schema& schema;
  go::Package package;
  CanonicalLowering canonical;
  bool product;  ///< with hand-written exports instead of the test callee
  /// Per TypeId: whether values come out of memory or of flat words, go into memory or flat words.
  std::vector<bool> loads, flats, stores, spreads;

  [[nodiscard]] const Type& type(TypeId id) const { return schema.type(id); }
  [[nodiscard]] const CanonicalType& layout(TypeId id) const { return canonical.types[id]; }
  [[nodiscard]] const go::GoNames& names() const { return package.names; }
  /// The variable in which results lie while the host reads them.
  [[nodiscard]] std::string area() const { return "area" + names().client; }
};

/// A place in flat words: element `at` of a slice, or of an array variable.
struct FlatPlace {
  std::string words;
  std::size_t at = 0;
  bool array = false;
  [[nodiscard]] std::string word() const { return cat(words, "[", at, "]"); }
  /// The slice from there on.
  [[nodiscard]] std::string rest() const {
    if (at == 0) return array ? words + "[:]" : words;
    return cat(words, "[", at, ":]");
  }
  [[nodiscard]] FlatPlace behind(std::size_t n) const { return {words, at + n, array}; }
};

/// "p", "unsafe.Add(p, 8)".
[[nodiscard]] std::string address(const std::string& base, std::uint32_t offset);

/// An expression that lifts a value from memory at `at`, or from flat words. What the host
/// allocated for it is given back.
[[nodiscard]] std::string load(const GuestUnit& unit, TypeId id, const std::string& at);
[[nodiscard]] std::string from_flat(const GuestUnit& unit, TypeId id, const FlatPlace& from);
/// Statements that lower `value`, an addressable Go value, to memory at `at`, or to flat words,
/// which are 0 before. `memory`: a *ffirt.Memory.
void store(const GuestUnit& unit, Code& code, TypeId id, const std::string& memory,
           const std::string& at, const std::string& value);
void to_flat(const GuestUnit& unit, Code& code, TypeId id, const std::string& memory,
             const FlatPlace& to, const std::string& value);

/// The functions for composite types that those call.
void emit_lift_functions(const GuestUnit& unit, Code& code);
void emit_lower_functions(const GuestUnit& unit, Code& code);

/// Types of resources with their administrative imports, and the exported destructors.
void emit_resource_types(const GuestUnit& unit, Code& code);
void emit_resource_glue(const GuestUnit& unit, Code& code);

/// Functions that call Schema::imports().
void emit_host_functions(const GuestUnit& unit, Code& code);
/// Products: the interface of Schema::functions() to write.
void emit_handlers(const GuestUnit& unit, Code& code);
/// Export wrappers and cabi_post_*.
void emit_exports(const GuestUnit& unit, Code& code);
/// Batches: what the test callee knows of the schema.
void emit_description(const GuestUnit& unit, Code& code);

/// Go's type of a core value: "uint32".
[[nodiscard]] std::string_view core_go_type(CoreType type);
/// A core value as a flat word, and back.
[[nodiscard]] std::string to_word(CoreType type, const std::string& value);
[[nodiscard]] std::string from_word(CoreType type, const std::string& word);

/// Whether a list of the type is a block of bytes that Go and the ABI's memory hold alike.
[[nodiscard]] bool is_plain(Kind kind);
/// " & (1<<5 - 1)", where the type has more bits than flags.
[[nodiscard]] std::string flags_mask(const GuestUnit& unit, TypeId id);

}  // namespace fficheck::guest_go

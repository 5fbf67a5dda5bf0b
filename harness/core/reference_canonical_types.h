// Inside the canonical reference: types despecialized, and what the specification's text says of
// them.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "harness/core/canonical.h"  // CoreType, StringEncoding only
#include "harness/core/schema.h"

namespace fficheck::reference_detail {

/// despecialize(t): a tuple is a record, an enum, option or result is a variant.
struct Despecialized {
  enum class Form : std::uint8_t { Primitive, String, List, Record, Variant, Flags, Own, Borrow };
  Form form = Form::Primitive;
  Kind primitive = Kind::Bool;               ///< Primitive only
  std::vector<TypeId> fields;                ///< Record; List: its element
  std::vector<std::optional<TypeId>> cases;  ///< Variant
  std::size_t labels = 0;                    ///< Flags
  ResourceId resource = 0;                   ///< Own, Borrow
};

class CanonicalTypes {
 public:
  using Address = std::uint64_t;
  explicit CanonicalTypes(const Schema& schema) : schema_(schema) {}

  [[nodiscard]] Despecialized despecialize(TypeId id) const;
  [[nodiscard]] Address alignment(const Despecialized& t) const;
  [[nodiscard]] Address alignment(TypeId id) const { return alignment(despecialize(id)); }
  [[nodiscard]] Address elem_size(const Despecialized& t) const;
  [[nodiscard]] Address elem_size(TypeId id) const { return elem_size(despecialize(id)); }
  [[nodiscard]] std::vector<CoreType> flatten(const Despecialized& t) const;
  [[nodiscard]] std::vector<CoreType> flatten(TypeId id) const { return flatten(despecialize(id)); }
  [[nodiscard]] Address max_case_alignment(const Despecialized& variant) const;
  [[nodiscard]] const Schema& schema() const { return schema_; }

 private:
  const Schema& schema_;
};

/// The next address at or behind `address` that the alignment divides.
[[nodiscard]] std::uint64_t align_to(std::uint64_t address, std::uint64_t alignment);
/// Bytes of discriminant_type of so many cases.
[[nodiscard]] std::uint64_t discriminant_bytes(std::size_t cases);
[[nodiscard]] std::uint64_t flags_bytes(std::size_t labels);

}  // namespace fficheck::reference_detail

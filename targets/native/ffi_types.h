// C types of a NativeLowering described to libffi, built at run time.
//
// A struct without unions is described as it is declared, member by member. libffi has no unions,
// so a struct that holds one, at whatever depth, is described by an equivalent struct: same size,
// same alignment, and of the same class in each eightbyte, as the x86-64 psABI (3.2.3) classifies
// it: INTEGER where any member in it is an integer or a pointer, SSE where all are floats. Above 16
// bytes every such struct is of class MEMORY and its parts do not matter.
//
// arm64 (AAPCS64): the same description serves. Every union here stands behind an integer tag, so
// that its struct is no homogeneous float aggregate, and goes in general registers up to 16 bytes
// and by reference above; structs that are such aggregates hold no union and are described as
// declared.
#pragma once

#include <ffi.h>

#include <cstddef>
#include <deque>
#include <vector>

#include "harness/core/lowering.h"
#include "harness/core/result.h"
#include "harness/core/schema.h"

namespace fficheck {

class FfiTypes {
 public:
  /// Describes every type of the lowering. Both must outlive this.
  FfiTypes(const Schema& schema, const NativeLowering& lowering);
  FfiTypes(const FfiTypes&) = delete;
  FfiTypes& operator=(const FfiTypes&) = delete;

  /// How libffi knows a C parameter or struct member.
  [[nodiscard]] ffi_type* of(const Member& member);
  /// How libffi knows a type that has a C type of its own.
  [[nodiscard]] ffi_type* of(TypeId type) { return types_[type]; }
  /// Whether libffi, laying structs out by itself, comes to the lowering's sizes, alignments and
  /// offsets; the error names the first type where it does not.
  [[nodiscard]] Result<void> check_layout();

 private:
  enum class Class : std::uint8_t { None, Sse, Integer };

  ffi_type* describe(TypeId id);
  ffi_type* declared_struct(const TypeLayout& layout);
  ffi_type* equivalent_struct(TypeId id);
  ffi_type* make_struct(std::vector<ffi_type*> elements);
  [[nodiscard]] bool is_float(TypeId id) const;
  [[nodiscard]] bool holds_union(const TypeLayout& layout) const;
  void classify(TypeId id, std::uint64_t offset, std::vector<Class>& eightbytes) const;

  const Schema& schema_;
  const NativeLowering& lowering_;
  std::vector<ffi_type*> types_;  ///< by TypeId; null for Shape::MembersOnly
  std::vector<bool> with_union_;  ///< by TypeId
  std::deque<ffi_type> structs_;  ///< at stable addresses
  std::deque<std::vector<ffi_type*>> elements_;
};

}  // namespace fficheck

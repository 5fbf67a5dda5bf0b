// The reference for the canonical ABI: computes again, naively and in the order of the
// specification's text (Component Model, CanonicalABI.md: Despecialization, Alignment, Element
// Size, Loading, Storing, Flattening, Flat Lifting, Flat Lowering, Lifting and Lowering Values),
// what canonical.h tabulates and what targets/wasm/lift_lower.h does. It shares no arithmetic with
// either, and speed is no aim. Where the text leaves a choice, a lowered NaN keeps its bits.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "harness/core/canonical.h"  // CoreType, StringEncoding only
#include "harness/core/result.h"
#include "harness/core/schema.h"
#include "harness/core/value.h"

namespace fficheck {

/// One core value; i32 and f32 are the low 32 bits.
struct ReferenceCore {
  CoreType type = CoreType::I32;
  std::uint64_t bits = 0;
  bool operator==(const ReferenceCore&) const = default;
};

/// One entry of a guest's handle table, and the table (CanonicalABI.md, Table State).
struct ReferenceHandle {
  ResourceId resource = 0;
  std::uint32_t rep = 0;
  bool own = false;
  std::uint32_t lends = 0;
  bool operator==(const ReferenceHandle&) const = default;
};

/// A guest as the reference sees one: memory, a realloc, handles.
class ReferenceGuest {
 public:
  struct Call {
    std::uint32_t old = 0, old_size = 0, align = 0, size = 0;
    bool operator==(const Call&) const = default;
  };
  std::vector<std::uint8_t> memory;
  /// What lifting reads in place of `memory`, where it is not empty: that of a real guest, unowned.
  std::span<const std::uint8_t> lent;
  std::vector<Call> calls;  ///< every realloc so far
  /// Answers in place of the allocator: the number of the call and the honest answer; absent where
  /// the guest traps. For hostile guests.
  std::function<std::optional<std::uint32_t>(std::size_t call, std::uint32_t honest)> answer;
  std::vector<std::optional<ReferenceHandle>> handles{std::nullopt};  ///< index 0 is never used
  std::vector<std::size_t> free_handles;                              ///< the last is used first

  /// cabi_realloc: never reuses memory, always moves, grows the memory. Absent: the guest trapped.
  std::optional<std::uint32_t> realloc(const Call& call);
  std::uint32_t add(ReferenceHandle handle);
  [[nodiscard]] std::span<const std::uint8_t> readable() const {
    return lent.empty() ? std::span<const std::uint8_t>(memory) : lent;
  }

 private:
  std::uint32_t next_ = 16;
};

class CanonicalReference {
 public:
  /// Precondition: every function is supported. The schema outlives this.
  explicit CanonicalReference(const Schema& schema, StringEncoding encoding = StringEncoding::Utf8);

  /// alignment, elem_size: bytes.
  [[nodiscard]] std::uint64_t alignment(TypeId type) const;
  [[nodiscard]] std::uint64_t elem_size(TypeId type) const;
  [[nodiscard]] std::vector<CoreType> flatten(TypeId type) const;
  /// Of a record or tuple: offset of each field, in bytes.
  [[nodiscard]] std::vector<std::uint64_t> field_offsets(TypeId type) const;
  /// Of a choice: bytes of its discriminant, and where payloads lie.
  [[nodiscard]] std::uint64_t discriminant_size(TypeId type) const;
  [[nodiscard]] std::uint64_t payload_offset(TypeId type) const;
  /// Whether a value of the type can hold a string or list; a resource that it owns.
  [[nodiscard]] bool holds_memory(TypeId type) const;
  [[nodiscard]] bool holds_own(TypeId type) const;

  /// flatten_functype of an export (`lift`) or an import (`lower`).
  struct Signature {
    std::vector<CoreType> params;
    std::vector<CoreType> results;
    bool operator==(const Signature&) const = default;
  };
  [[nodiscard]] Signature flatten_lift(const Function& function) const;
  [[nodiscard]] Signature flatten_lower(const Function& function) const;
  /// The tuple of these types, as parameters that spill to memory lie in it.
  struct Tuple {
    std::uint64_t size = 0, align = 1;
    std::vector<std::uint64_t> offsets;
  };
  [[nodiscard]] Tuple tuple(std::span<const TypeId> types) const;

  /// lower_flat_values: into the guest; with `out`, a spilled tuple goes there. An Error is a trap.
  [[nodiscard]] Result<std::vector<ReferenceCore>> lower(
      std::span<const TypeId> types, std::span<const Value> values, std::size_t max_flat,
      ReferenceGuest& guest, std::optional<std::uint32_t> out = std::nullopt) const;
  /// lift_flat_values: out of the guest. An Error is a trap.
  [[nodiscard]] Result<std::vector<Value>> lift(std::span<const TypeId> types,
                                                std::span<const ReferenceCore> flat,
                                                std::size_t max_flat, ReferenceGuest& guest) const;

 private:
  const Schema& schema_;
  StringEncoding encoding_;
};

}  // namespace fficheck

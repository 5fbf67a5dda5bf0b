// The same guest twice, crossed once by the reference and once by Crossing: what tests of lifting
// and lowering compare.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "harness/core/reference_canonical.h"
#include "targets/wasm/lift_lower.h"

namespace fficheck::testing {

/// A reference guest as Crossing sees one.
class GuestMemoryDouble : public GuestMemory {
 public:
  explicit GuestMemoryDouble(ReferenceGuest& guest) : guest_(guest) {}
  std::span<std::uint8_t> bytes() override { return guest_.memory; }
  std::optional<Trap> realloc(std::uint32_t old, std::uint32_t old_size, std::uint32_t align,
                              std::uint32_t new_size, std::uint32_t* out) override {
    const auto at = guest_.realloc({old, old_size, align, new_size});
    if (!at) return Trap{"guest trapped"};
    *out = *at;
    return std::nullopt;
  }

 private:
  ReferenceGuest& guest_;
};

/// The product's handle table behind the crossing's interface, as the core session has it.
class GuestHandlesDouble : public GuestHandles {
 public:
  GuestHandlesDouble(const Schema& schema, HandleTable& table) : schema_(schema), table_(table) {}
  std::optional<Trap> lift_own(ResourceId resource, std::uint32_t index,
                               std::uint64_t* rep) override {
    std::uint32_t narrow = 0;
    auto trap = table_.take_own(index, {0, resource}, &narrow);
    *rep = narrow;
    return trap;
  }
  std::optional<Trap> lift_borrow(ResourceId resource, std::uint32_t index,
                                  std::uint64_t* rep) override {
    std::uint32_t narrow = 0;
    auto trap = table_.lend(index, {0, resource}, 1, &narrow);
    *rep = narrow;
    return trap;
  }
  std::uint32_t lower_own(ResourceId resource, std::uint64_t rep) override {
    return table_.add_own({0, resource}, static_cast<std::uint32_t>(rep));
  }
  std::uint32_t lower_borrow(ResourceId resource, std::uint64_t rep) override {
    if (!schema_.resources()[resource].imported) return static_cast<std::uint32_t>(rep);
    return table_.add_borrow({0, resource}, static_cast<std::uint32_t>(rep), 1);
  }

 private:
  const Schema& schema_;
  HandleTable& table_;
};

/// One schema's two sides. Each is a whole guest, so that a crossing of one leaves the other alone.
class CrossingDouble {
 public:
  struct Side {
    ReferenceGuest guest;
    HandleTable table;
  };

  CrossingDouble(const Schema& schema, StringEncoding encoding)
      : schema_(schema),
        encoding_(encoding),
        lowering_(lower_canonical(schema)),
        reference_(schema, encoding) {}

  /// The flat values, or absent where the crossing trapped.
  std::optional<std::vector<CoreValue>> lower(Side& side, const std::vector<TypeId>& types,
                                              const std::vector<Value>& values, bool in_memory,
                                              std::optional<std::uint32_t> out = {}) const {
    GuestMemoryDouble memory(side.guest);
    GuestHandlesDouble handles(schema_, side.table);
    Crossing crossing(schema_, lowering_, encoding_, memory, &handles);
    std::vector<CoreValue> flat;
    crossing.lower(types, values, in_memory, &flat, out);
    if (crossing.trap()) return std::nullopt;
    return flat;
  }
  std::optional<std::vector<Value>> lift(Side& side, const std::vector<TypeId>& types,
                                         const std::vector<CoreValue>& flat, bool in_memory) const {
    GuestMemoryDouble memory(side.guest);
    GuestHandlesDouble handles(schema_, side.table);
    Crossing crossing(schema_, lowering_, encoding_, memory, &handles);
    std::vector<Value> values = crossing.lift(types, flat, in_memory);
    if (crossing.trap()) return std::nullopt;
    return values;
  }
  /// The same by the reference; `in_memory` is what it decides by the number of flat values.
  std::optional<std::vector<CoreValue>> reference_lower(
      ReferenceGuest& guest, const std::vector<TypeId>& types, const std::vector<Value>& values,
      bool in_memory, std::optional<std::uint32_t> out = {}) const {
    const auto flat = reference_.lower(types, values, in_memory ? 0 : kAllFlat, guest, out);
    if (!flat.ok()) return std::nullopt;
    std::vector<CoreValue> same;
    for (const ReferenceCore& core : flat.value()) same.push_back({core.type, core.bits});
    return same;
  }
  std::optional<std::vector<Value>> reference_lift(ReferenceGuest& guest,
                                                   const std::vector<TypeId>& types,
                                                   const std::vector<CoreValue>& flat,
                                                   bool in_memory) const {
    std::vector<ReferenceCore> same;
    for (const CoreValue& core : flat) same.push_back({core.type, core.bits});
    auto values = reference_.lift(types, same, in_memory ? 0 : kAllFlat, guest);
    if (!values.ok()) return std::nullopt;
    return std::move(values).value();
  }

  [[nodiscard]] const CanonicalLowering& lowering() const { return lowering_; }

 private:
  static constexpr std::size_t kAllFlat = 1u << 20;
  const Schema& schema_;
  StringEncoding encoding_;
  CanonicalLowering lowering_;
  CanonicalReference reference_;
};

/// The value with its handles' representations numbered from *next on: the stream gives 0 for each.
inline Value number_handles(const Schema& schema, TypeId id, const Value& value,
                            std::uint32_t* next) {
  const Type& type = schema.type(id);
  if (class_of(type.kind) == KindClass::Handle) return Value::handle((*next)++);
  if (class_of(type.kind) == KindClass::Sequence) {
    Sequence parts;
    const Sequence& old = value.as<Sequence>();
    for (std::size_t i = 0; i < old.size(); ++i)
      parts.push_back(
          number_handles(schema, *type.parts[type.kind == Kind::List ? 0 : i].type, old[i], next));
    return Value::sequence(std::move(parts));
  }
  if (class_of(type.kind) == KindClass::Choice) {
    const Choice& c = value.as<Choice>();
    if (!c.payload) return value;
    const Part& part = type.parts[type.kind == Kind::Option ? 0 : c.index];
    return Value::choice(c.index, number_handles(schema, *part.type, *c.payload, next));
  }
  return value;
}

}  // namespace fficheck::testing

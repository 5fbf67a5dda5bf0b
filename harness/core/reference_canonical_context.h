// Inside the canonical reference: the specification's `cx`, with a function for each of its own.
// Traps are thrown, and caught where the reference is entered.
#pragma once

#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "harness/core/reference_canonical.h"
#include "harness/core/reference_canonical_types.h"

namespace fficheck::reference_detail {

struct CanonicalTrap {
  std::string reason;
};
inline void trap_if(bool condition, const char* reason) {
  if (condition) throw CanonicalTrap{reason};
}

class CanonicalContext {
 public:
  using Flat = std::deque<ReferenceCore>;
  using Range = std::pair<std::uint64_t, std::uint64_t>;  ///< pointer, (tagged) length

  CanonicalContext(const Schema& schema, StringEncoding encoding, ReferenceGuest& guest)
      : types_(schema), encoding_(encoding), guest_(guest) {}

  /// lift_flat_values and lower_flat_values; what is lifted is taken off the front.
  Flat lower_values(std::span<const TypeId> ts, std::span<const Value> vs, std::size_t max_flat,
                    std::optional<std::uint32_t> out);
  std::vector<Value> lift_values(std::span<const TypeId> ts, Flat flat, std::size_t max_flat);

 private:
  std::uint64_t allocate(std::uint64_t alignment, std::uint64_t size);
  std::uint64_t reallocate(std::uint64_t old, std::uint64_t old_size, std::uint64_t alignment,
                           std::uint64_t size);
  void check_range(std::uint64_t ptr, std::uint64_t size, std::uint64_t alignment) const;

  std::uint64_t load_int(std::uint64_t ptr, std::uint64_t bytes) const;
  Value load(std::uint64_t ptr, TypeId id);
  Value load_primitive(Kind kind, std::uint64_t unsigned_int) const;
  Value load_string(std::uint64_t ptr, std::uint64_t tagged_code_units) const;
  Value load_list(std::uint64_t ptr, std::uint64_t length, TypeId element);
  Sequence load_record(std::uint64_t ptr, const Despecialized& t);
  Value load_variant(std::uint64_t ptr, const Despecialized& t);
  Value unpack_flags(std::uint64_t i, std::size_t labels) const;
  Value lift_handle(const Despecialized& t, std::uint64_t index);

  void store_int(std::uint64_t v, std::uint64_t ptr, std::uint64_t bytes);
  void store_bytes(std::span<const std::uint8_t> bytes, std::uint64_t ptr);
  void store(const Value& v, TypeId id, std::uint64_t ptr);
  Range store_string(const std::string& text);
  Range store_utf8_to_utf16(const std::string& text);
  Range store_to_latin1_or_utf16(const std::string& text);
  Range store_list(const Sequence& v, TypeId element);
  void store_record(std::span<const Value> v, const Despecialized& t, std::uint64_t ptr);
  void store_variant(const Choice& v, const Despecialized& t, std::uint64_t ptr);
  std::uint32_t lower_handle(const Despecialized& t, const Value& v);

  Flat lower_flat(const Value& v, TypeId id);
  Flat lower_flat_variant(const Choice& v, const Despecialized& t);
  Value lift_flat(Flat& flat, TypeId id);
  Value lift_flat_variant(Flat& flat, const Despecialized& t);

  CanonicalTypes types_;
  StringEncoding encoding_;
  ReferenceGuest& guest_;
};

/// A primitive as the unsigned integer that memory and the stack hold, in so many bytes.
[[nodiscard]] std::uint64_t primitive_to_int(Kind kind, const Value& v, unsigned bytes);

}  // namespace fficheck::reference_detail

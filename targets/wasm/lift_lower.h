// Lifting and lowering by the canonical ABI, as the core session does it: fast, along the tables of
// CanonicalLowering, over the bytes of a guest's memory. Source: CanonicalABI.md, sections Loading,
// Storing, Flat Lifting, Flat Lowering, Lifting and Lowering Values. Checked against
// reference_canonical.h, which shares nothing with it.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "harness/core/canonical.h"
#include "harness/core/schema.h"
#include "harness/core/value.h"
#include "targets/wasm/handles.h"
#include "targets/wasm/host_abi.h"

namespace fficheck {

/// Strings and lists of more bytes trap (CanonicalABI.md, MAX_STRING_BYTE_LENGTH).
inline constexpr std::uint64_t kMaxGuestBytes = (1u << 28) - 1;

/// What one crossing may lift, in bytes of strings and kLiftedItem for each element of a list: no
/// law of the ABI, but lists that share their memory would let a small guest fill the host's.
inline constexpr std::uint64_t kMaxLifted = std::uint64_t{1} << 28;
inline constexpr std::uint64_t kLiftedItem = 64;

/// How own and borrow cross: the session's side of a call's handles.
class GuestHandles {
 public:
  virtual ~GuestHandles() = default;
  virtual std::optional<Trap> lift_own(ResourceId resource, std::uint32_t index,
                                       std::uint64_t* rep) = 0;
  virtual std::optional<Trap> lift_borrow(ResourceId resource, std::uint32_t index,
                                          std::uint64_t* rep) = 0;
  virtual std::uint32_t lower_own(ResourceId resource, std::uint64_t rep) = 0;
  virtual std::uint32_t lower_borrow(ResourceId resource, std::uint64_t rep) = 0;
};

/// One core value; i32 and f32 in the low 32 bits.
struct CoreValue {
  CoreType type = CoreType::I32;
  std::uint64_t bits = 0;
  bool operator==(const CoreValue&) const = default;
};

/// One crossing. The first trap sticks; what is answered after it means nothing. Everything that it
/// is given outlives it.
class Crossing {
 public:
  Crossing(const Schema& schema, const CanonicalLowering& lowering, StringEncoding encoding,
           GuestMemory& memory, GuestHandles* handles, const HostAbi& abi = HostAbi::canonical())
      : abi_(abi),
        schema_(schema),
        lowering_(lowering),
        encoding_(encoding),
        memory_(memory),
        handles_(handles) {}

  /// Arguments or a result into the guest: flat, or as one pointer to memory that is allocated here
  /// (where `in_memory`), or stored at `out` where that is given (results of imports).
  void lower(std::span<const TypeId> types, std::span<const Value> values, bool in_memory,
             std::vector<CoreValue>* flat, std::optional<std::uint32_t> out = std::nullopt);
  /// Arguments or a result out of the guest.
  [[nodiscard]] std::vector<Value> lift(std::span<const TypeId> types,
                                        std::span<const CoreValue> flat, bool in_memory);
  /// The same of one value.
  [[nodiscard]] Value lift_one(TypeId type, const CoreValue& flat, bool in_memory);

  [[nodiscard]] const std::optional<Trap>& trap() const { return trap_; }

 private:
  void fail(std::string reason) {
    if (!trap_) trap_ = Trap{std::move(reason)};
  }
  void fail(std::optional<Trap> trap) {
    if (trap && !trap_) trap_ = std::move(trap);
  }
  /// Counts towards kMaxLifted.
  void lifting(std::uint64_t bytes) {
    lifted_ += bytes;
    if (lifted_ > kMaxLifted) fail(std::string("the value is more than the session takes"));
  }
  [[nodiscard]] const CanonicalType& layout(TypeId id) const { return lowering_.types[id]; }
  /// Where the parts of a tuple of these types lie in memory.
  struct Placement {
    std::vector<std::uint32_t> offsets;
    std::uint64_t size = 0;
    std::uint32_t align = 1;
  };
  [[nodiscard]] Placement place(std::span<const TypeId> types) const;
  bool in_bounds(std::uint32_t at, std::uint64_t size, std::uint32_t align, const char* what);
  /// The same of what the guest names as a string or list.
  bool may_read(const GuestRange& range, const char* what);

  std::uint32_t allocate(std::uint32_t align, std::uint64_t size, const char* what);
  std::uint32_t reallocate(std::uint32_t old, std::uint64_t old_size, std::uint32_t align,
                           std::uint64_t size, const char* what);

  void store(TypeId id, const Value& value, std::uint32_t at);
  void store_choice(const Type& type, const CanonicalType& l, const Value& value, std::uint32_t at);
  void lower_flat(TypeId id, const Value& value, std::vector<CoreValue>* flat);
  void lower_flat_choice(const Type& type, const CanonicalType& l, const Value& value,
                         std::vector<CoreValue>* flat);
  std::pair<std::uint32_t, std::uint32_t> store_string(const std::string& text);
  std::pair<std::uint32_t, std::uint32_t> store_utf16(const std::string& text);
  std::pair<std::uint32_t, std::uint32_t> store_latin1_or_utf16(const std::string& text);
  std::pair<std::uint32_t, std::uint32_t> store_list(TypeId element, const Sequence& items);
  std::uint32_t lower_handle(const Type& type, const Value& value);

  Value load(TypeId id, std::uint32_t at);
  Value load_choice(const Type& type, const CanonicalType& l, std::uint32_t at);
  Value lift_flat(TypeId id, std::span<const CoreValue> flat, std::size_t* next);
  Value lift_flat_choice(const Type& type, const CanonicalType& l, std::span<const CoreValue> flat,
                         std::size_t* next);
  Value from_bits(const Type& type, std::uint64_t bits);
  Value load_string(std::uint32_t begin, std::uint32_t tagged_units);
  Value load_list(TypeId element, std::uint32_t begin, std::uint32_t length);
  Value lift_handle(const Type& type, std::uint32_t index);

  /// Little-endian numbers of 1, 2, 4 or 8 bytes. Precondition: they are in bounds.
  [[nodiscard]] std::uint64_t read(std::uint32_t at, std::uint32_t size) const {
    const std::uint8_t* const from = bytes_.data() + at;
    switch (size) {
      case 1: return *from;
      case 2: return number_at<std::uint16_t>(from);
      case 4: return number_at<std::uint32_t>(from);
      default: return number_at<std::uint64_t>(from);
    }
  }
  void write(std::uint32_t at, std::uint32_t size, std::uint64_t bits) {
    static_assert(std::endian::native == std::endian::little);
    std::uint8_t* const to = bytes_.data() + at;
    switch (size) {
      case 1: std::memcpy(to, &bits, 1); return;
      case 2: std::memcpy(to, &bits, 2); return;
      case 4: std::memcpy(to, &bits, 4); return;
      default: std::memcpy(to, &bits, 8); return;
    }
  }
  template <class T>
  [[nodiscard]] static std::uint64_t number_at(const std::uint8_t* from) {
    T out;
    std::memcpy(&out, from, sizeof out);
    return out;
  }

  const HostAbi& abi_;
  const Schema& schema_;
  const CanonicalLowering& lowering_;
  StringEncoding encoding_;
  GuestMemory& memory_;
  std::span<std::uint8_t> bytes_;  ///< memory_.bytes(), asked again where it may have moved
  GuestHandles* handles_;
  std::optional<Trap> trap_;
  std::uint64_t lifted_ = 0;
};

}  // namespace fficheck

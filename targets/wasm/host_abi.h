// What the host's side of the canonical ABI decides where a guest hands something out or allocates:
// the rules that a host must not forget. The core session asks them here, so that a host that
// forgets one can be put in its place (faulty_host/). Source: CanonicalABI.md, Flat Lifting,
// Loading (strings, lists), Storing (realloc), lift_own, lift_borrow.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "harness/core/kind.h"
#include "harness/core/value.h"
#include "targets/wasm/handles.h"

namespace fficheck {

/// A guest's linear memory and allocator.
class GuestMemory {
 public:
  virtual ~GuestMemory() = default;
  /// The whole memory; invalid after realloc().
  virtual std::span<std::uint8_t> bytes() = 0;
  /// cabi_realloc. The trap where the guest trapped.
  virtual std::optional<Trap> realloc(std::uint32_t old, std::uint32_t old_size,
                                      std::uint32_t align, std::uint32_t new_size,
                                      std::uint32_t* out) = 0;
};

/// A string or list in a guest's memory, as the guest names it.
struct GuestRange {
  std::uint32_t begin = 0;
  std::uint64_t units = 0;  ///< code units or elements
  std::uint32_t unit = 1;   ///< bytes of one
  std::uint32_t align = 1;
};

/// The canonical ABI. Immutable; one may serve many sessions at once.
class HostAbi {
 public:
  HostAbi() = default;
  virtual ~HostAbi() = default;
  HostAbi(const HostAbi&) = delete;
  HostAbi& operator=(const HostAbi&) = delete;

  /// The scalar in a core value, whose upper bits may be anything. `valid` becomes false for what
  /// is no char.
  [[nodiscard]] virtual Value lift_scalar(Kind kind, std::uint64_t bits, bool* valid) const;
  /// Why the range may not be read in a memory of so many bytes; nullptr where it may.
  [[nodiscard]] virtual const char* range_problem(const GuestRange& range,
                                                  std::uint64_t memory) const;
  /// Asks the guest for memory, or to change a block's size.
  [[nodiscard]] virtual std::optional<Trap> realloc(GuestMemory& memory, std::uint32_t old,
                                                    std::uint32_t old_size, std::uint32_t align,
                                                    std::uint32_t new_size,
                                                    std::uint32_t* out) const;
  /// Takes an own handle, or lends a handle for the length of a call: its rep, or the trap.
  [[nodiscard]] virtual std::optional<Trap> take_own(HandleTable& table, std::uint32_t index,
                                                     ResourceType type, std::uint32_t* rep) const;
  [[nodiscard]] virtual std::optional<Trap> lend(HandleTable& table, std::uint32_t index,
                                                 ResourceType type, std::uint64_t scope,
                                                 std::uint32_t* rep) const;

  /// The one that every session has where it is given no other.
  [[nodiscard]] static const HostAbi& canonical();
};

}  // namespace fficheck

// A hostile host, and a hostile guest: what breaks the canonical ABI's rules in one place of
// arguments that were lowered by them, and what the guest then owes.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "harness/core/canonical.h"
#include "harness/core/schema.h"
#include "harness/core/value.h"
#include "targets/wasm/lift_lower.h"

namespace fficheck {

/// What a guest owes to tampered arguments. Whatever it does, it frees nothing wrongly, ends in
/// time, and where it answered it answers the next call right.
enum class HostileRule : std::uint8_t {
  MustTrap,    ///< a flat discriminant without case; a string or list that ends beyond the memory
  MustAnswer,  ///< bits that lifting ignores: the answer is that to the value itself
  Either,      ///< what only the host vouches for: char, and what lies in memory
};

/// One place, and the bits to put there.
struct Tampering {
  std::string what;
  HostileRule rule = HostileRule::Either;
  std::optional<std::size_t> flat;  ///< index of the core value; else in memory:
  std::uint32_t at = 0;
  std::uint32_t size = 0;  ///< bytes
  std::uint64_t bits = 0;
};

/// Everything that can be tampered with in a function's lowered arguments, in their order.
/// `noise`: bits to draw from. Precondition: no handles among the arguments.
[[nodiscard]] std::vector<Tampering> tamperings(
    const Schema& schema, const CanonicalLowering& lowering, std::uint32_t function,
    const std::vector<Value>& args, std::span<const CoreValue> flat,
    std::span<const std::uint8_t> memory, std::uint64_t noise);

/// The same of the result that the guest handed out: the rules mean nothing, since what a host owes
/// is defined (the reference lifts the same bytes). Besides what a host would tamper with: strings
/// and lists that begin one byte later, and such that end beyond the memory.
[[nodiscard]] std::vector<Tampering> result_tamperings(const Schema& schema,
                                                       const CanonicalLowering& lowering,
                                                       std::uint32_t function, const Value& result,
                                                       const CoreValue& flat,
                                                       std::span<const std::uint8_t> memory,
                                                       std::uint64_t noise);

/// Puts the bits there.
void apply(const Tampering& tampering, std::span<CoreValue> flat, std::span<std::uint8_t> memory);

}  // namespace fficheck

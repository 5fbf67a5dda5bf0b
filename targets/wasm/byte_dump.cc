#include "targets/wasm/byte_dump.h"

#include <algorithm>
#include <cstdio>

#include "harness/core/reference_canonical.h"

namespace fficheck {
namespace {

constexpr std::size_t kMostBytes = 256;  ///< of one block
constexpr std::size_t kMostBlocks = 16;

void add_flat(std::string& out, CoreType type, std::uint64_t bits) {
  constexpr const char* kNames[] = {"i32", "i64", "f32", "f64"};
  char text[40];
  std::snprintf(text, sizeof text, " %s:%llx", kNames[static_cast<std::size_t>(type)],
                static_cast<unsigned long long>(bits));
  out += text;
}

void add_block(std::string& out, std::uint32_t at, std::uint32_t size,
               std::span<const std::uint8_t> memory) {
  char text[48];
  std::snprintf(text, sizeof text, "\n    %08x, %u bytes:", at, size);
  out += text;
  if (at > memory.size() || memory.size() - at < size) {
    out += " beyond the memory";
    return;
  }
  for (std::size_t i = 0; i < std::min<std::size_t>(size, kMostBytes); ++i) {
    std::snprintf(text, sizeof text, "%s%02x", i % 4 == 0 ? " " : "", memory[at + i]);
    out += text;
  }
  if (size > kMostBytes) out += " ...";
}

/// Blocks in the order of the calls; a block that was moved counts where it went.
template <class Calls, class Answer>
void add_blocks(std::string& out, const Calls& calls, const Answer& answer,
                std::span<const std::uint8_t> memory) {
  for (std::size_t i = 0; i < std::min(calls.size(), kMostBlocks); ++i) {
    const auto [at, size] = answer(i);
    add_block(out, at, size, memory);
  }
  if (calls.size() > kMostBlocks)
    out += "\n    and " + std::to_string(calls.size() - kMostBlocks) + " more";
}

}  // namespace

std::string dump_by_reference(const Schema& schema, StringEncoding encoding,
                              std::span<const TypeId> types, std::span<const Value> values,
                              bool in_memory) {
  ReferenceGuest guest;
  std::vector<std::uint32_t> answers;
  guest.answer = [&](std::size_t, std::uint32_t honest) {
    answers.push_back(honest);
    return std::optional(honest);
  };
  const CanonicalReference reference(schema, encoding);
  const auto flat = reference.lower(types, values, in_memory ? 0 : ~std::size_t{0}, guest);
  if (!flat) return " trap: " + flat.error().text();
  std::string out;
  for (const ReferenceCore& core : flat.value()) add_flat(out, core.type, core.bits);
  add_blocks(
      out, guest.calls, [&](std::size_t i) { return std::pair(answers[i], guest.calls[i].size); },
      guest.memory);
  return out;
}

std::string dump_lowered(std::span<const CoreValue> flat, std::span<const std::uint8_t> memory,
                         const AllocationTrace& trace) {
  std::string out;
  for (const CoreValue& core : flat) add_flat(out, core.type, core.bits);
  add_blocks(
      out, trace.reallocs,
      [&](std::size_t i) {
        return std::pair(trace.reallocs[i].answer, trace.reallocs[i].new_size);
      },
      memory);
  return out;
}

}  // namespace fficheck

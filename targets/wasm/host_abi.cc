#include "targets/wasm/host_abi.h"

#include "targets/wasm/scalars.h"

namespace fficheck {

Value HostAbi::lift_scalar(Kind kind, std::uint64_t bits, bool* valid) const {
  return scalar_value(kind, bits, valid);
}

const char* HostAbi::range_problem(const GuestRange& range, std::uint64_t memory) const {
  if (range.begin % range.align != 0) return "pointer not aligned";
  if (range.begin + range.units * range.unit > memory) return "pointer out of bounds of memory";
  return nullptr;
}

std::optional<Trap> HostAbi::realloc(GuestMemory& memory, std::uint32_t old, std::uint32_t old_size,
                                     std::uint32_t align, std::uint32_t new_size,
                                     std::uint32_t* out) const {
  return memory.realloc(old, old_size, align, new_size, out);
}

std::optional<Trap> HostAbi::take_own(HandleTable& table, std::uint32_t index, ResourceType type,
                                      std::uint32_t* rep) const {
  return table.take_own(index, type, rep);
}

std::optional<Trap> HostAbi::lend(HandleTable& table, std::uint32_t index, ResourceType type,
                                  std::uint64_t scope, std::uint32_t* rep) const {
  return table.lend(index, type, scope, rep);
}

const HostAbi& HostAbi::canonical() {
  static const HostAbi abi;
  return abi;
}

}  // namespace fficheck

#include "targets/wasm/faulty_host/faulty_host.h"

namespace fficheck {
namespace {

/// Takes the whole core value for a narrow integer.
class Unmasked final : public HostAbi {
 public:
  [[nodiscard]] Value lift_scalar(Kind kind, std::uint64_t bits, bool* valid) const override {
    if (kind == Kind::U8 || kind == Kind::U16)
      return Value::natural(static_cast<std::uint32_t>(bits));
    if (kind == Kind::S8 || kind == Kind::S16)
      return Value::integer(static_cast<std::int32_t>(bits));
    return HostAbi::lift_scalar(kind, bits, valid);
  }
};

/// Leaves the buffer that a string was transcoded into as large as it was asked for.
class Unshrunk final : public HostAbi {
 public:
  [[nodiscard]] std::optional<Trap> realloc(GuestMemory& memory, std::uint32_t old,
                                            std::uint32_t old_size, std::uint32_t align,
                                            std::uint32_t new_size,
                                            std::uint32_t* out) const override {
    if (new_size >= old_size) return HostAbi::realloc(memory, old, old_size, align, new_size, out);
    *out = old;
    return std::nullopt;
  }
};

/// Takes the number of code units for that of bytes when it looks for the memory's end.
class UnitsAsBytes final : public HostAbi {
 public:
  [[nodiscard]] const char* range_problem(const GuestRange& range,
                                          std::uint64_t memory) const override {
    GuestRange shorter = range;
    shorter.unit = 1;
    return HostAbi::range_problem(shorter, memory);
  }
};

/// Never looks at a pointer's alignment.
class Unaligned final : public HostAbi {
 public:
  [[nodiscard]] const char* range_problem(const GuestRange& range,
                                          std::uint64_t memory) const override {
    GuestRange anywhere = range;
    anywhere.align = 1;
    return HostAbi::range_problem(anywhere, memory);
  }
};

/// Takes a borrow handle for an own one.
class BorrowAsOwn final : public HostAbi {
 public:
  [[nodiscard]] std::optional<Trap> take_own(HandleTable& table, std::uint32_t index,
                                             ResourceType type, std::uint32_t* rep) const override {
    std::optional<Trap> trap = HostAbi::take_own(table, index, type, rep);
    HandleTable::Dropped dropped;
    if (!trap || table.drop(index, type, &dropped)) return trap;
    *rep = dropped.rep;
    return std::nullopt;
  }
};

/// Goes on with whatever number it was given, whether there is such a handle or not.
class AnyHandle final : public HostAbi {
 public:
  [[nodiscard]] std::optional<Trap> take_own(HandleTable& table, std::uint32_t index,
                                             ResourceType type, std::uint32_t* rep) const override {
    if (HostAbi::take_own(table, index, type, rep)) *rep = index;
    return std::nullopt;
  }
  [[nodiscard]] std::optional<Trap> lend(HandleTable& table, std::uint32_t index, ResourceType type,
                                         std::uint64_t scope, std::uint32_t* rep) const override {
    if (HostAbi::lend(table, index, type, scope, rep)) *rep = index;
    return std::nullopt;
  }
};

}  // namespace

std::unique_ptr<const HostAbi> faulty_host(std::string_view id) {
  if (id == "L9") return std::make_unique<Unmasked>();
  if (id == "S4") return std::make_unique<Unshrunk>();
  if (id == "S6") return std::make_unique<UnitsAsBytes>();
  if (id == "S7") return std::make_unique<Unaligned>();
  if (id == "R8") return std::make_unique<BorrowAsOwn>();
  if (id == "R9") return std::make_unique<AnyHandle>();
  return nullptr;
}

}  // namespace fficheck

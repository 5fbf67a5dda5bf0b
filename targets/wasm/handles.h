// The handle table of one guest instance (CanonicalABI.md, "Table State", "Resource State"): what
// resource.new, resource.rep, resource.drop, and lifting and lowering of own and borrow do to it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "harness/core/schema.h"

namespace fficheck {

/// What the canonical ABI forbids; the instance that caused it must not run on.
struct Trap {
  enum class Cause : std::uint8_t {
    Rule,   ///< the host's side found the ABI broken, or the host's function failed
    Guest,  ///< the guest's code trapped
    Time,   ///< the guest ran longer than the limit
  };
  std::string reason;
  Cause cause = Cause::Rule;
};

/// A resource type at run time. Two are the same where both numbers are.
struct ResourceType {
  std::uint32_t schema = 0;  ///< index in the batch
  ResourceId resource = 0;
  bool operator==(const ResourceType&) const = default;
};

/// Counts of all that happened to handles, for the `resources` property.
struct HandleCounts {
  std::uint64_t created = 0;      ///< resource.new
  std::uint64_t dropped = 0;      ///< own handles dropped by resource.drop
  std::uint64_t moved_out = 0;    ///< own handles lifted out of the table
  std::uint64_t moved_in = 0;     ///< own handles lowered into it
  std::uint64_t borrowed_in = 0;  ///< borrow handles lowered into it
  std::uint64_t returned = 0;     ///< borrow handles dropped by the guest
};

/// Indices start at 1; a freed index is reused, last freed first.
class HandleTable {
 public:
  /// A new own handle of `rep`.
  std::uint32_t add_own(ResourceType type, std::uint32_t rep);
  /// A borrow handle of `rep`, which must be dropped before the call with `scope` returns.
  std::uint32_t add_borrow(ResourceType type, std::uint32_t rep, std::uint64_t scope);
  /// Takes an own handle out of the table: its rep, or why that must trap.
  [[nodiscard]] std::optional<Trap> take_own(std::uint32_t index, ResourceType type,
                                             std::uint32_t* rep);
  /// Lends a handle (own or borrow) for the length of the call with `scope`.
  [[nodiscard]] std::optional<Trap> lend(std::uint32_t index, ResourceType type,
                                         std::uint64_t scope, std::uint32_t* rep);
  /// Ends all loans of a call.
  void end_loans(std::uint64_t scope);
  /// How many borrow handles of that call are still in the table.
  [[nodiscard]] std::size_t open_borrows(std::uint64_t scope) const {
    return borrows_ == 0 ? 0 : count_borrows(scope);
  }
  /// resource.rep.
  [[nodiscard]] std::optional<Trap> rep(std::uint32_t index, ResourceType type,
                                        std::uint32_t* rep) const;
  struct Dropped {
    bool own = false;  ///< the destructor must run on `rep`
    std::uint32_t rep = 0;
  };
  /// resource.drop.
  [[nodiscard]] std::optional<Trap> drop(std::uint32_t index, ResourceType type, Dropped* out);

  [[nodiscard]] std::size_t live() const { return live_; }
  [[nodiscard]] const HandleCounts& counts() const { return counts_; }
  [[nodiscard]] HandleCounts& counts() { return counts_; }

 private:
  struct Entry {
    bool used = false;
    bool own = false;
    ResourceType type;
    std::uint32_t rep = 0;
    std::uint32_t lends = 0;
    std::uint64_t scope = 0;
  };
  struct Loan {
    std::uint32_t index = 0;
    std::uint64_t scope = 0;
  };
  std::uint32_t add(Entry entry);
  void remove(std::uint32_t index);
  [[nodiscard]] std::size_t count_borrows(std::uint64_t scope) const;
  [[nodiscard]] std::optional<Trap> find(std::uint32_t index, ResourceType type) const;

  std::vector<Entry> entries_{1};
  std::vector<std::uint32_t> free_;
  std::vector<Loan> loans_;
  std::size_t live_ = 0;
  std::size_t borrows_ = 0;  ///< borrow handles in the table
  HandleCounts counts_;
};

}  // namespace fficheck

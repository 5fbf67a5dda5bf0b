#include "targets/wasm/handles.h"

#include <algorithm>

namespace fficheck {

std::uint32_t HandleTable::add(Entry entry) {
  entry.used = true;
  ++live_;
  if (!entry.own) ++borrows_;
  if (!free_.empty()) {
    const std::uint32_t index = free_.back();
    free_.pop_back();
    entries_[index] = entry;
    return index;
  }
  entries_.push_back(entry);
  return static_cast<std::uint32_t>(entries_.size() - 1);
}

void HandleTable::remove(std::uint32_t index) {
  if (!entries_[index].own) --borrows_;
  entries_[index] = Entry{};
  free_.push_back(index);
  --live_;
}

std::uint32_t HandleTable::add_own(ResourceType type, std::uint32_t rep) {
  Entry entry;
  entry.own = true;
  entry.type = type;
  entry.rep = rep;
  return add(entry);
}

std::uint32_t HandleTable::add_borrow(ResourceType type, std::uint32_t rep, std::uint64_t scope) {
  Entry entry;
  entry.type = type;
  entry.rep = rep;
  entry.scope = scope;
  ++counts_.borrowed_in;
  return add(entry);
}

std::optional<Trap> HandleTable::find(std::uint32_t index, ResourceType type) const {
  if (index == 0 || index >= entries_.size() || !entries_[index].used)
    return Trap{"unknown handle index " + std::to_string(index)};
  if (entries_[index].type != type)
    return Trap{"handle index " + std::to_string(index) + " used with the wrong type"};
  return std::nullopt;
}

std::optional<Trap> HandleTable::take_own(std::uint32_t index, ResourceType type,
                                          std::uint32_t* rep) {
  if (auto trap = find(index, type)) return trap;
  const Entry& entry = entries_[index];
  if (entry.lends != 0) return Trap{"cannot move a handle while it is lent"};
  if (!entry.own) return Trap{"borrow handle passed where own is required"};
  *rep = entry.rep;
  ++counts_.moved_out;
  remove(index);
  return std::nullopt;
}

std::optional<Trap> HandleTable::lend(std::uint32_t index, ResourceType type, std::uint64_t scope,
                                      std::uint32_t* rep) {
  if (auto trap = find(index, type)) return trap;
  ++entries_[index].lends;
  loans_.push_back({index, scope});
  *rep = entries_[index].rep;
  return std::nullopt;
}

void HandleTable::end_loans(std::uint64_t scope) {
  std::erase_if(loans_, [&](const Loan& loan) {
    if (loan.scope != scope) return false;
    --entries_[loan.index].lends;
    return true;
  });
}

std::size_t HandleTable::count_borrows(std::uint64_t scope) const {
  return static_cast<std::size_t>(std::count_if(
      entries_.begin(), entries_.end(),
      [&](const Entry& entry) { return entry.used && !entry.own && entry.scope == scope; }));
}

std::optional<Trap> HandleTable::rep(std::uint32_t index, ResourceType type,
                                     std::uint32_t* rep) const {
  if (auto trap = find(index, type)) return trap;
  *rep = entries_[index].rep;
  return std::nullopt;
}

std::optional<Trap> HandleTable::drop(std::uint32_t index, ResourceType type, Dropped* out) {
  if (auto trap = find(index, type)) return trap;
  const Entry& entry = entries_[index];
  if (entry.lends != 0) return Trap{"cannot drop a handle while it is lent"};
  *out = {entry.own, entry.rep};
  ++(entry.own ? counts_.dropped : counts_.returned);
  remove(index);
  return std::nullopt;
}

}  // namespace fficheck

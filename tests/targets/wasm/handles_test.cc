#include "targets/wasm/handles.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <rapidcheck/state.h>

#include <map>
#include <set>

namespace fficheck {
namespace {

/// Handles as a guest knows them: by index, whatever the table does inside.
struct Model {
  struct Held {
    std::uint32_t type = 0;
    std::uint32_t rep = 0;
    bool own = false;
    std::uint64_t scope = 0;
    std::multiset<std::uint64_t> lent_to;
    bool operator==(const Held&) const = default;
  };
  std::map<std::uint32_t, Held> held;
  std::vector<std::uint32_t> free;  ///< last freed last
  std::uint32_t next = 1;
  HandleCounts counts;

  std::uint32_t add(Held entry) {
    std::uint32_t index = next;
    if (free.empty()) {
      ++next;
    } else {
      index = free.back();
      free.pop_back();
    }
    held[index] = std::move(entry);
    return index;
  }
  void remove(std::uint32_t index) {
    held.erase(index);
    free.push_back(index);
  }
  [[nodiscard]] const Held* find(std::uint32_t index, std::uint32_t type) const {
    const auto at = held.find(index);
    return at == held.end() || at->second.type != type ? nullptr : &at->second;
  }
};

ResourceType resource(std::uint32_t type) { return {type / 2, type % 2}; }

using Command = rc::state::Command<Model, HandleTable>;

/// What every command leaves true.
void expect_same(const Model& after, const HandleTable& table) {
  RC_ASSERT(table.live() == after.held.size());
  const HandleCounts& c = table.counts();
  RC_ASSERT(c.dropped == after.counts.dropped);
  RC_ASSERT(c.moved_out == after.counts.moved_out);
  RC_ASSERT(c.borrowed_in == after.counts.borrowed_in);
  RC_ASSERT(c.returned == after.counts.returned);
  for (std::uint64_t scope = 0; scope < 4; ++scope) {
    std::size_t open = 0;
    for (const auto& [index, h] : after.held) open += !h.own && h.scope == scope ? 1 : 0;
    RC_ASSERT(table.open_borrows(scope) == open);
  }
  for (std::uint32_t index = 0; index <= after.next; ++index) {
    for (std::uint32_t type = 0; type < 4; ++type) {
      const Model::Held* expected = after.find(index, type);
      std::uint32_t rep = 0;
      RC_ASSERT(table.rep(index, resource(type), &rep).has_value() == (expected == nullptr));
      if (expected != nullptr) RC_ASSERT(rep == expected->rep);
    }
  }
}

/// Any command names an index near those in use, a type and a scope; most mean something.
struct Drawn : Command {
  explicit Drawn(const Model& s0) {
    index = *rc::gen::inRange<std::uint32_t>(0, s0.next + 2);
    // Mostly the right type.
    const auto at = s0.held.find(index);
    type = at != s0.held.end() && *rc::gen::inRange(0, 4) != 0
               ? at->second.type
               : *rc::gen::inRange<std::uint32_t>(0, 4);
    rep = *rc::gen::arbitrary<std::uint32_t>();
    scope = *rc::gen::inRange<std::uint64_t>(0, 4);
  }
  void print(std::ostream& os, const char* what) const {
    os << what << " index " << index << " type " << type << " rep " << rep << " scope " << scope;
  }
  std::uint32_t index = 0;
  std::uint32_t type = 0;
  std::uint32_t rep = 0;
  std::uint64_t scope = 0;
};

struct AddOwn : Drawn {
  using Drawn::Drawn;
  void apply(Model& s) const override { s.add({type, rep, true, 0, {}}); }
  void run(const Model& s0, HandleTable& table) const override {
    Model s1 = s0;
    const std::uint32_t expected = s1.add({type, rep, true, 0, {}});
    RC_ASSERT(table.add_own(resource(type), rep) == expected);
    expect_same(s1, table);
  }
  void show(std::ostream& os) const override { print(os, "own"); }
};

struct AddBorrow : Drawn {
  using Drawn::Drawn;
  std::uint32_t change(Model& s) const {
    ++s.counts.borrowed_in;
    return s.add({type, rep, false, scope, {}});
  }
  void apply(Model& s) const override { change(s); }
  void run(const Model& s0, HandleTable& table) const override {
    Model s1 = s0;
    const std::uint32_t expected = change(s1);
    RC_ASSERT(table.add_borrow(resource(type), rep, scope) == expected);
    expect_same(s1, table);
  }
  void show(std::ostream& os) const override { print(os, "borrow"); }
};

struct TakeOwn : Drawn {
  using Drawn::Drawn;
  [[nodiscard]] bool allowed(const Model& s) const {
    const Model::Held* h = s.find(index, type);
    return h != nullptr && h->own && h->lent_to.empty();
  }
  void apply(Model& s) const override {
    if (!allowed(s)) return;
    s.remove(index);
    ++s.counts.moved_out;
  }
  void run(const Model& s0, HandleTable& table) const override {
    std::uint32_t taken = 0;
    RC_ASSERT(table.take_own(index, resource(type), &taken).has_value() == !allowed(s0));
    if (allowed(s0)) RC_ASSERT(taken == s0.find(index, type)->rep);
    expect_same(nextState(s0), table);
  }
  void show(std::ostream& os) const override { print(os, "take"); }
};

struct Lend : Drawn {
  using Drawn::Drawn;
  void apply(Model& s) const override {
    if (s.find(index, type) != nullptr) s.held[index].lent_to.insert(scope);
  }
  void run(const Model& s0, HandleTable& table) const override {
    const Model::Held* h = s0.find(index, type);
    std::uint32_t lent = 0;
    RC_ASSERT(table.lend(index, resource(type), scope, &lent).has_value() == (h == nullptr));
    if (h != nullptr) RC_ASSERT(lent == h->rep);
    expect_same(nextState(s0), table);
  }
  void show(std::ostream& os) const override { print(os, "lend"); }
};

struct EndLoans : Drawn {
  using Drawn::Drawn;
  void apply(Model& s) const override {
    for (auto& [at, h] : s.held) h.lent_to.erase(scope);
  }
  void run(const Model& s0, HandleTable& table) const override {
    table.end_loans(scope);
    expect_same(nextState(s0), table);
  }
  void show(std::ostream& os) const override { print(os, "end loans"); }
};

struct Drop : Drawn {
  using Drawn::Drawn;
  [[nodiscard]] bool allowed(const Model& s) const {
    const Model::Held* h = s.find(index, type);
    return h != nullptr && h->lent_to.empty();
  }
  void apply(Model& s) const override {
    if (!allowed(s)) return;
    ++(s.held[index].own ? s.counts.dropped : s.counts.returned);
    s.remove(index);
  }
  void run(const Model& s0, HandleTable& table) const override {
    HandleTable::Dropped out;
    RC_ASSERT(table.drop(index, resource(type), &out).has_value() == !allowed(s0));
    if (allowed(s0)) {
      RC_ASSERT(out.own == s0.find(index, type)->own);
      RC_ASSERT(out.rep == s0.find(index, type)->rep);
    }
    expect_same(nextState(s0), table);
  }
  void show(std::ostream& os) const override { print(os, "drop"); }
};

RC_GTEST_PROP(HandleTable, DoesWhatASimpleModelDoes, ()) {
  HandleTable table;
  rc::state::check(Model{}, table,
                   rc::state::gen::execOneOfWithArgs<AddOwn, AddOwn, AddBorrow, TakeOwn, Lend,
                                                     EndLoans, Drop>());
}

TEST(HandleTable, IndexZeroIsNoHandle) {
  HandleTable table;
  EXPECT_EQ(table.add_own({}, 7), 1u);
  std::uint32_t rep = 0;
  EXPECT_TRUE(table.rep(0, {}, &rep));
  EXPECT_FALSE(table.rep(1, {}, &rep));
  EXPECT_EQ(rep, 7u);
}

// faults.md R8, R9: a borrow is no own, a handle of another resource or another schema is foreign.
TEST(HandleTable, ForeignAndBorrowedHandlesTrapAsOwn) {
  HandleTable table;
  const std::uint32_t own = table.add_own({0, 0}, 1);
  const std::uint32_t borrow = table.add_borrow({0, 0}, 2, 9);
  std::uint32_t rep = 0;
  EXPECT_TRUE(table.take_own(borrow, {0, 0}, &rep));
  EXPECT_TRUE(table.take_own(own, {0, 1}, &rep));
  EXPECT_TRUE(table.take_own(own, {1, 0}, &rep));
  EXPECT_TRUE(table.take_own(own + 100, {0, 0}, &rep));
  ASSERT_FALSE(table.lend(own, {0, 0}, 9, &rep));
  EXPECT_TRUE(table.take_own(own, {0, 0}, &rep));
  table.end_loans(9);
  EXPECT_FALSE(table.take_own(own, {0, 0}, &rep));
  EXPECT_TRUE(table.take_own(own, {0, 0}, &rep));
  EXPECT_EQ(table.live(), 1u);
}

}  // namespace
}  // namespace fficheck

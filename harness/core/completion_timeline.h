// When what of a completion script begins and ends, by index of its steps. For the model.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "harness/core/case.h"
#include "harness/core/completion.h"

namespace fficheck {

class Timeline {
 public:
  static constexpr std::size_t kNever = SIZE_MAX;

  struct Context {
    std::size_t made = 0;
    std::size_t ended = kNever;  ///< step that destroyed it first
  };
  /// A host function, as it was registered.
  struct Host {
    std::uint32_t context = 0;
    std::uint32_t import = 0;
    HostWay way = HostWay::None;
    std::size_t from = 0;
    std::size_t until = kNever;     ///< replaced
    std::size_t released = kNever;  ///< of HostWay::Hold
  };
  struct Group {
    const Step* step = nullptr;
    std::uint32_t function = 0;
    std::optional<TaskPlan> plan;
    std::size_t begun = 0;
    std::size_t done = kNever;  ///< the step that waited for it
    std::size_t cancelled = kNever;
  };
  struct Listener {
    const Step* step = nullptr;
    std::optional<std::uint32_t> import;
    std::size_t from = 0;
    std::size_t removed = kNever;
  };

  explicit Timeline(const Schema& schema);

  /// Takes in the next step; it must be one that fits().
  void add(const Step& step, std::size_t at);
  /// Whether the step refers to what is there, and, where it waits, is sure to end.
  [[nodiscard]] bool fits(const Step& step) const;

  [[nodiscard]] const Schema& schema() const { return schema_; }
  [[nodiscard]] const std::map<std::uint32_t, Context>& contexts() const { return contexts_; }
  [[nodiscard]] const std::map<std::uint32_t, Group>& groups() const { return groups_; }
  [[nodiscard]] const std::map<std::uint32_t, Listener>& listeners() const { return listeners_; }
  [[nodiscard]] const std::vector<Host>& hosts() const { return hosts_; }
  /// Whether a Create or Churn step makes contexts: its plan does not say that it fails.
  [[nodiscard]] bool makes(const Step& step) const;
  /// Imports that each call of the group asks, in order; none without a plan.
  [[nodiscard]] std::vector<std::uint32_t> asked(const Group& group) const;
  /// How many of each call's events a listener to that import (or to all) hears.
  [[nodiscard]] std::vector<std::uint32_t> heard(const Group& group,
                                                 std::optional<std::uint32_t> import) const;
  /// Calls of the group that go to the context.
  [[nodiscard]] std::uint64_t calls_on(const Group& group, std::uint32_t context) const;
  /// The ways in which the import may behave on the context within [from, until).
  [[nodiscard]] std::vector<const Host*> ways(std::uint32_t context, std::uint32_t import,
                                              std::size_t from, std::size_t until) const;
  /// Whether at some time within [from, until) the import has no function on the context.
  [[nodiscard]] bool bare(std::uint32_t context, std::uint32_t import, std::size_t from,
                          std::size_t until) const;

 private:
  [[nodiscard]] bool ends(const Group& group, std::size_t at) const;
  [[nodiscard]] std::optional<std::uint32_t> function(const std::string& name) const;
  [[nodiscard]] std::optional<std::uint32_t> import(const std::string& name, bool event) const;

  const Schema& schema_;
  std::vector<std::uint32_t> host_functions_;
  std::vector<std::uint32_t> events_;
  std::size_t now_ = 0;
  std::map<std::uint32_t, Context> contexts_;
  std::vector<std::uint32_t> failed_;  ///< contexts that were never made
  std::map<std::uint32_t, Group> groups_;
  std::map<std::uint32_t, Listener> listeners_;
  std::vector<Host> hosts_;
};

}  // namespace fficheck

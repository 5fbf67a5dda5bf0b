// Scripts over resources, the guest's and the host's: construct, call, pass, drop, with several
// live at once, through both sessions, against a model of what docs/value-stream.md, section 6,
// says.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "harness/core/schema.h"
#include "harness/core/value.h"
#include "harness/core/value_stream.h"
#include "targets/wasm/component_session.h"
#include "targets/wasm/core_session.h"
#include "targets/wasm/correct_host.h"

namespace fficheck {

class ResourceScript {
 public:
  /// A session with the host that it calls.
  template <class Session>
  struct Side {
    Session& session;
    CorrectHost& host;
  };
  /// Of the batch's schema number `index`. Both sessions must be at rest.
  ResourceScript(const Schema& schema, std::uint32_t index, Side<CoreSession> core,
                 Side<ComponentSession> component);

  /// Runs the script that the seed names, to its end: nothing is live after it. What is wrong, or
  /// empty. After a problem neither session may be used again.
  [[nodiscard]] std::string run(std::uint64_t seed);
  /// Calls made so far.
  [[nodiscard]] std::uint64_t calls() const { return calls_; }

 private:
  /// A resource that the host owns, as each side names it.
  struct Live {
    ResourceId type = 0;
    std::uint64_t number = 0;     ///< 0 of the host's own
    std::uint64_t core = 0;       ///< rep
    std::uint64_t component = 0;  ///< of HostResources; rep of the host's own
  };
  struct Counts {
    std::int64_t allocations = 0;
    std::int64_t reps = 0;
    std::int64_t destructors = 0;
  };
  std::string step(SplitMix& random);
  std::string call(std::uint32_t function, SplitMix& random);
  std::string drop(std::size_t at);
  /// The guest calls an imported function.
  std::string run_import(std::uint32_t function, SplitMix& random);
  /// Chooses what to pass; absent where there is not enough and no way to make it.
  std::optional<std::vector<Live>> choose(const std::vector<Type>& wanted, SplitMix& random,
                                          std::string* problem);
  /// Takes in what a call answered.
  std::string receive(const Function& f, const std::vector<Value>& args,
                      const std::optional<Value>& core, const std::optional<Value>& component,
                      bool handed_on, HandleCounts* counts);
  [[nodiscard]] std::optional<Value> expect(const Function& f,
                                            const std::vector<Value>& args) const;
  /// Whether the host was asked for exactly the resources that a result of the seed needs.
  std::string check_constructed(const Function& f, std::uint64_t seed, const Value& expected);
  std::string check_counts();
  /// What the core session's handle table counted since the last time.
  HandleCounts take_handle_counts();
  [[nodiscard]] bool imported(ResourceId resource) const {
    return schema_.resources()[resource].imported;
  }
  [[nodiscard]] Counts core_counts();
  [[nodiscard]] Counts component_counts();

  const Schema& schema_;
  std::uint32_t index_;
  CoreSession& core_;
  ComponentSession& component_;
  CorrectHost& core_host_;
  CorrectHost& component_host_;
  std::vector<Live> live_;
  std::int64_t destroyed_ = 0;
  bool constructing_ = false;  ///< for a call to come: a constructor that needs handles gets none
  std::uint64_t calls_ = 0;
  HandleCounts counted_;
  Counts core_base_;
  Counts component_base_;
};

}  // namespace fficheck

// Scripts over a guest's exported resources: construct, call, pass, drop, with several live at
// once, through both sessions, against a model of what docs/value-stream.md, section 6, says.
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

namespace fficheck {

/// The value with other handles: `replace` is asked for each, in the value's order.
[[nodiscard]] Value with_handles(
    const Schema& schema, TypeId type, const Value& value,
    const std::function<std::uint64_t(const Type&, std::uint64_t)>& replace);

class ResourceScript {
 public:
  /// Of the batch's schema number `index`. Both sessions must be at rest.
  ResourceScript(const Schema& schema, std::uint32_t index, CoreSession& core,
                 ComponentSession& component);

  /// Runs the script that the seed names, to its end: nothing is live after it. What is wrong, or
  /// empty. After a problem neither session may be used again.
  [[nodiscard]] std::string run(std::uint64_t seed);
  /// Calls made so far.
  [[nodiscard]] std::uint64_t calls() const { return calls_; }

 private:
  /// A resource that the host owns, as each side names it.
  struct Live {
    ResourceId type = 0;
    std::uint64_t number = 0;
    std::uint64_t core = 0;       ///< rep
    std::uint64_t component = 0;  ///< of HostResources
  };
  struct Counts {
    std::int64_t allocations = 0;
    std::int64_t reps = 0;
    std::int64_t destructors = 0;
  };
  std::string step(SplitMix& random);
  std::string call(std::uint32_t function, SplitMix& random);
  std::string drop(std::size_t at);
  /// Chooses what to pass; absent where there is not enough and no way to make it.
  std::optional<std::vector<Live>> choose(const std::vector<Type>& wanted, SplitMix& random,
                                          std::string* problem);
  /// Takes in what a call answered.
  std::string receive(const Function& f, const std::vector<Value>& args,
                      const std::optional<Value>& core, const std::optional<Value>& component);
  [[nodiscard]] std::optional<Value> expect(const Function& f,
                                            const std::vector<Value>& args) const;
  std::string check_counts();
  [[nodiscard]] Counts core_counts();
  [[nodiscard]] Counts component_counts();

  const Schema& schema_;
  std::uint32_t index_;
  CoreSession& core_;
  ComponentSession& component_;
  std::vector<Live> live_;
  std::int64_t destroyed_ = 0;
  bool constructing_ = false;  ///< for a call to come: a constructor that needs handles gets none
  std::uint64_t calls_ = 0;
  Counts core_base_;
  Counts component_base_;
};

}  // namespace fficheck

// A unit of a campaign: one batch of cases on one target, in one leg; from schemas to verdicts and
// saved cases.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "harness/run/campaign.h"
#include "harness/run/observer.h"
#include "harness/run/phases.h"
#include "harness/run/tally.h"

namespace fficheck {

/// Passes what units tell on to one observer, one call at a time, and hands out the right to
/// shrink.
class Reporter {
 public:
  Reporter(Observer& observer, unsigned shrinks_each)
      : observer_(observer), shrinks_each_(shrinks_each) {}
  template <class Tell>
  void tell(Tell&& tell) {
    const std::scoped_lock lock(mutex_);
    tell(observer_);
  }
  /// Whether one more failure of that target and property may be shrunk.
  [[nodiscard]] bool take_shrink(const std::string& target, const std::string& property);

 private:
  std::mutex mutex_;
  Observer& observer_;
  unsigned shrinks_each_;
  std::map<std::pair<std::string, std::string>, unsigned> shrunk_;
};

/// The schemas of a batch, by index in the campaign.
struct Batch {
  std::uint64_t number = 0;
  std::uint64_t first = 0;
  std::vector<Schema> schemas;
};

/// What part a unit has in the campaign's counts.
enum class Share {
  First,   ///< the first time that its cases run on the target: counts and lints its schemas
  Again,   ///< the same cases in another leg that was asked for
  Sample,  ///< some of them in another leg, with a tenth of the values
};

struct Unit {
  std::uint64_t batch = 0;
  const Target* target = nullptr;
  std::string leg = "plain";
  std::vector<std::uint64_t> cases;  ///< indices in the campaign, all of that batch
  Share share = Share::First;

  /// "12/go", "12/go+race".
  [[nodiscard]] std::string name() const;
};

struct UnitOutcome {
  Tally tally;
  bool finished = false;       ///< false where it was stopped: then it is run again on --resume
  std::optional<Error> error;  ///< of the environment: the campaign ends
};

/// Runs a unit. Failures are shrunk, saved and told before it returns.
[[nodiscard]] UnitOutcome run_unit(const CampaignConfig& config, const Unit& unit,
                                   const Batch& batch, Reporter& reporter, Phases& phases);

}  // namespace fficheck

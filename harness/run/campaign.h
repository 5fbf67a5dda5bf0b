// Campaigns: many cases through every target and property. Read docs/engine.md first.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "harness/core/case.h"
#include "harness/core/result.h"
#include "harness/run/observer.h"
#include "harness/run/property.h"
#include "harness/run/tally.h"
#include "harness/run/target.h"

namespace fficheck {

/// The schema of case `index`; `seed` is case_seed(S, index). Must be pure: called again for the
/// same index it gives the same schema. Called from several threads.
using SchemaSource = std::function<Schema(std::uint64_t index, std::uint64_t seed)>;

struct CampaignConfig {
  std::vector<const Target*> targets;
  std::vector<const Property*> properties;
  SchemaSource source;

  /// How many cases; absent: until `time` is over. Where both are given, whichever ends first.
  std::optional<std::uint64_t> cases;
  std::optional<std::chrono::seconds> time;
  std::uint64_t seed = 0;
  std::string profile;         ///< only recorded: the source knows it
  std::uint64_t values = 200;  ///< for each function and law
  std::uint32_t batch = 100;   ///< schemas for each build
  unsigned jobs = 2;           ///< batches in flight
  /// A campaign's directory: saved cases, state, journal. Empty: nothing is saved, no --resume.
  std::filesystem::path save;
  std::filesystem::path work;  ///< where batches are built; made anew, and removed at the end
  bool resume = false;
  bool keep_builds = false;
  /// Legs asked for: each target runs every case in those of them that it has, with all values, and
  /// in nothing else. Empty: the plain build, and samples of the others. Every target has "plain".
  std::vector<std::string> legs;
  std::uint64_t leg_every = 8;  ///< of so many hundreds of cases one runs another leg too; 0: none
  std::chrono::seconds build_limit{300};
  std::chrono::milliseconds call_limit{20000};
  std::chrono::milliseconds shrink_limit{30000};
  unsigned shrinks_each =
      3;  ///< failures shrunk for each target and property; the rest is saved as is
  const std::atomic<bool>* stop = nullptr;  ///< set by a signal: end after what is running
};

struct CampaignResult {
  std::uint64_t seed = 0;
  double elapsed_s = 0;  ///< of all runs of a resumed campaign
  Tally tally;
  std::map<std::string, double> phases_s;  ///< of this run: see Phases
  bool interrupted = false;
  std::optional<Error> error;  ///< what ended it early; what was found before is in `tally`
};

/// "plain", and the other ways to build a target.
[[nodiscard]] std::vector<std::string> all_legs(const Target& target);
/// Those of the legs asked for that a target has, in the order asked, each once.
[[nodiscard]] std::vector<std::string> legs_there(const Target& target,
                                                  const std::vector<std::string>& asked);

/// Runs a campaign. Errors before its first batch (a tool missing, a directory that another
/// campaign holds, a resumed state that does not fit) are the Result's; the observer hears
/// everything else, one call at a time.
[[nodiscard]] Result<CampaignResult> run_campaign(const CampaignConfig& config, Observer& observer);

/// Exit status of a campaign: 0 all held, 1 something did not, 2 nothing was compared, 3
/// environment, 130 interrupted with nothing failed.
[[nodiscard]] int exit_status(const CampaignResult& result);

/// The object of `--json`; the members of the object `more` are added.
[[nodiscard]] std::string campaign_json(const CampaignResult& result, const nlohmann::json& more);

}  // namespace fficheck

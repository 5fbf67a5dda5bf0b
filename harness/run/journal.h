// The journal of a campaign's directory: what is finished, so that a killed campaign goes on.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "harness/core/result.h"
#include "harness/run/files.h"
#include "harness/run/tally.h"

namespace fficheck {

/// What must be the same when a campaign is resumed, since its counts would not add up otherwise.
struct CampaignIdentity {
  std::uint64_t seed = 0;
  std::string profile;
  std::uint64_t values = 0;
  std::uint32_t batch = 0;
  std::uint64_t leg_every = 0;
  std::vector<std::string> legs;       ///< asked for
  std::optional<std::uint64_t> cases;  ///< the last batch ends with them
  std::vector<std::string> targets;
  std::vector<std::string> properties;
};

/// What a journal knows about units ("12/go": one batch on one target) that are finished.
struct Finished {
  std::set<std::string> units;
  Tally tally;
  double elapsed_s = 0;  ///< of all earlier runs
};

/// Append-only: `state.json` says which campaign, `journal.jsonl` has a line for each finished
/// unit, on disk before finish() returns.
class Journal {
 public:
  /// Starts a new campaign in the directory, which must be there; an older journal is replaced.
  static Result<Journal> begin(const std::filesystem::path& dir, const CampaignIdentity& identity);
  /// Goes on with the campaign in the directory. A torn last line, left by a kill, is cut off.
  /// Errors (Input): no campaign there, another one, or a damaged journal.
  static Result<Journal> resume(const std::filesystem::path& dir, const CampaignIdentity& identity);
  /// The seed of the campaign in the directory.
  static Result<std::uint64_t> saved_seed(const std::filesystem::path& dir);

  [[nodiscard]] const Finished& finished() const { return finished_; }
  /// Records a unit; `elapsed_s` is of the whole campaign so far.
  Result<void> finish(const std::string& unit, const Tally& tally, double elapsed_s);

 private:
  Journal() = default;
  Result<void> open_for_append(const std::filesystem::path& file);

  std::filesystem::path file_;
  UniqueFd fd_;
  Finished finished_;
};

}  // namespace fficheck

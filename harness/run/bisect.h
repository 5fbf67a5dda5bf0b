// Bisection: which entries of a batch are at fault where a build of all of them fails.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "harness/core/result.h"
#include "harness/run/target.h"

namespace fficheck {

/// Entries of a batch, by index, ascending.
using EntrySet = std::vector<std::uint32_t>;

/// Builds the entries alone, in a directory of their own; absent: it builds.
using BuildSubset = std::function<Result<std::optional<BuildFailure>>(const EntrySet& entries)>;

struct Culprit {
  std::uint32_t entry = 0;
  BuildFailure failure;  ///< of a build of this entry alone
};

struct Bisection {
  std::vector<Culprit> culprits;  ///< ascending by entry
  /// Sets that do not build though their parts do, with what the tool printed.
  struct Clash {
    EntrySet entries;
    BuildFailure failure;
  };
  std::vector<Clash> clashes;
  /// Sets that do not build and were not looked into: `max_builds` was used up.
  std::vector<Clash> unresolved;
  unsigned builds = 0;  ///< tried
};

/// The entries that a log blames: those whose id ("c017", in any case, as a word's start) stands in
/// its error lines; where none does, in any line. Ascending, without repetition.
[[nodiscard]] EntrySet blamed_entries(std::string_view log, const EntrySet& among);

/// Finds the culprits among `entries`, whose build gave `failure`. What the log blames is tried
/// first, then halves; every culprit was seen to fail alone. After `max_builds` builds what is left
/// is `unresolved`.
[[nodiscard]] Result<Bisection> bisect(const EntrySet& entries, const BuildFailure& failure,
                                       const BuildSubset& build, unsigned max_builds = 200);

/// The id of a batch's entry: "c017".
[[nodiscard]] std::string entry_id(std::uint32_t index);

}  // namespace fficheck

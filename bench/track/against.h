// A candidate build against a baseline: all their bench programs, one result.
#pragma once

#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <regex>
#include <string>
#include <vector>

#include "bench/track/builds.h"
#include "bench/track/compare.h"

namespace fficheck {

struct AgainstOptions {
  CompareOptions compare;
  std::string filter;        ///< regular expression (ECMAScript) that a name contains; empty: all
  bool instructions = true;  ///< count them too, where valgrind is there
  bool quick = false;        ///< for the record: the rounds were fewer than the method wants
};

struct Against {
  Build baseline;
  Build candidate;
  AgainstOptions options;
  std::string time;
  Comparison comparison;
  std::vector<std::string> only_baseline;
  std::vector<std::string> only_candidate;
  std::vector<std::string> notes;  ///< what could not be done, each a sentence
};

/// A filter as a regular expression; an Input error where it is none.
[[nodiscard]] Result<std::regex> parse_filter(const std::string& filter);

/// Compares what both builds have. Errors: Input where nothing matches the filter, Environment
/// where a program cannot be started.
[[nodiscard]] Result<Against> run_against(const Build& baseline, const Build& candidate,
                                          const AgainstOptions& options, CompareObserver& observer);

/// docs/tracking.md has the fields.
[[nodiscard]] nlohmann::json to_json(const Against& against);

/// Whether its instructions changed by more than the alarm; false where they were not counted.
[[nodiscard]] bool instruction_alarm(const Compared& compared);

/// 0: nothing got slower; 1: a confirmed regression, or a benchmark that could not be measured; 2:
/// nothing was decided; 130: interrupted before anything was found.
[[nodiscard]] int exit_status(const Against& against);

}  // namespace fficheck

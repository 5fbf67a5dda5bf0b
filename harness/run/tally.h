// Tallies: what a campaign counted, by target and property, and how tallies add up.
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "harness/core/result.h"
#include "harness/run/property.h"

namespace fficheck {

struct PropertyCounts {
  std::uint64_t pass = 0;
  std::uint64_t fail = 0;
  std::uint64_t skip = 0;
  std::uint64_t broken = 0;
  bool operator==(const PropertyCounts&) const = default;
};

/// Another way to build a target, run over a sample of the schemas.
struct LegCounts {
  std::uint64_t schemas = 0;
  std::uint64_t values = 0;
  bool operator==(const LegCounts&) const = default;
};

struct TargetTally {
  std::uint64_t schemas = 0;  ///< of which at least one function was tried
  std::uint64_t skipped = 0;  ///< of which the target carries no function
  std::uint64_t values = 0;   ///< compared
  std::map<std::string, PropertyCounts> properties;
  std::map<std::string, std::uint64_t> skips;  ///< reason -> functions left out for it
  std::map<std::string, LegCounts> legs;       ///< their values are in `values` too
  bool operator==(const TargetTally&) const = default;
};

struct FailureRecord {
  std::string target;
  std::string property;
  std::string file;         ///< the saved case; empty where none was saved
  std::string message;      ///< one line
  std::uint64_t index = 0;  ///< of the case in the campaign
  // What a report shows of it, cut to kMaxShown bytes each.
  std::string leg;                 ///< the build in which it failed; empty: the plain one
  std::string schema;              ///< WIT
  std::vector<std::string> steps;  ///< one line each, as in a case file
  std::string log;                 ///< what a tool or a worker printed
  bool shrunk = false;             ///< whether shrinking was tried
  bool confirmed = true;           ///< failed again when it was replayed alone
  bool operator==(const FailureRecord&) const = default;

  static constexpr std::size_t kMaxShown = 16u << 10;
  /// Cuts what is shown to kMaxShown.
  void cut();
};

struct Tally {
  static constexpr std::size_t kMaxReasons = 200;   ///< distinct reasons kept for each target
  static constexpr std::size_t kMaxFailures = 500;  ///< failures listed; the rest is only counted

  std::map<std::string, TargetTally> targets;
  std::vector<FailureRecord> failures;
  std::uint64_t unlisted_failures = 0;
  bool operator==(const Tally&) const = default;

  void add(const Tally& other);
  void count(const std::string& target, const std::string& property, const Verdict& verdict);
  void count_skip(const std::string& target, const std::string& reason, std::uint64_t times = 1);
  void list(FailureRecord failure);

  /// Verdicts of one outcome over all targets and properties.
  [[nodiscard]] std::uint64_t total(Verdict::Outcome outcome) const;
  [[nodiscard]] std::uint64_t values() const;
  [[nodiscard]] std::uint64_t schemas() const;
};

/// `targets` and `failures` as docs/command-line.md describes the object of `--json`.
[[nodiscard]] nlohmann::json to_json(const Tally& tally);
/// Reads what to_json wrote.
[[nodiscard]] Result<Tally> tally_from_json(const nlohmann::json& json);

}  // namespace fficheck

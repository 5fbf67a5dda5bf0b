// What a report is made from: results of campaigns, faults, benchmarks, comparisons and histories,
// as plain data. Readers (read.h) fill it in, writers (write.h) show it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "harness/run/tally.h"

namespace fficheck::reports {

/// Names and what they are, as text: commit, host, compilers.
using Facts = std::map<std::string, std::string>;
using Counts = std::map<std::string, std::uint64_t>;

/// What schemas contained (generators/coverage.h), of all campaigns together.
struct CoverageCounts {
  std::uint64_t schemas = 0;
  std::uint64_t types = 0;
  std::uint64_t functions = 0;
  Counts kinds;
  std::map<std::string, Counts> pairs;   ///< outer kind -> inner kind -> types
  std::map<std::string, Counts> groups;  ///< "features", "params", "depths" and whatever else

  void add(const CoverageCounts& other);
};

/// One campaign: the object of `fuzz --json`, or the journal of one that was killed.
struct Campaign {
  std::string file;  ///< it was read from
  std::string seed;
  std::string profile;
  std::string time;                  ///< when it began; empty: not told
  std::string program = "fficheck";  ///< as it was called, to replay with
  double elapsed_s = 0;
  bool finished = true;  ///< false: only its journal is there, it was killed
  bool interrupted = false;
  std::string error;  ///< what ended it early
  Tally tally;
  Facts laws;  ///< property -> its sentence
  Facts environment;
  std::optional<CoverageCounts> coverage;
};

/// One seeded fault and whether it was noticed.
struct FaultResult {
  enum class Status : std::uint8_t {
    Caught,
    Other,     ///< not as its row promises: by another law, by a crash alone, ...
    Survived,  ///< not noticed
    Broken,    ///< could not be tried
    Skipped
  };
  std::string id;
  std::string sentence;
  std::string target;
  Status status = Status::Broken;
  std::vector<std::string> expected;   ///< laws, one of which must catch it
  std::vector<std::string> caught_by;  ///< laws that did
  std::string note;
  std::uint64_t schemas = 0;  ///< tried until it was caught
  std::uint64_t values = 0;
  double seconds = 0;
  std::optional<FailureRecord> shown;  ///< the shrunk case
};

struct FaultTable {
  std::string seed;
  std::string time;
  double elapsed_s = 0;
  bool interrupted = false;
  Facts environment;
  std::vector<FaultResult> faults;

  [[nodiscard]] std::size_t count(FaultResult::Status status) const;
};

/// One benchmark of Google Benchmark's JSON; of repetitions, the median.
struct BenchResult {
  std::string name;
  double ns = 0;
  std::optional<double> floor_ns;
  std::string floor;  ///< name of the benchmark it is compared with
  std::map<std::string, double> counters;
  std::string error;
};

struct BenchTable {
  Facts environment;
  std::vector<BenchResult> benchmarks;
};

/// One benchmark of `fficheck bench --against`. Logarithms are natural, of candidate / baseline.
struct Compared {
  enum class Verdict : std::uint8_t {
    Pass,
    Regression,
    Improvement,
    Inconclusive,
    Unconfirmed,  ///< the first stage said regression or improvement, the rerun did not
    Error
  };
  std::string name;
  Verdict verdict = Verdict::Error;
  std::string error;
  double theta = 0;
  double low = 0;  ///< of the interval
  double high = 0;
  std::uint64_t rounds = 0;
  std::optional<double> baseline_ns;
  std::optional<double> candidate_ns;
  std::optional<double> confirmed;     ///< theta of the independent rerun
  std::optional<double> instructions;  ///< change of the instruction count, as a fraction
  bool instructions_alarm = false;
  /// "allocs", "bytes" per call: of the baseline, of the candidate.
  std::map<std::string, std::pair<double, double>> counters;

  /// Whether it executes more instructions than the tracker lets pass.
  [[nodiscard]] bool more_instructions() const {
    return instructions_alarm && instructions.value_or(0) > 0;
  }
};

struct Comparison {
  std::string time;
  std::string baseline;   ///< its name or commit
  std::string candidate;  ///< its commit
  bool quick = false;     ///< a first impression, no measurement
  bool interrupted = false;
  std::vector<std::string> notes;     ///< what could not be done, each a sentence
  std::vector<std::string> left_out;  ///< benchmarks too slow to compare
  Facts environment;
  std::vector<Compared> benchmarks;
  std::vector<std::string> only_baseline;
  std::vector<std::string> only_candidate;

  [[nodiscard]] std::size_t count(Compared::Verdict verdict) const;
};

/// A night on a host: what all its rows share.
struct NightRun {
  std::string night;  ///< "2026-01-31"
  std::string host;
  std::string commit;
  std::string anchor;
  std::string compiler;
  std::string go;
  auto operator<=>(const NightRun&) const = default;
};

/// One row of the history. What was not measured is NaN.
struct HistoryPoint {
  std::uint32_t run = 0;  ///< index in History::runs
  float theta = 0;        ///< ln(time / time of the anchor build)
  float low = 0;
  float high = 0;
  double value = 0;  ///< ns or a count
};

/// The rows of one benchmark, host and metric, by night.
struct HistorySeries {
  std::string benchmark;
  std::string host;
  std::string metric;
  std::vector<HistoryPoint> points;
};

/// A change point: from this night on the series lies elsewhere.
struct ChangePoint {
  std::string benchmark;
  std::string host;
  std::string metric;
  std::string night;
  std::string commit;
  double before = 0;  ///< mean theta
  double after = 0;
  double change = 0;  ///< e^(after - before) - 1
  double p = 0;
};

struct History {
  std::vector<NightRun> runs;  ///< sorted
  std::vector<HistorySeries> series;
  std::vector<ChangePoint> points;
};

struct Report {
  std::string title = "fficheck";
  std::string time;  ///< when the report was written
  std::vector<Campaign> campaigns;
  std::optional<FaultTable> faults;
  std::optional<BenchTable> bench;
  std::optional<Comparison> comparison;
  std::optional<History> history;

  [[nodiscard]] Tally tally() const;  ///< of all campaigns
  [[nodiscard]] std::optional<CoverageCounts> coverage() const;
  [[nodiscard]] Facts laws() const;
  /// Facts of all inputs; where two differ, both, apart by " / ".
  [[nodiscard]] Facts environment() const;
};

[[nodiscard]] std::string_view status_word(FaultResult::Status status);  ///< "caught"
[[nodiscard]] std::string_view verdict_word(Compared::Verdict verdict);  ///< "regression"

}  // namespace fficheck::reports

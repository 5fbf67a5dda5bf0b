#include <cmath>
#include <nlohmann/json.hpp>
#include <set>

#include "reports/json_reading.h"
#include "reports/read.h"

namespace fficheck::reports {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

double ns_per(const std::string& unit) {
  if (unit == "us") return 1e3;
  if (unit == "ms") return 1e6;
  if (unit == "s") return 1e9;
  return 1;
}

/// "go/none/-/sync/manual_time" -> "go/none/-/sync": what Google Benchmark appends is no name.
std::string plain_name(std::string name) {
  for (const std::string_view suffix : {"/manual_time", "/real_time", "/process_time"})
    if (name.ends_with(suffix)) name.resize(name.size() - suffix.size());
  return name;
}

/// The first NAME of a label "floor=NAME,...".
std::string floor_of(const std::string& label) {
  const std::size_t at = label.find("floor=");
  if (at == std::string::npos) return {};
  const std::size_t from = at + 6;
  return label.substr(from, label.find_first_of(", ", from) - from);
}

/// Members of a benchmark that are no counters.
bool is_bookkeeping(const std::string& key) {
  static const std::set<std::string> kNames = {"family_index", "per_family_instance_index",
                                               "repetitions",  "repetition_index",
                                               "threads",      "iterations",
                                               "real_time",    "cpu_time",
                                               "floor_ns",     "rms"};
  return kNames.contains(key);
}

BenchResult result_of(const json& b) {
  BenchResult out;
  out.name = plain_name(b.value("run_name", b.at("name").get<std::string>()));
  if (b.value("error_occurred", false) || b.value("skipped", false)) {
    out.error = b.value("error_message", b.value("skip_message", "could not be measured"));
    return out;
  }
  const double scale = ns_per(b.value("time_unit", "ns"));
  out.ns = number_of(b, "real_time").value_or(0) * scale;
  out.floor = floor_of(b.value("label", ""));
  out.floor_ns = number_of(b, "floor_ns");
  for (const auto& [key, value] : b.items())
    if (value.is_number() && !is_bookkeeping(key)) out.counters[key] = value.get<double>();
  return out;
}

/// Of repetitions the median stands for all; single ones are not shown then.
std::vector<BenchResult> results_of(const json& benchmarks) {
  std::map<std::string, std::size_t> places;
  std::map<std::string, bool> aggregated;
  std::vector<BenchResult> out;
  for (const json& b : benchmarks) {
    const bool aggregate = b.value("run_type", "iteration") == "aggregate";
    if (aggregate && b.value("aggregate_name", "") != "median") continue;
    BenchResult result = result_of(b);
    const auto [place, added] = places.emplace(result.name, out.size());
    if (added)
      out.push_back(std::move(result));
    else if (aggregate)
      out[place->second] = std::move(result);
  }
  std::map<std::string, double> times;
  for (const BenchResult& result : out) times[result.name] = result.ns;
  for (BenchResult& result : out) {
    const auto floor = times.find(result.floor);
    if (!result.floor_ns && floor != times.end() && floor->second > 0)
      result.floor_ns = floor->second;
  }
  return out;
}

Compared::Verdict verdict_of(const std::string& word) {
  for (const auto verdict :
       {Compared::Verdict::Pass, Compared::Verdict::Regression, Compared::Verdict::Improvement,
        Compared::Verdict::Inconclusive, Compared::Verdict::Unconfirmed})
    if (word == verdict_word(verdict)) return verdict;
  return Compared::Verdict::Error;
}

Compared compared_of(const json& b) {
  Compared out;
  out.name = b.at("name").get<std::string>();
  out.verdict = verdict_of(b.at("verdict").get<std::string>());
  out.error = text_of(b, "error");
  out.theta = number_of(b, "theta").value_or(0);
  out.low = number_of(b, "low").value_or(out.theta);
  out.high = number_of(b, "high").value_or(out.theta);
  out.rounds = static_cast<std::uint64_t>(number_of(b, "rounds").value_or(0));
  out.baseline_ns = number_of(b, "baseline_ns");
  out.candidate_ns = number_of(b, "candidate_ns");
  if (const auto confirm = b.find("confirm"); confirm != b.end() && confirm->is_object())
    out.confirmed = number_of(*confirm, "theta");
  if (const auto counted = b.find("instructions"); counted != b.end() && counted->is_object()) {
    out.instructions = number_of(*counted, "change");
    out.instructions_alarm = counted->value("alarm", false);
  }
  for (const std::string counter : {"allocs", "bytes"}) {
    const auto before = number_of(b, ("baseline_" + counter).c_str());
    const auto after = number_of(b, ("candidate_" + counter).c_str());
    if (before && after) out.counters[counter] = {*before, *after};
  }
  return out;
}

/// The name of one side of a comparison: what it was called, and its commit.
std::string side_of(const json& object, const char* key) {
  const auto side = object.find(key);
  if (side == object.end()) return {};
  if (side->is_string()) return side->get<std::string>();
  const std::string name = text_of(*side, "name");
  const std::string commit = text_of(*side, "commit").substr(0, 10);
  if (name.empty() || commit.empty() || name.starts_with(commit))
    return name.empty() ? commit : name;
  return name + " (" + commit + ")";
}

}  // namespace

Result<BenchTable> read_bench(const fs::path& file) {
  FFICHECK_TRY(const json object, read_object(file));
  return reading(file, "Google Benchmark's results", [&] {
    BenchTable out;
    out.environment = environment_of(object);
    // What Google Benchmark adds by itself, and environment() tells as well.
    for (const char* key :
         {"library_version", "library_build_type", "json_schema_version", "executable", "date",
          "host_name", "num_cpus", "mhz_per_cpu", "cpu_scaling_enabled", "time", "load"})
      out.environment.erase(key);
    out.benchmarks = results_of(object.at("benchmarks"));
    return out;
  });
}

Result<Comparison> read_comparison(const fs::path& file) {
  FFICHECK_TRY(const json object, read_object(file));
  return reading(file, "a comparison", [&] {
    Comparison out;
    out.time = text_of(object, "time");
    out.environment = environment_of(object);
    out.baseline = side_of(object, "baseline");
    out.candidate = side_of(object, "candidate");
    for (const json& b : object.at("benchmarks")) out.benchmarks.push_back(compared_of(b));
    out.quick = object.value("quick", false);
    out.interrupted = object.value("interrupted", false);
    out.notes = texts_of(object, "notes");
    out.left_out = texts_of(object, "left_out");
    out.only_baseline = texts_of(object, "only_baseline");
    out.only_candidate = texts_of(object, "only_candidate");
    return out;
  });
}

}  // namespace fficheck::reports

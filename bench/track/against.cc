#include "bench/track/against.h"

#include <sys/personality.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <future>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "bench/track/block_process.h"
#include "bench/track/instructions.h"
#include "harness/run/environment.h"
#include "harness/run/files.h"

namespace fficheck {
namespace {

using nlohmann::json;
using namespace std::chrono_literals;

/// For an answer: fixtures are made while a first block is waited for.
constexpr auto kLimit = 120s;

/// Whether new processes get addresses at random. Without it both sides have one layout each, and
/// their difference looks like one of the code.
bool addresses_are_random() {
  const Result<std::string> text = read_file("/proc/sys/kernel/randomize_va_space");
  const int now = personality(0xffffffff);
  return (!text.ok() || !text.value().starts_with("0")) &&
         (now < 0 || (now & ADDR_NO_RANDOMIZE) == 0);
}

struct Names {
  std::vector<std::string> both;     ///< in the candidate's order
  std::vector<std::string> counted;  ///< of those
  std::set<std::string> kept;        ///< of those, on one processor, as both builds can
};

Result<std::vector<ListedBench>> list_of(const Build& build, const std::string& program) {
  if (std::find(build.programs.begin(), build.programs.end(), program) == build.programs.end())
    return std::vector<ListedBench>{};
  FFICHECK_TRY(const auto process, BlockProcess::start({(build.dir / program).string()}, kLimit));
  return process->list();
}

Result<Names> common_names(const std::string& program, const std::regex& filter, Against& out) {
  FFICHECK_TRY(const std::vector<ListedBench> ours, list_of(out.candidate, program));
  FFICHECK_TRY(const std::vector<ListedBench> theirs, list_of(out.baseline, program));
  std::map<std::string, ListedBench> there;
  for (const ListedBench& b : theirs)
    if (std::regex_search(b.name, filter)) there[b.name] = b;
  Names names;
  for (const ListedBench& b : ours) {
    if (!std::regex_search(b.name, filter)) continue;
    const auto found = there.find(b.name);
    if (found == there.end()) {
      out.only_candidate.push_back(b.name);
      continue;
    }
    names.both.push_back(b.name);
    if (b.counted && found->second.counted) names.counted.push_back(b.name);
    if (b.one_processor && found->second.one_processor) names.kept.insert(b.name);
    there.erase(found);
  }
  for (const auto& [name, bench] : there) out.only_baseline.push_back(name);
  return names;
}

/// Runs each benchmark once where the build lies, so that what is made at first use (compiled
/// guests, beside the program) is there for every copy of it. What goes wrong will be told by the
/// rounds.
void use_once(const std::filesystem::path& program, const std::vector<std::string>& names,
              const std::function<bool()>& stopped) {
  const auto process = BlockProcess::start({program.string()}, kLimit);
  if (!process.ok()) return;
  for (const std::string& name : names) {
    if (stopped()) return;
    const Result<BlockCost> cost = process.value()->block(name, 1);
    if (!cost.ok() && cost.error().blame != Blame::Input) return;  // it is gone
  }
}

/// Both sides at once: counts do not depend on what else runs.
void count_both(const std::string& program, const std::vector<std::string>& names, Against& out) {
  std::map<std::string, std::string> errors;
  std::map<std::string, std::string> other_errors;
  auto other = std::async(std::launch::async, [&] {
    return count_instructions(out.baseline.dir / program, names, other_errors);
  });
  const auto candidate = count_instructions(out.candidate.dir / program, names, errors);
  const auto baseline = other.get();
  for (const auto* side : {&baseline, &candidate})
    if (!side->ok()) {
      out.notes.push_back("instructions of " + program + ": " + side->error().text());
      return;
    }
  errors.merge(other_errors);
  for (const auto& [name, error] : errors)
    out.notes.push_back("instructions of " + name + ": " + error);
  for (Compared& c : out.comparison.benchmarks) {
    const auto a = baseline.value().find(c.name);
    const auto b = candidate.value().find(c.name);
    if (a != baseline.value().end() && b != candidate.value().end())
      c.instructions = Instructions{a->second, b->second};
  }
}

/// e^x - 1: a logarithm of a ratio as a fraction.
double fraction(double theta) { return std::expm1(theta); }

json to_json(const Estimate& e) {
  return {{"theta", e.theta},
          {"low", e.interval.low},
          {"high", e.interval.high},
          {"change", fraction(e.theta)},
          {"change_low", fraction(e.interval.low)},
          {"change_high", fraction(e.interval.high)},
          {"rounds", e.rounds}};
}

json to_json(const Compared& c, const CompareRule& rule) {
  json out = c.estimate.rounds == 0 ? json::object() : to_json(c.estimate);
  out["name"] = c.name;
  out["verdict"] = finding_name(c.finding);
  out["blocks"] = rule.blocks;
  out["rho"] = c.rho;
  if (!c.error.empty()) out["error"] = c.error;
  for (const auto& [key, a, b] : {std::tuple{"ns", c.baseline.ns, c.candidate.ns},
                                  std::tuple{"allocs", c.baseline.allocs, c.candidate.allocs},
                                  std::tuple{"bytes", c.baseline.bytes, c.candidate.bytes}}) {
    out[std::string("baseline_") + key] = a;
    out[std::string("candidate_") + key] = b;
  }
  out["confirm"] = c.rerun ? to_json(*c.rerun) : json();
  if (c.rerun) out["confirm"]["rho"] = c.rerun_rho;
  out["instructions"] = json();
  if (c.instructions)
    out["instructions"] = {{"baseline", c.instructions->baseline},
                           {"candidate", c.instructions->candidate},
                           {"change", c.instructions->candidate / c.instructions->baseline - 1},
                           {"alarm", instruction_alarm(c)}};
  return out;
}

json to_json(const Build& build) {
  return {{"name", build.name}, {"commit", build.fact("commit")}, {"context", build.facts}};
}

}  // namespace

Result<std::regex> parse_filter(const std::string& filter) {
  try {
    return std::regex(filter);
  } catch (const std::regex_error& error) {
    return input_error("--filter \"" + filter + "\" is no regular expression: " + error.what(), {},
                       "names are searched for it, for instance ^go/ or string");
  }
}

Result<Against> run_against(const Build& baseline, const Build& candidate,
                            const AgainstOptions& options, CompareObserver& observer) {
  FFICHECK_TRY(const std::regex filter, parse_filter(options.filter));
  Against out{baseline, candidate, options, utc_now(), {}, {}, {}, {}};
  std::set<std::string> programs(candidate.programs.begin(), candidate.programs.end());
  programs.insert(baseline.programs.begin(), baseline.programs.end());
  if (!addresses_are_random()) {
    out.notes.emplace_back(
        "addresses are not random here (kernel.randomize_va_space): small changes are not to be "
        "believed");
  }
  bool any = false;
  for (const std::string& program : programs) {
    if (options.compare.stopped()) break;
    FFICHECK_TRY(const Names names, common_names(program, filter, out));
    if (names.both.empty()) continue;
    any = true;
    for (const Build* build : {&baseline, &candidate})
      use_once(build->dir / program, names.both, options.compare.stopped);
    ProgramContest contest(baseline.dir / program, candidate.dir / program, kLimit, names.kept);
    FFICHECK_TRY(Comparison done, compare(contest, names.both, options.compare, observer));
    out.comparison.interrupted = out.comparison.interrupted || done.interrupted;
    std::move(done.benchmarks.begin(), done.benchmarks.end(),
              std::back_inserter(out.comparison.benchmarks));
    std::move(done.left_out.begin(), done.left_out.end(),
              std::back_inserter(out.comparison.left_out));
    if (!options.instructions || names.counted.empty() || options.compare.stopped()) continue;
    if (can_count_instructions())
      count_both(program, names.counted, out);
    else
      out.notes.emplace_back("instructions were not counted: valgrind is not installed");
  }
  if (options.compare.stopped()) out.comparison.interrupted = true;
  if (!any && !out.comparison.interrupted) {
    return input_error("no benchmark that both builds have matches" +
                           (options.filter.empty() ? std::string() : " \"" + options.filter + "\""),
                       {}, "`fficheck_bench --benchmark_list_tests` names them");
  }
  return out;
}

json to_json(const Against& against) {
  const CompareRule& rule = against.options.compare.rule;
  json benchmarks = json::array();
  for (const Compared& c : against.comparison.benchmarks) benchmarks.push_back(to_json(c, rule));
  json context = environment();
  for (const auto& [key, value] : against.candidate.facts) context[key] = value;
  char seed[24];
  std::snprintf(seed, sizeof seed, "0x%llx",
                static_cast<unsigned long long>(against.options.compare.seed));
  return {{"version", 1},
          {"kind", "comparison"},
          {"time", against.time},
          {"host", context.value("host", json(""))},
          {"seed", seed},
          {"quick", against.options.quick},
          {"rule",
           {{"rounds", rule.rounds},
            {"max_rounds", rule.max_rounds},
            {"blocks", rule.blocks},
            {"block_ns", against.options.compare.block_ns},
            {"rerun_block_ns", against.options.compare.rerun_block_ns},
            {"turn_ns", against.options.compare.turn_ns},
            {"resamples", rule.resamples},
            {"confidence", rule.confidence},
            {"half_width", rule.half_width},
            {"least_change", rule.least_change}}},
          {"interrupted", against.comparison.interrupted},
          {"baseline", to_json(against.baseline)},
          {"candidate", to_json(against.candidate)},
          {"context", std::move(context)},
          {"benchmarks", std::move(benchmarks)},
          {"left_out", against.comparison.left_out},
          {"only_baseline", against.only_baseline},
          {"only_candidate", against.only_candidate},
          {"notes", against.notes}};
}

bool instruction_alarm(const Compared& c) {
  return c.instructions &&
         std::abs(c.instructions->candidate / c.instructions->baseline - 1) >= kInstructionAlarm;
}

int exit_status(const Against& against) {
  bool decided = false;
  for (const Compared& c : against.comparison.benchmarks) {
    if (c.finding == Finding::Regression || c.finding == Finding::Error) return 1;
    decided = decided || c.finding != Finding::Inconclusive;
  }
  if (against.comparison.interrupted) return 130;
  return decided ? 0 : 2;
}

}  // namespace fficheck

// What a comparison tells a person.
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>
#include <utility>

#include "harness/cli_track.h"
#include "harness/run/environment.h"

namespace fficheck {
namespace {

namespace fs = std::filesystem;

class CompareProgress final : public CompareObserver {
 public:
  explicit CompareProgress(std::function<void(const Compared&)> decided)
      : decided_(std::move(decided)) {}
  ~CompareProgress() override { clear(); }
  void on_round(std::size_t done, std::size_t wanted, std::size_t benchmarks, bool rerun) override {
    const char* what = rerun ? "confirming, " : "";
    if (terminal_)
      std::fprintf(stderr, "\r\x1b[K%sround %zu of %zu, %zu benchmarks", what, done, wanted,
                   benchmarks);
    else if (done == wanted)
      std::fprintf(stderr, "%s%zu rounds, %zu benchmarks\n", what, done, benchmarks);
  }
  void on_decided(const Compared& compared) override {
    if (decided_) decided_(compared);
  }
  void clear() {
    if (terminal_) std::fprintf(stderr, "\r\x1b[K");
  }

 private:
  std::function<void(const Compared&)> decided_;
  bool terminal_ = isatty(STDERR_FILENO) != 0;
};

/// "812 ns", "3.21 us".
std::string time_text(double ns) {
  const char* unit = "ns";
  if (ns >= 1e9) {
    ns /= 1e9;
    unit = "s";
  } else if (ns >= 1e6) {
    ns /= 1e6;
    unit = "ms";
  } else if (ns >= 1e4) {
    ns /= 1e3;
    unit = "us";
  }
  char text[32];
  std::snprintf(text, sizeof text, "%.*f %s", ns < 10 ? 2 : ns < 100 ? 1 : 0, ns, unit);
  return text;
}

std::string percent(double theta) {
  char text[32];
  std::snprintf(text, sizeof text, "%+.1f %%", 100 * std::expm1(theta));
  return text;
}

void print_row(const Compared& c, int width) {
  if (c.finding == Finding::Error) {
    std::printf("%-*s  %s: %s\n", width, c.name.c_str(), "error", c.error.c_str());
    return;
  }
  const std::string interval =
      "[" + percent(c.estimate.interval.low) + ", " + percent(c.estimate.interval.high) + "]";
  std::printf("%-*s %10s %10s %9s %-20s %3zu  %s", width, c.name.c_str(),
              time_text(c.baseline.ns).c_str(), time_text(c.candidate.ns).c_str(),
              percent(c.estimate.theta).c_str(), interval.c_str(), c.estimate.rounds,
              std::string(finding_name(c.finding)).c_str());
  if (c.rerun) std::printf(", rerun %s", percent(c.rerun->theta).c_str());
  if (instruction_alarm(c))
    std::printf(", instructions %+.2f %%",
                100 * (c.instructions->candidate / c.instructions->baseline - 1));
  std::printf("\n");
}

void print_names(const char* what, const std::vector<std::string>& names) {
  if (names.empty()) return;
  std::printf("%s, %zu:", what, names.size());
  for (std::size_t i = 0; i < names.size() && i < 8; ++i) std::printf(" %s", names[i].c_str());
  std::printf(names.size() > 8 ? " ...\n" : "\n");
}

void print(const Against& against) {
  int width = 9;
  std::map<Finding, std::size_t> counts;
  std::size_t alarms = 0;
  for (const Compared& c : against.comparison.benchmarks) {
    width = std::max(width, static_cast<int>(c.name.size()));
    ++counts[c.finding];
    alarms += instruction_alarm(c) ? 1 : 0;
  }
  std::printf("baseline:  %s %s\ncandidate: %s %s\n", against.baseline.name.c_str(),
              against.baseline.fact("commit").c_str(), against.candidate.name.c_str(),
              against.candidate.fact("commit").c_str());
  std::printf("%-*s %10s %10s %9s %-20s %3s  %s\n", width, "benchmark", "baseline", "candidate",
              "change", "99 % interval", "rnd", "finding");
  for (const Compared& c : against.comparison.benchmarks) print_row(c, width);
  print_names("too slow for rounds", against.comparison.left_out);
  print_names("only in the baseline", against.only_baseline);
  print_names("only in the candidate", against.only_candidate);
  for (const std::string& note : against.notes) std::printf("%s\n", note.c_str());
  std::printf("%zu compared", against.comparison.benchmarks.size());
  for (const auto& [finding, n] : counts)
    std::printf(", %zu %s", n, std::string(finding_name(finding)).c_str());
  if (alarms > 0) std::printf("; %zu with other instruction counts", alarms);
  std::printf(against.comparison.interrupted ? "; interrupted\n" : "\n");
  std::fflush(stdout);
}

}  // namespace

fs::path program_dir() {
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error);
  return error ? fs::current_path(error) : program.parent_path();
}

Result<Build> own_build(const TrackPlacesOptions& options) {
  if (options.build.empty()) return read_build(program_dir(), "this build");
  return read_build(fs::absolute(options.build), options.build);
}

BuildPlaces build_places(const TrackPlacesOptions& options) {
  const char* cache = std::getenv("XDG_CACHE_HOME");
  const char* home = std::getenv("HOME");
  const fs::path base = cache != nullptr && *cache != '\0' ? fs::path(cache)
                        : home != nullptr                  ? fs::path(home) / ".cache"
                                                           : fs::temp_directory_path();
  // The clone that the program was built in, else the one that it is called in.
  std::error_code error;
  fs::path repository = program_dir();
  while (repository.has_relative_path() && !fs::exists(repository / ".git", error))
    repository = repository.parent_path();
  if (!fs::exists(repository / ".git", error)) repository = fs::current_path(error);
  return {repository, base / "fficheck", fs::absolute(options.state) / "anchors"};
}

Result<AgainstOptions> against_options(const Program& program, const BenchOptions& options) {
  AgainstOptions out;
  out.filter = options.filter;
  out.quick = options.quick;
  out.instructions = !options.no_instructions && !options.quick;
  if (options.quick) out.compare.rule.rounds = out.compare.rule.max_rounds = 7;
  if (!options.seed.empty()) {
    char* end = nullptr;
    out.compare.seed = std::strtoull(options.seed.c_str(), &end, 0);
    if (*end != '\0' || options.seed[0] == '-')
      return input_error("--seed " + options.seed + " is no number", {}, "decimal or 0x...");
  }
  out.compare.stopped = [stop = program.stop] { return stop->load(); };
  return out;
}

Result<Against> compare_and_print(const Build& baseline, const Build& candidate,
                                  const AgainstOptions& options,
                                  const std::function<void(const Compared&)>& decided) {
  CompareProgress progress(decided);
  Result<Against> against = run_against(baseline, candidate, options, progress);
  progress.clear();
  if (against.ok()) print(against.value());
  return against;
}

std::string night_or_today(const std::string& night) {
  return night.empty() ? utc_now().substr(0, 10) : night;
}

}  // namespace fficheck

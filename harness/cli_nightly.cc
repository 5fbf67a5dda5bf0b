// One command for cron: everything once, each step a process of its own, one exit status.
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "harness/cli_track.h"
#include "harness/run/environment.h"
#include "harness/run/files.h"
#include "harness/run/process.h"

namespace fficheck {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using nlohmann::json;

struct Step {
  std::string name;
  std::vector<std::string> arguments;
};
struct Done {
  std::string name;
  int status = 0;
  double seconds = 0;
};

constexpr auto kStepLimit = 6h;
constexpr int kInterrupted = 130;

/// The worst: something did not hold, else the environment, else nothing was compared, else
/// interrupted.
int worst(const std::vector<Done>& steps) {
  for (const int status : {1, 3, 2, kInterrupted})
    if (std::any_of(steps.begin(), steps.end(), [=](const Done& d) { return d.status == status; }))
      return status;
  return 0;
}

class Night {
 public:
  Night(const Program& program, const NightlyOptions& options, fs::path out)
      : program_(program),
        options_(options),
        out_(std::move(out)),
        self_(program_dir() / "fficheck") {
    std::error_code error;
    const fs::path self = fs::read_symlink("/proc/self/exe", error);
    if (!error) self_ = self;
  }

  Result<int> run() {
    FFICHECK_TRY(const Build build, own_build(options_.places));
    if (wanted("campaign")) FFICHECK_CHECK(step({"campaign", campaign()}));
    if (wanted("faults") && offers("faults"))
      FFICHECK_CHECK(step({"faults", {"faults", "--json", file("faults.json")}}));
    if (wanted("bench"))
      FFICHECK_CHECK(step({"bench", measured({"bench", "--json", file("bench.json")})}));
    const fs::path last = fs::path(options_.places.state) / "last";
    std::error_code error;
    if (wanted("compare") && fs::exists(last, error)) {
      FFICHECK_CHECK(step({"compare", compared({"bench", "--against", last.string(), "--json",
                                                file("compare.json")})}));
    }
    if (wanted("history")) FFICHECK_CHECK(history());
    if (wanted("report") && offers("report")) FFICHECK_CHECK(step({"report", report()}));
    // Tomorrow is compared with tonight: also where tonight got slower, since that was told.
    if (wanted("compare") && !stopped()) {
      FFICHECK_TRY(const Build stored, store_build(build, last));
      (void)stored;
    }
    FFICHECK_CHECK(summary());
    // Without any step nothing was compared.
    return done_.empty() ? 2 : worst(done_);
  }

 private:
  [[nodiscard]] bool stopped() const { return program_.stop->load(); }
  [[nodiscard]] std::string file(const char* name) const { return (out_ / name).string(); }

  /// Whether this program has a subcommand.
  [[nodiscard]] bool offers(const std::string& subcommand) const {
    ProcessOptions options;
    options.command = {self_.string(), subcommand, "--help"};
    const Result<ProcessEnd> end = run_process(options, 1min);
    return end.ok() && end.value().success();
  }

  [[nodiscard]] std::vector<std::string> campaign() const {
    return {"fuzz",
            "--time",
            std::to_string(options_.seconds),
            "--save",
            file("campaign"),
            "--json",
            file("campaign.json")};
  }
  [[nodiscard]] bool wanted(const std::string& name) const {
    return options_.only.empty() ||
           std::find(options_.only.begin(), options_.only.end(), name) != options_.only.end();
  }
  /// The arguments that all measuring commands share.
  [[nodiscard]] std::vector<std::string> measured(std::vector<std::string> arguments) const {
    if (options_.quick) arguments.emplace_back("--quick");
    for (const auto& [option, value] : {std::pair{"--filter", &options_.filter},
                                        {"--build", &options_.places.build},
                                        {"--state", &options_.places.state}})
      if (!value->empty()) arguments.insert(arguments.end(), {option, *value});
    return arguments;
  }
  /// The same, of a choice unless one was made.
  [[nodiscard]] std::vector<std::string> compared(std::vector<std::string> arguments) const {
    if (options_.filter.empty()) arguments.insert(arguments.end(), {"--filter", kNightFilter});
    return measured(std::move(arguments));
  }
  /// Appends to the history, and writes what there is in it.
  Result<void> history() {
    std::vector<std::string> record = compared({"track", "record", "--night", options_.night});
    if (!options_.places.host.empty())
      record.insert(record.end(), {"--host", options_.places.host});
    FFICHECK_CHECK(step({"history", record}));
    const std::string& state = options_.places.state;
    FFICHECK_CHECK(
        step({"points", {"track", "points", "--json", file("points.json"), "--state", state}}));
    return step({"export", {"track", "export", file("history.jsonl"), "--state", state}});
  }
  /// The report of whatever there is.
  [[nodiscard]] std::vector<std::string> report() const {
    std::vector<std::string> arguments{"report"};
    for (const auto& [option, name] : {std::pair{"--campaign", "campaign.json"},
                                       {"--faults", "faults.json"},
                                       {"--bench", "bench.json"},
                                       {"--compare", "compare.json"},
                                       {"--history", "history.jsonl"},
                                       {"--points", "points.json"}}) {
      std::error_code error;
      if (fs::exists(out_ / name, error)) arguments.insert(arguments.end(), {option, file(name)});
    }
    for (const auto& [option, name] : {std::pair{"--html", "report.html"},
                                       {"--markdown", "report.md"},
                                       {"--junit", "report.xml"},
                                       {"--json", "report.json"}})
      arguments.insert(arguments.end(), {option, file(name)});
    return arguments;
  }

  Result<void> step(const Step& s) {
    if (stopped()) return {};
    std::printf("== %s\n", s.name.c_str());
    std::fflush(stdout);
    ProcessOptions options;
    options.command = {self_.string()};
    options.command.insert(options.command.end(), s.arguments.begin(), s.arguments.end());
    options.descriptors = {{STDOUT_FILENO, 1}, {STDERR_FILENO, 2}};
    FFICHECK_TRY(ChildProcess child, ChildProcess::start(options));
    const auto start = std::chrono::steady_clock::now();
    std::optional<ProcessEnd> end;
    while (!(end = child.wait(200ms))) {
      // What a step has found and measured is on disk already.
      if (stopped() || std::chrono::steady_clock::now() - start > kStepLimit) {
        end = child.kill();
        break;
      }
    }
    // A step that crashed or hung is something that did not hold.
    done_.push_back({s.name, stopped() ? kInterrupted : end->status.value_or(1), end->seconds});
    return {};
  }

  Result<void> summary() {
    json steps = json::array();
    std::printf("== night %s\n", options_.night.c_str());
    for (const Done& d : done_) {
      std::printf("%-9s status %d, %.0f s\n", d.name.c_str(), d.status, d.seconds);
      steps.push_back({{"name", d.name}, {"status", d.status}, {"seconds", d.seconds}});
    }
    std::printf("results: %s\n", out_.string().c_str());
    std::fflush(stdout);
    const json object{{"version", 1},      {"night", options_.night},
                      {"time", utc_now()}, {"status", worst(done_)},
                      {"steps", steps},    {"environment", environment()}};
    return write_file(out_ / "nightly.json", object.dump(1) + "\n");
  }

  const Program& program_;
  const NightlyOptions& options_;
  fs::path out_;
  fs::path self_;
  std::vector<Done> done_;
};

}  // namespace

int nightly(const Program& program, const NightlyOptions& given) {
  NightlyOptions options = given;
  options.night = night_or_today(options.night);
  options.places.state = fs::absolute(options.places.state).string();
  const auto filter = parse_filter(options.filter);
  if (!filter.ok()) return report_error(filter.error());
  const fs::path out =
      options.out.empty() ? fs::path("results/nightly") / options.night : fs::path(options.out);
  const Result<void> made = make_dirs(out);
  if (!made.ok()) return report_error(made.error());
  const Result<int> status = Night(program, options, fs::absolute(out)).run();
  return status.ok() ? status.value() : report_error(status.error());
}

}  // namespace fficheck

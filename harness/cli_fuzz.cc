#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <mutex>
#include <nlohmann/json.hpp>
#include <set>
#include <thread>

#include "generators/coverage_json.h"
#include "harness/cli.h"
#include "harness/cli_progress.h"
#include "harness/core/augment.h"
#include "harness/core/case_seed.h"
#include "harness/core/listed.h"
#include "harness/run/campaign.h"
#include "harness/run/edited_target.h"
#include "harness/run/environment.h"
#include "harness/run/files.h"
#include "harness/run/journal.h"

namespace fficheck {
namespace {

namespace fs = std::filesystem;

/// Cases of a campaign that is given neither --cases nor --time.
constexpr std::uint64_t kDefaultCases = 200;
constexpr std::uint64_t kDefaultValues = 200;
/// Schemas from files are few, so each gets more values.
constexpr std::uint64_t kDefaultSchemaValues = 2000;

/// A schema source over schemas from files, in turn, testable functions added.
Result<SchemaSource> source_of_files(const std::string& path, std::uint64_t& count,
                                     std::vector<ParsedWit::Skipped>& left_out) {
  FFICHECK_TRY(std::vector<Schema> schemas, read_schemas(path, &left_out));
  for (Schema& schema : schemas) schema = augment(schema);
  count = schemas.size();
  return SchemaSource([schemas = std::move(schemas)](std::uint64_t index, std::uint64_t) {
    return schemas[index % schemas.size()];
  });
}

/// Counts what the schemas contain that a source gives. Thread-safe.
class Counted {
 public:
  explicit Counted(SchemaSource source) : source_(std::move(source)) {}

  Schema get(std::uint64_t index, std::uint64_t seed) {
    Schema schema = source_(index, seed);
    const std::scoped_lock lock(mutex_);
    if (seen_.insert(index).second) coverage_.add(schema);
    return schema;
  }
  /// The coverage of cases 0 to the last that was asked for, `cases` at least: a campaign that was
  /// resumed asked for its first ones in an earlier run.
  nlohmann::json json(std::uint64_t campaign_seed, std::uint64_t cases) {
    const std::uint64_t end = std::max(cases, seen_.empty() ? 0 : *seen_.rbegin() + 1);
    for (std::uint64_t i = 0; i < end; ++i)
      if (!seen_.contains(i)) (void)get(i, case_seed(campaign_seed, i));
    return to_json(coverage_);
  }

 private:
  SchemaSource source_;
  std::mutex mutex_;
  std::set<std::uint64_t> seen_;
  Coverage coverage_;
};

struct Plan {
  CampaignConfig config;
  std::shared_ptr<Counted> counted;
  std::vector<std::unique_ptr<EditedTarget>> edited;  ///< in front of `config.targets`
  std::vector<ParsedWit::Skipped> left_out;           ///< of the schemas from files
  std::optional<TempDir> temporary;                   ///< holds the builds where nothing is saved
};

Result<void> choose_work(const FuzzOptions& options, Plan& plan) {
  if (!options.save.empty()) {
    plan.config.save = options.save;
    plan.config.work = plan.config.save / "work";
    return {};
  }
  FFICHECK_TRY(plan.temporary, TempDir::create("fficheck"));
  plan.config.work = plan.temporary->path() / "work";
  if (options.keep) std::printf("builds stay in %s\n", plan.temporary->keep().c_str());
  return {};
}

/// Takes the legs asked for over, and leaves out the targets that have none of them. An Error names
/// those that there are.
Result<void> choose_legs(const std::vector<std::string>& asked, CampaignConfig& c) {
  if (asked.empty()) return {};
  std::vector<std::string> there;
  for (const Target* target : c.targets)
    for (const std::string& leg : all_legs(*target))
      if (std::find(there.begin(), there.end(), leg) == there.end()) there.push_back(leg);
  for (const std::string& leg : asked)
    if (std::find(there.begin(), there.end(), leg) == there.end())
      return input_error("no leg of the chosen targets is named \"" + leg + "\"", {},
                         "there are: " + listed(there));
  std::erase_if(c.targets, [&](const Target* target) {
    if (!legs_there(*target, asked).empty()) return false;
    std::fprintf(stderr, "left out, target %s: it has no leg %s (it has %s)\n",
                 std::string(target->name()).c_str(), listed(asked).c_str(),
                 listed(all_legs(*target)).c_str());
    return true;
  });
  c.legs = asked;
  return {};
}

Result<Plan> make_plan(const Program& program, const FuzzOptions& options) {
  Plan plan;
  CampaignConfig& c = plan.config;
  FFICHECK_TRY(c.targets, choose_targets(program, options.targets));
  FFICHECK_CHECK(choose_legs(options.legs, c));
  for (const Target*& target : c.targets) {
    if (options.edit.empty()) break;
    plan.edited.push_back(std::make_unique<EditedTarget>(*target, options.edit));
    target = plan.edited.back().get();
  }
  FFICHECK_TRY(c.properties, choose_properties(program, options.properties));
  if (!options.json.empty()) FFICHECK_CHECK(check_writable("--json", options.json));
  c.profile = options.profile.empty() ? program.profiles.front() : options.profile;
  if (std::find(program.profiles.begin(), program.profiles.end(), c.profile) ==
      program.profiles.end()) {
    return input_error("no profile is named \"" + c.profile + "\"", {},
                       "there are: " + listed(program.profiles));
  }
  c.values =
      options.values.value_or(options.schema.empty() ? kDefaultValues : kDefaultSchemaValues);
  if (options.schema.empty()) {
    c.source = [generate = program.generate, profile = c.profile](
                   std::uint64_t, std::uint64_t seed) { return generate(seed, profile); };
    c.cases = options.cases;
    if (!c.cases && !options.seconds) c.cases = kDefaultCases;
  } else {
    std::uint64_t count = 0;
    FFICHECK_TRY(c.source, source_of_files(options.schema, count, plan.left_out));
    c.cases = options.cases;
    if (!c.cases && !options.seconds) c.cases = count;
    c.profile = "schema " + options.schema;
  }
  plan.counted = std::make_shared<Counted>(std::move(c.source));
  c.source = [counted = plan.counted](std::uint64_t index, std::uint64_t seed) {
    return counted->get(index, seed);
  };
  if (options.seconds == 0U) return input_error("--time 0 compares nothing");
  if (options.seconds) c.time = std::chrono::seconds(*options.seconds);
  if (c.cases == 0U) return input_error("--cases 0 compares nothing");
  c.batch = options.batch;
  c.jobs =
      options.jobs != 0 ? options.jobs : std::clamp(std::thread::hardware_concurrency(), 1U, 16U);
  c.resume = options.resume;
  c.keep_builds = options.keep;
  c.stop = program.stop;
  if (options.seed.empty() && options.resume && !options.save.empty()) {
    FFICHECK_TRY(c.seed, Journal::saved_seed(options.save));
  } else {
    FFICHECK_TRY(c.seed, choose_seed(options.seed));
  }
  FFICHECK_CHECK(choose_work(options, plan));
  return plan;
}

/// What `--json` tells besides the counts: how the campaign was asked for, where it ran, what it
/// covered, what its laws say.
nlohmann::json facts(const Program& program, const FuzzOptions& options, const Plan& plan,
                     const CampaignResult& result, const std::string& started) {
  const CampaignConfig& config = plan.config;
  nlohmann::json laws = nlohmann::json::object();
  for (const Property* property : config.properties)
    laws[std::string(property->name())] = property->sentence();
  nlohmann::json left_out = nlohmann::json::array();
  for (const ParsedWit::Skipped& s : plan.left_out)
    left_out.push_back({{"what", s.interface}, {"reason", s.reason}, {"where", s.where}});
  const bool complete = options.resume && config.cases && !result.interrupted && !result.error;
  return {{"profile", config.profile},
          {"values_each", config.values},
          {"time", started},
          {"program", program.name},
          {"environment", environment()},
          {"laws", std::move(laws)},
          {"left_out", std::move(left_out)},
          {"coverage", plan.counted->json(config.seed, complete ? *config.cases : 0)}};
}

}  // namespace

int fuzz(const Program& program, const FuzzOptions& options) {
  Result<Plan> plan = make_plan(program, options);
  if (!plan.ok()) return report_error(plan.error());
  const CampaignConfig& config = plan.value().config;
  spdlog::info("{} targets, {} properties, {} jobs, batches of {}, {} values, builds in {}",
               config.targets.size(), config.properties.size(), config.jobs, config.batch,
               config.values, config.work.string());
  const std::string started = utc_now();
  Progress progress(program, config.cases, config.time, config.targets.size());
  const Result<CampaignResult> result = run_campaign(config, progress);
  if (!result.ok()) return report_error(result.error());
  print_summary(program, result.value());
  std::fflush(stdout);
  int status = exit_status(result.value());
  if (result.value().error) report_error(*result.value().error);
  if (status == 2 && !result.value().error)
    std::fprintf(stderr, "fficheck: nothing was compared: every schema was skipped\n");
  if (!options.json.empty()) {
    const nlohmann::json more = facts(program, options, plan.value(), result.value(), started);
    const Result<void> written = write_file(options.json, campaign_json(result.value(), more));
    if (!written.ok()) status = report_error(written.error());
  }
  return status;
}

}  // namespace fficheck

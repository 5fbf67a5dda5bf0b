#include "harness/run/campaign.h"

#include <algorithm>
#include <cinttypes>
#include <condition_variable>
#include <cstdio>
#include <deque>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <thread>
#include <utility>

#include "harness/core/case_seed.h"
#include "harness/run/built_batch.h"
#include "harness/run/journal.h"
#include "harness/run/phases.h"
#include "harness/run/unit.h"

namespace fficheck {
namespace {

using Clock = std::chrono::steady_clock;

/// Legs are sampled by blocks of this many cases, whatever the batch size, so that what is checked
/// does not depend on it.
constexpr std::uint64_t kLegBlock = 100;
/// Of a sampled block, one case in so many.
constexpr std::uint64_t kLegStride = 4;
/// Of all cases, one in so many runs in one of the target's frequent legs.
constexpr std::uint64_t kFrequentStride = 8;

CampaignIdentity identity_of(const CampaignConfig& config) {
  CampaignIdentity id{.seed = config.seed,
                      .profile = config.profile,
                      .values = config.values,
                      .batch = config.batch,
                      .leg_every = config.leg_every,
                      .legs = config.legs,
                      .cases = config.cases,
                      .targets = {},
                      .properties = {}};
  for (const Target* target : config.targets) id.targets.emplace_back(target->name());
  for (const Property* property : config.properties) id.properties.emplace_back(property->name());
  return id;
}

/// Makes batches, and keeps the newest few, since each is needed once for every target.
class BatchSource {
 public:
  explicit BatchSource(const CampaignConfig& config) : config_(config) {}

  std::shared_ptr<const Batch> get(std::uint64_t number) {
    const std::scoped_lock lock(mutex_);
    for (const auto& batch : kept_)
      if (batch->number == number) return batch;
    auto made = std::make_shared<Batch>();
    made->number = number;
    made->first = number * config_.batch;
    const std::uint64_t end =
        std::min(made->first + config_.batch, config_.cases.value_or(made->first + config_.batch));
    for (std::uint64_t i = made->first; i < end; ++i)
      made->schemas.push_back(config_.source(i, case_seed(config_.seed, i)));
    kept_.push_back(made);
    if (kept_.size() > config_.jobs) kept_.pop_front();
    return made;
  }

 private:
  const CampaignConfig& config_;
  std::mutex mutex_;
  std::deque<std::shared_ptr<const Batch>> kept_;
};

/// The units of a campaign in their order: batch by batch, target by target, each with its legs.
class UnitQueue {
 public:
  explicit UnitQueue(const CampaignConfig& config) : config_(config) {}

  /// The next unit; absent where the campaign has no more.
  std::optional<Unit> next() {
    while (ready_.empty()) {
      const std::uint64_t first = batch_ * config_.batch;
      if (config_.cases && first >= *config_.cases) return std::nullopt;
      fill(first);
      ++batch_;
    }
    Unit unit = std::move(ready_.front());
    ready_.pop_front();
    return unit;
  }

 private:
  void fill(std::uint64_t first) {
    const std::uint64_t end =
        std::min(first + config_.batch, config_.cases.value_or(first + config_.batch));
    for (const Target* target : config_.targets) {
      if (!config_.legs.empty()) {
        fill_asked(*target, first, end);
        continue;
      }
      Unit plain{batch_, target, "plain", {}};
      std::map<std::string, Unit> legs;
      for (std::uint64_t i = first; i < end; ++i) {
        plain.cases.push_back(i);
        for (const std::string& leg : legs_of(*target, i))
          legs.try_emplace(leg, Unit{batch_, target, leg, {}, Share::Sample})
              .first->second.cases.push_back(i);
      }
      ready_.push_back(std::move(plain));
      for (auto& [name, unit] : legs) ready_.push_back(std::move(unit));
    }
  }

  /// Every case in each of the legs asked for.
  void fill_asked(const Target& target, std::uint64_t first, std::uint64_t end) {
    Share share = Share::First;
    for (const std::string& leg : legs_there(target, config_.legs)) {
      Unit& unit = ready_.emplace_back(Unit{batch_, &target, leg, {}, share});
      for (std::uint64_t i = first; i < end; ++i) unit.cases.push_back(i);
      share = Share::Again;
    }
  }

  /// The legs in which a case runs besides the plain one: at most one of the frequent ones and one
  /// of the others.
  [[nodiscard]] std::vector<std::string> legs_of(const Target& target, std::uint64_t index) const {
    std::vector<std::string> out;
    if (config_.leg_every == 0) return out;
    const std::vector<std::string> frequent = target.frequent_legs();
    if (!frequent.empty() && index % kFrequentStride == kFrequentStride - 1)
      out.push_back(frequent[index / kFrequentStride % frequent.size()]);
    std::vector<std::string> others = target.legs();
    std::erase_if(others, [&](const std::string& leg) {
      return std::find(frequent.begin(), frequent.end(), leg) != frequent.end();
    });
    const std::uint64_t block = index / kLegBlock;
    if (!others.empty() && index % kLegStride == 0 &&
        block % config_.leg_every == std::min<std::uint64_t>(1, config_.leg_every - 1))
      out.push_back(others[block / config_.leg_every % others.size()]);
    return out;
  }

  const CampaignConfig& config_;
  std::uint64_t batch_ = 0;
  std::deque<Unit> ready_;
};

class Campaign {
 public:
  Campaign(const CampaignConfig& config, Observer& observer, std::optional<Journal> journal)
      : config_(config),
        reporter_(observer, config.shrinks_each),
        journal_(std::move(journal)),
        batches_(config),
        queue_(config),
        started_(Clock::now()) {
    if (journal_) {
      result_.tally = journal_->finished().tally;
      before_s_ = journal_->finished().elapsed_s;
    }
    result_.seed = config.seed;
  }

  CampaignResult run() {
    reporter_.tell([&](Observer& o) {
      o.campaign_started(config_.seed);
      if (journal_ && !journal_->finished().units.empty())
        o.note("resumed after " + std::to_string(journal_->finished().units.size()) +
               " finished batches");
    });
    {
      std::vector<std::jthread> threads;
      for (unsigned i = 0; i < std::max(1U, config_.jobs); ++i)
        threads.emplace_back([this] { work(); });
    }
    result_.elapsed_s = elapsed();
    result_.interrupted = stopped();
    result_.phases_s = phases_.seconds();
    reporter_.tell([](Observer& o) { o.campaign_ended(); });
    return std::move(result_);
  }

 private:
  [[nodiscard]] bool stopped() const { return config_.stop != nullptr && config_.stop->load(); }
  [[nodiscard]] double elapsed() const {
    return before_s_ + std::chrono::duration<double>(Clock::now() - started_).count();
  }

  std::optional<Unit> next() {
    const std::scoped_lock lock(mutex_);
    while (!result_.error && !stopped()) {
      if (config_.time && elapsed() >= static_cast<double>(config_.time->count()))
        return std::nullopt;
      std::optional<Unit> unit = queue_.next();
      if (!unit || !journal_ || !journal_->finished().units.contains(unit->name())) return unit;
    }
    return std::nullopt;
  }

  void work() {
    while (const std::optional<Unit> unit = next()) {
      const std::shared_ptr<const Batch> batch = generate(unit->batch);
      const UnitOutcome outcome = run_unit(config_, *unit, *batch, reporter_, phases_);
      finish(*unit, outcome);
    }
  }

  std::shared_ptr<const Batch> generate(std::uint64_t number) {
    const PhaseTimer timer(&phases_, "generate");
    return batches_.get(number);
  }

  void finish(const Unit& unit, const UnitOutcome& outcome) {
    const std::scoped_lock lock(mutex_);
    result_.tally.add(outcome.tally);
    if (outcome.error && !result_.error) result_.error = outcome.error;
    if (!outcome.finished || !journal_) return;
    const Result<void> written = journal_->finish(unit.name(), outcome.tally, elapsed());
    if (!written.ok() && !result_.error) result_.error = written.error();
  }

  const CampaignConfig& config_;
  Reporter reporter_;
  std::optional<Journal> journal_;
  Phases phases_;
  BatchSource batches_;
  UnitQueue queue_;
  Clock::time_point started_;
  double before_s_ = 0;
  std::mutex mutex_;  // of queue_, journal_ and result_
  CampaignResult result_;
};

Result<void> check_config(const CampaignConfig& config) {
  if (config.targets.empty()) return input_error("no target chosen");
  if (config.properties.empty()) return input_error("no property chosen");
  if (!config.cases && !config.time) return input_error("neither a number of cases nor a time");
  if (config.batch == 0) return input_error("a batch of 0 schemas");
  if (config.resume && config.save.empty())
    return input_error("nothing to resume", {}, "name the campaign's directory with --save");
  for (const Target* target : config.targets) {
    if (!config.legs.empty() && legs_there(*target, config.legs).empty())
      return input_error("target " + std::string(target->name()) +
                         " has none of the legs asked for");
    FFICHECK_CHECK(target->check_tools());
  }
  return {};
}

}  // namespace

std::vector<std::string> all_legs(const Target& target) {
  std::vector<std::string> legs = target.legs();
  legs.insert(legs.begin(), "plain");
  return legs;
}

std::vector<std::string> legs_there(const Target& target, const std::vector<std::string>& asked) {
  const std::vector<std::string> there = all_legs(target);
  std::vector<std::string> out;
  for (const std::string& leg : asked)
    if (std::find(there.begin(), there.end(), leg) != there.end() &&
        std::find(out.begin(), out.end(), leg) == out.end())
      out.push_back(leg);
  return out;
}

Result<CampaignResult> run_campaign(const CampaignConfig& config, Observer& observer) {
  FFICHECK_CHECK(check_config(config));
  std::optional<DirLock> lock;
  std::optional<Journal> journal;
  if (!config.save.empty()) {
    FFICHECK_TRY(lock, DirLock::take(config.save));
    FFICHECK_TRY(journal, config.resume ? Journal::resume(config.save, identity_of(config))
                                        : Journal::begin(config.save, identity_of(config)));
  }
  // Builds that a kill left behind go.
  std::error_code ignored;
  std::filesystem::remove_all(config.work, ignored);
  FFICHECK_CHECK(make_dirs(config.work));
  CampaignResult result = Campaign(config, observer, std::move(journal)).run();
  if (!config.keep_builds) std::filesystem::remove_all(config.work, ignored);
  return result;
}

int exit_status(const CampaignResult& result) {
  const std::uint64_t failed = result.tally.total(Verdict::Outcome::Fail);
  const std::uint64_t broken = result.tally.total(Verdict::Outcome::Broken);
  if (result.error) return exit_status(*result.error);
  if (failed + broken > 0) return 1;
  if (result.interrupted) return 130;
  return result.tally.total(Verdict::Outcome::Pass) == 0 ? 2 : 0;
}

std::string campaign_json(const CampaignResult& result, const nlohmann::json& more) {
  char seed[24];
  std::snprintf(seed, sizeof seed, "0x%" PRIx64, result.seed);
  nlohmann::json out = to_json(result.tally);
  out.update(more);
  out["version"] = 1;
  out["seed"] = seed;
  out["elapsed_s"] = result.elapsed_s;
  out["phases_s"] = result.phases_s;
  out["interrupted"] = result.interrupted;
  if (result.error) out["error"] = result.error->text();
  return out.dump(1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

}  // namespace fficheck

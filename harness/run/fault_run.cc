#include "harness/run/fault_run.h"

#include <algorithm>
#include <set>
#include <utility>

#include "harness/core/case_seed.h"
#include "harness/run/campaign.h"
#include "harness/run/shrink_driver.h"

namespace fficheck {
namespace {

using Clock = std::chrono::steady_clock;
using End = FaultOutcome::End;

double since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

bool is_loss(const std::string& message) {
  return message.find("the worker crashed") != std::string::npos ||
         message.find("the worker hung") != std::string::npos ||
         message.find("worker crashed") != std::string::npos ||
         message.find("worker hung") != std::string::npos;
}

bool stopped(const FaultSettings& settings) {
  return settings.stop != nullptr && settings.stop->load();
}

/// Hears the campaigns on one fault, and ends each when it has seen enough.
class Watcher final : public Observer {
 public:
  Watcher(const Fault& fault, const FaultSettings& settings, std::atomic<bool>& end)
      : fault_(fault), settings_(settings), end_(end) {}

  /// A campaign begins: of these cases, or of one only.
  void begin(std::optional<std::uint64_t> only) {
    only_ = only;
    began_ = Clock::now();
    end_.store(false);
  }
  /// The case in which the law that must catch the fault failed.
  [[nodiscard]] std::optional<std::uint64_t> own_case() const {
    const Failure* best = best_failure();
    if (best == nullptr || best->shrunk.property != fault_.property) return std::nullopt;
    return best->index;
  }

  void verdict(const std::string&, const std::string& property, const Verdict& v) override {
    if (stopped(settings_) || since(began_) > static_cast<double>(settings_.limit.count()))
      end_.store(true);
    values_ += v.values;
    if (v.outcome != Verdict::Outcome::Fail) return;
    if (seconds_ == 0) note_time(false);
    if (!satisfied_ && satisfies(property, v.message)) note_time(true);
    // Where no other law may catch it, the batch goes on: more schemas, more chances for others.
    // One case is judged by all that are asked.
    if (!fault_.alone && !only_ && (satisfied_ || property != fault_.property)) end_.store(true);
  }

  void failure(const Failure& f) override {
    failures_.push_back(f);
    if (only_) failures_.back().index = *only_;
  }

  FaultOutcome outcome() && {
    FaultOutcome out;
    std::map<std::string, std::set<std::uint64_t>> schemas;
    for (const Failure& f : failures_) schemas[f.shrunk.property].insert(f.index);
    for (const auto& [property, indices] : schemas) out.failed_by[property] = indices.size();
    out.seconds = seconds_;
    out.values = failures_.empty() ? values_ : values_then_;
    if (const Failure* best = best_failure()) {
      out.found = best->shrunk;
      out.property = best->shrunk.property;
      out.schemas = best->index + 1;
    }
    out.end = end(out);
    if (out.end == End::NotAlone) out.note = first_of_others();
    return out;
  }

 private:
  [[nodiscard]] bool satisfies(const std::string& property, const std::string& message) const {
    return property == fault_.property &&
           (fault_.shows != Fault::Shows::WrongValue || !is_loss(message));
  }

  void note_time(bool satisfied) {
    satisfied_ = satisfied;
    seconds_ = since(started_);
    values_then_ = values_;
  }

  /// The first failure of the law that must catch it, else the first of any.
  [[nodiscard]] const Failure* best_failure() const {
    const auto rank = [&](const Failure& f) {
      return std::pair(satisfies(f.shrunk.property, f.shrunk.message) ? 0
                       : f.shrunk.property == fault_.property         ? 1
                                                                      : 2,
                       f.index);
    };
    const auto best =
        std::min_element(failures_.begin(), failures_.end(),
                         [&](const Failure& a, const Failure& b) { return rank(a) < rank(b); });
    return best == failures_.end() ? nullptr : &*best;
  }

  /// What the first failure of a law that should not have seen the fault says.
  [[nodiscard]] std::string first_of_others() const {
    const auto other = std::find_if(failures_.begin(), failures_.end(), [&](const Failure& f) {
      return f.shrunk.property != fault_.property;
    });
    if (other == failures_.end()) return {};
    return other->shrunk.property + ": case " + std::to_string(other->index) + ": " +
           other->shrunk.message;
  }

  [[nodiscard]] End end(const FaultOutcome& out) const {
    if (out.failed_by.empty()) return End::Survived;
    if (!out.failed_by.contains(fault_.property)) return End::CaughtElse;
    if (!satisfied_) return End::CrashAlone;
    return fault_.alone && out.failed_by.size() > 1 ? End::NotAlone : End::Caught;
  }

  const Fault& fault_;
  const FaultSettings& settings_;
  std::atomic<bool>& end_;
  Clock::time_point started_ = Clock::now();
  Clock::time_point began_ = started_;  ///< of the campaign that runs
  std::optional<std::uint64_t> only_;
  double seconds_ = 0;
  std::uint64_t values_ = 0;
  std::uint64_t values_then_ = 0;
  bool satisfied_ = false;
  std::vector<Failure> failures_;
};

/// The laws of a fault's first campaign: its own, which is not to wait for the time limits of
/// others on a fault by which calls hang; all where no other may see it, its own first. Or the
/// rest.
std::vector<const Property*> laws_of(const FaultSettings& settings, const Fault& fault,
                                     bool first) {
  std::vector<const Property*> laws;
  for (const Property* law : settings.properties)
    if (fault.alone || (law->name() == fault.property) == first) laws.push_back(law);
  std::stable_partition(laws.begin(), laws.end(),
                        [&](const Property* law) { return law->name() == fault.property; });
  return laws;
}

CampaignConfig campaign_of(const FaultyTarget& target, const Fault& fault,
                           const FaultSettings& settings, const std::atomic<bool>& end, bool first,
                           std::optional<std::uint64_t> only) {
  CampaignConfig config;
  config.targets = {&target};
  config.properties = laws_of(settings, fault, first);
  config.source = [&settings, only, profile = fault.profile](std::uint64_t, std::uint64_t seed) {
    return settings.source(only ? case_seed(settings.seed, *only) : seed, profile);
  };
  config.cases = only ? 1 : settings.cases;
  config.time = settings.limit;
  config.seed = settings.seed;
  config.profile = fault.profile;
  config.values = settings.values;
  config.batch = settings.batch;
  config.jobs = 1;
  config.work = settings.work / "campaign";
  config.leg_every = 0;
  config.call_limit = settings.call_limit;
  config.shrinks_each = 0;
  config.stop = &end;
  return config;
}

Result<void> shrink(const FaultyTarget& target, const FaultSettings& settings,
                    FaultOutcome& outcome) {
  const auto law = std::find_if(settings.properties.begin(), settings.properties.end(),
                                [&](const Property* p) { return p->name() == outcome.property; });
  const ShrinkSettings shrink{
      .dir = settings.work / "shrink",
      .seed = case_seed(settings.seed, outcome.schemas - 1),
      .call_limit = settings.call_limit,
      .limit = settings.shrink_limit,
  };
  FFICHECK_TRY(ShrinkOutcome smaller, shrink_failure(target, **law, *outcome.found, shrink));
  outcome.shrink_s = smaller.seconds;
  outcome.confirmed = smaller.confirmed;
  if (smaller.confirmed) outcome.found = std::move(smaller.smallest);
  return {};
}

}  // namespace

bool as_promised(End end) { return end == End::Caught; }

std::string_view end_text(End end) {
  switch (end) {
    case End::Caught: return "caught";
    case End::CaughtElse: return "CAUGHT BY ANOTHER";
    case End::CrashAlone: return "CRASH ALONE";
    case End::NotAlone: return "NOT ALONE";
    case End::Survived: return "SURVIVED";
    case End::NeverSeeded: return "NEVER SEEDED";
    case End::Interrupted: return "interrupted";
    case End::Error: return "ERROR";
  }
  return "?";
}

Result<FaultOutcome> run_fault(const Target& target, const Fault& fault,
                               const FaultSettings& settings) {
  const FaultyTarget faulty(target, fault);
  std::atomic<bool> end{false};
  Watcher watcher(fault, settings, end);
  const auto run = [&](bool first, std::optional<std::uint64_t> only) -> Result<CampaignResult> {
    watcher.begin(only);
    FFICHECK_TRY(CampaignResult ran,
                 run_campaign(campaign_of(faulty, fault, settings, end, first, only), watcher));
    if (ran.error) return *ran.error;
    return ran;
  };
  FFICHECK_TRY(const CampaignResult ran, run(true, std::nullopt));
  if (!fault.alone && !stopped(settings) && faulty.times_seeded() > 0 &&
      settings.properties.size() > 1)
    FFICHECK_CHECK(run(false, watcher.own_case()));
  FaultOutcome outcome = std::move(watcher).outcome();
  if (outcome.failed_by.empty()) {
    outcome.seconds = ran.elapsed_s;
    outcome.schemas = ran.tally.schemas();
  }
  if (faulty.times_seeded() == 0) {
    outcome.end = End::NeverSeeded;
    outcome.note = faulty.refusal();
  } else if (stopped(settings)) {
    outcome.end = End::Interrupted;
  } else if (outcome.found) {
    FFICHECK_CHECK(shrink(faulty, settings, outcome));
    // A smaller value may show what a crash hid.
    if (outcome.end == End::CrashAlone && outcome.property == fault.property && outcome.confirmed &&
        !is_loss(outcome.found->message))
      outcome.end = End::Caught;
  }
  std::error_code ignored;
  std::filesystem::remove_all(settings.work, ignored);
  return outcome;
}

CaseSize size_of(const Case& c) {
  CaseSize size;
  for (const Type& type : c.schema.types())
    if (!type.parts.empty() || is_named(type.kind)) ++size.types;
  size.functions = c.schema.functions().size() + c.schema.imports().size();
  for (const Step& step : c.steps) {
    size.steps += step.kind == Step::Kind::Bulk ? step.count : 1;
    std::size_t leaves = 0;
    for (const Value& arg : step.args) leaves += leaf_count(arg);
    size.leaves = std::max(size.leaves, leaves);
  }
  return size;
}

}  // namespace fficheck

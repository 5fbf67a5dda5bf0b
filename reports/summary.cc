#include "reports/summary.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace fficheck::reports {
namespace {

using Kind = Attention::Kind;
using Outcome = Summary::Outcome;

/// Of each kind of finding so many are told one by one.
constexpr std::size_t kTold = 5;
/// A step in the history is news for so many nights.
constexpr std::size_t kNews = 7;

std::string signed_percent(double fraction) {
  return (fraction < 0 ? "\u2212" : "+") + percent(fraction);
}

class Maker {
 public:
  explicit Maker(const Report& report) : report_(report) {}

  Summary make() {
    const Tally tally = report_.tally();
    out_.pass = tally.total(Verdict::Outcome::Pass);
    out_.fail = tally.total(Verdict::Outcome::Fail);
    out_.broken = tally.total(Verdict::Outcome::Broken);
    out_.schemas = tally.schemas();
    out_.values = tally.values();
    failures(tally);
    campaigns();
    faults();
    speed();
    steps();
    std::stable_sort(out_.attention.begin(), out_.attention.end(),
                     [](const auto& a, const auto& b) { return a.kind < b.kind; });
    conclude();
    return std::move(out_);
  }

 private:
  /// Lists the first findings and counts the others.
  void tell(std::vector<Attention> found) {
    if (found.empty()) return;
    const std::size_t told = std::min(found.size(), kTold);
    found[told - 1].more = found.size() - told;
    found.resize(told);
    for (Attention& a : found) out_.attention.push_back(std::move(a));
  }

  void failures(const Tally& tally) {
    // One line for each target and law: a defect fails many schemas.
    std::map<std::pair<std::string, std::string>, std::string> first;
    for (const FailureRecord& f : tally.failures)
      first.try_emplace({f.target, f.property}, f.message);
    std::vector<Attention> found;
    for (const auto& [target, counts] : tally.targets) {
      for (const auto& [law, c] : counts.properties) {
        if (c.fail == 0) continue;
        const std::string message = first.contains({target, law}) ? first[{target, law}] : "";
        found.push_back({Kind::Bad, "failures", target + " " + law,
                         counted(c.fail, "failure") + (message.empty() ? "" : ": " + message)});
      }
    }
    failed_ = found.size();
    tell(std::move(found));
  }

  void campaigns() {
    for (const Campaign& c : report_.campaigns) {
      const std::string name = c.profile.empty() ? "campaign" : "campaign " + c.profile;
      std::string text;
      if (!c.finished)
        text = "did not come to its end; what it had found is here";
      else if (!c.error.empty())
        text = "ended early: " + c.error;
      else if (c.interrupted)
        text = "was interrupted";
      else if (c.tally.total(Verdict::Outcome::Pass) == 0 &&
               c.tally.total(Verdict::Outcome::Fail) == 0)
        text = "compared nothing";
      if (!text.empty()) out_.attention.push_back({Kind::Warning, "verdicts", name, text});
      incomplete_ = incomplete_ || !text.empty();
    }
    if (out_.broken > 0) {
      out_.attention.push_back({Kind::Warning, "verdicts", "verdicts",
                                counted(out_.broken, "check") + " could not be tried"});
      incomplete_ = true;
    }
  }

  void faults() {
    if (!report_.faults) return;
    std::vector<Attention> survived;
    std::vector<Attention> others;
    for (const FaultResult& f : report_.faults->faults) {
      const std::string name = f.target.empty() ? f.id : f.id + "/" + f.target;
      switch (f.status) {
        case FaultResult::Status::Survived:
          survived.push_back({Kind::Bad, "faults", name, "seeded fault not noticed"});
          break;
        case FaultResult::Status::Broken:
          others.push_back({Kind::Warning, "faults", name, "could not be tried"});
          break;
        case FaultResult::Status::Caught:
        case FaultResult::Status::Other:
        case FaultResult::Status::Skipped: break;
      }
    }
    survived_ = survived.size();
    incomplete_ = incomplete_ || !others.empty() || report_.faults->interrupted;
    tell(std::move(survived));
    tell(std::move(others));
  }

  void speed() {
    if (!report_.comparison) return;
    incomplete_ = incomplete_ || report_.comparison->interrupted;
    std::vector<const Compared*> sorted;
    for (const Compared& c : report_.comparison->benchmarks) sorted.push_back(&c);
    std::stable_sort(sorted.begin(), sorted.end(), [](const Compared* a, const Compared* b) {
      return std::abs(a->theta) > std::abs(b->theta);
    });
    std::vector<Attention> slower;
    std::vector<Attention> faster;
    std::vector<Attention> errors;
    for (const Compared* c : sorted) {
      if (c->verdict == Compared::Verdict::Regression)
        slower.push_back({Kind::Bad, "speed", c->name, change_text(*c)});
      else if (c->more_instructions())
        slower.push_back({Kind::Bad, "speed", c->name,
                          signed_percent(c->instructions.value_or(0)) + " instructions"});
      else if (c->verdict == Compared::Verdict::Inconclusive)
        ++undecided_;
      else if (c->verdict == Compared::Verdict::Improvement)
        faster.push_back({Kind::Good, "speed", c->name, change_text(*c)});
      else if (c->verdict == Compared::Verdict::Error)
        errors.push_back({Kind::Warning, "speed", c->name, "could not be measured: " + c->error});
    }
    slower_ = slower.size();
    decided_ = sorted.size() - undecided_ - errors.size();
    faster_ = faster.size();
    tell(std::move(slower));
    tell(std::move(errors));
    tell(std::move(faster));
  }

  void steps() {
    if (!report_.history || report_.history->runs.empty()) return;
    std::vector<std::string> nights;
    for (const NightRun& run : report_.history->runs)
      if (nights.empty() || nights.back() != run.night) nights.push_back(run.night);
    const std::string since = nights[nights.size() - std::min(nights.size(), kNews)];
    std::vector<Attention> found;
    for (const ChangePoint& p : report_.history->points) {
      if (p.night < since) continue;
      found.push_back({p.change > 0 ? Kind::Warning : Kind::Good, "history", p.benchmark,
                       "a step of " + signed_percent(p.change) + " on " + p.night});
    }
    std::stable_sort(found.begin(), found.end(),
                     [](const auto& a, const auto& b) { return a.kind < b.kind; });
    tell(std::move(found));
  }

  void conclude() {
    const bool compared = out_.pass + out_.fail > 0 ||
                          (report_.faults && !report_.faults->faults.empty()) ||
                          (report_.comparison && !report_.comparison->benchmarks.empty());
    const bool undecided_all = undecided_ > 0 && decided_ == 0;
    std::vector<std::string> sentences;
    if (failed_ > 0)
      sentences.push_back(counted(failed_, "law") + " failed.");
    else if (out_.pass > 0)
      sentences.emplace_back("Every law held.");
    if (survived_ > 0) sentences.push_back(counted(survived_, "seeded fault") + " went unnoticed.");
    if (slower_ > 0)
      sentences.push_back(counted(slower_, "benchmark") + " got slower.");
    else if (decided_ > 0)
      sentences.push_back(undecided_ == 0
                              ? "Nothing got slower."
                              : "Nothing got slower, " + grouped(undecided_) + " undecided.");
    else if (report_.comparison && !report_.comparison->benchmarks.empty())
      sentences.emplace_back("No change of speed could be decided.");
    if (failed_ + survived_ + slower_ == 0 && incomplete_)
      sentences.emplace_back("Not everything could be tried.");
    if (sentences.empty() && compared) sentences.emplace_back("Every seeded fault was noticed.");
    if (sentences.empty())
      sentences.emplace_back(report_.bench || report_.history ? "Measured, not judged."
                                                              : "Nothing was compared.");
    for (const std::string& sentence : sentences)
      out_.headline += (out_.headline.empty() ? "" : " ") + sentence;
    out_.outcome = failed_ + survived_ + slower_ > 0 ? Outcome::Failed
                   : incomplete_ || undecided_all    ? Outcome::Incomplete
                   : compared                        ? Outcome::Held
                                                     : Outcome::Nothing;
  }

  const Report& report_;
  Summary out_;
  std::size_t failed_ = 0;
  std::size_t survived_ = 0;
  std::size_t slower_ = 0;
  std::size_t faster_ = 0;
  std::size_t undecided_ = 0;
  std::size_t decided_ = 0;
  bool incomplete_ = false;
};

}  // namespace

Summary summarize(const Report& report) { return Maker(report).make(); }

std::string_view outcome_word(Outcome outcome) {
  switch (outcome) {
    case Outcome::Held: return "held";
    case Outcome::Failed: return "failed";
    case Outcome::Incomplete: return "incomplete";
    case Outcome::Nothing: return "nothing";
  }
  return "nothing";
}

std::string grouped(std::uint64_t number) {
  const std::string digits = std::to_string(number);
  std::string out;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) out += ',';
    out += digits[i];
  }
  return out;
}

std::string counted(std::uint64_t number, const std::string& one, const std::string& many) {
  return grouped(number) + " " + (number == 1 ? one : many.empty() ? one + "s" : many);
}

std::string percent(double fraction) {
  char text[40];
  std::snprintf(text, sizeof text, "%.1f %%", std::abs(fraction) * 100);
  return text;
}

std::string change_text(const Compared& compared) {
  const double change = std::expm1(compared.theta);
  return percent(change) + (change < 0 ? " faster (" : " slower (") +
         signed_percent(std::expm1(compared.low)) + " to " +
         signed_percent(std::expm1(compared.high)) + ")";
}

}  // namespace fficheck::reports

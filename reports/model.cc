#include "reports/model.h"

#include <algorithm>

namespace fficheck::reports {
namespace {

void add_counts(Counts& to, const Counts& from) {
  for (const auto& [name, count] : from) to[name] += count;
}

void add_facts(Facts& to, const Facts& from) {
  for (const auto& [name, fact] : from) {
    std::string& known = to[name];
    if (known.empty())
      known = fact;
    else if ((" / " + known + " / ").find(" / " + fact + " / ") == std::string::npos)
      known += " / " + fact;
  }
}

}  // namespace

void CoverageCounts::add(const CoverageCounts& other) {
  schemas += other.schemas;
  types += other.types;
  functions += other.functions;
  add_counts(kinds, other.kinds);
  for (const auto& [outer, inner] : other.pairs) add_counts(pairs[outer], inner);
  for (const auto& [group, counts] : other.groups) add_counts(groups[group], counts);
}

std::size_t FaultTable::count(FaultResult::Status status) const {
  return static_cast<std::size_t>(std::count_if(
      faults.begin(), faults.end(), [&](const FaultResult& f) { return f.status == status; }));
}

std::size_t Comparison::count(Compared::Verdict verdict) const {
  return static_cast<std::size_t>(
      std::count_if(benchmarks.begin(), benchmarks.end(),
                    [&](const Compared& c) { return c.verdict == verdict; }));
}

Tally Report::tally() const {
  Tally sum;
  for (const Campaign& campaign : campaigns) sum.add(campaign.tally);
  return sum;
}

std::optional<CoverageCounts> Report::coverage() const {
  std::optional<CoverageCounts> sum;
  for (const Campaign& campaign : campaigns) {
    if (!campaign.coverage) continue;
    if (!sum) sum.emplace();
    sum->add(*campaign.coverage);
  }
  return sum;
}

Facts Report::laws() const {
  Facts all;
  for (const Campaign& campaign : campaigns)
    for (const auto& [law, sentence] : campaign.laws) all[law] = sentence;
  return all;
}

Facts Report::environment() const {
  Facts all;
  for (const Campaign& campaign : campaigns) add_facts(all, campaign.environment);
  if (faults) add_facts(all, faults->environment);
  if (comparison) add_facts(all, comparison->environment);
  if (bench) add_facts(all, bench->environment);
  return all;
}

std::string_view status_word(FaultResult::Status status) {
  switch (status) {
    case FaultResult::Status::Caught: return "caught";
    case FaultResult::Status::Other: return "other";
    case FaultResult::Status::Survived: return "survived";
    case FaultResult::Status::Broken: return "broken";
    case FaultResult::Status::Skipped: return "skipped";
  }
  return "broken";
}

std::string_view verdict_word(Compared::Verdict verdict) {
  switch (verdict) {
    case Compared::Verdict::Pass: return "pass";
    case Compared::Verdict::Regression: return "regression";
    case Compared::Verdict::Improvement: return "improvement";
    case Compared::Verdict::Inconclusive: return "inconclusive";
    case Compared::Verdict::Unconfirmed: return "unconfirmed";
    case Compared::Verdict::Error: return "error";
  }
  return "error";
}

}  // namespace fficheck::reports

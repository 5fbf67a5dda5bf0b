#include "bench/stats/comparison.h"

#include <array>
#include <cmath>
#include <utility>
#include <vector>

namespace fficheck {
namespace {

constexpr std::array<std::pair<Verdict, std::string_view>, 6> kNames{{
    {Verdict::Pass, "pass"},
    {Verdict::Regression, "regression"},
    {Verdict::Improvement, "improvement"},
    {Verdict::Unconfirmed, "unconfirmed"},
    {Verdict::Inconclusive, "inconclusive"},
    {Verdict::Error, "error"},
}};

}  // namespace

std::string_view verdict_name(Verdict verdict) {
  for (const auto& [v, name] : kNames)
    if (v == verdict) return name;
  return "error";
}

std::optional<Verdict> parse_verdict(std::string_view name) {
  for (const auto& [v, text] : kNames)
    if (text == name) return v;
  return std::nullopt;
}

double round_ratio(std::span<const double> blocks) {
  return median({blocks.begin(), blocks.end()});
}

Estimate estimate(std::span<const double> rho, const CompareRule& rule, std::uint64_t seed) {
  return {median({rho.begin(), rho.end()}),
          bootstrap_median(rho, rule.resamples, rule.confidence, seed), rho.size()};
}

bool wants_more(const Estimate& e, const CompareRule& rule) {
  return e.rounds < rule.max_rounds && e.interval.half() > rule.half_width;
}

Verdict judge(const Estimate& e, const CompareRule& rule) {
  // The same ratio both ways: 3 % slower is ln 1.03, its mirror image -ln 1.03.
  const double least = std::log1p(rule.least_change);
  if (e.interval.low > 0 && e.theta >= least) return Verdict::Regression;
  if (e.interval.high < 0 && e.theta <= -least) return Verdict::Improvement;
  return e.interval.half() > rule.half_width ? Verdict::Inconclusive : Verdict::Pass;
}

Verdict confirm(Verdict first, const Estimate& rerun, const CompareRule& rule) {
  return judge(rerun, rule) == first ? first : Verdict::Unconfirmed;
}

}  // namespace fficheck

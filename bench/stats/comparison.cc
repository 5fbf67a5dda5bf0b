#include "bench/stats/comparison.h"

#include <array>
#include <cmath>
#include <utility>
#include <vector>

namespace fficheck {
namespace {

constexpr std::array<std::pair<Finding, std::string_view>, 6> kNames{{
    {Finding::Pass, "pass"},
    {Finding::Regression, "regression"},
    {Finding::Improvement, "improvement"},
    {Finding::Unconfirmed, "unconfirmed"},
    {Finding::Inconclusive, "inconclusive"},
    {Finding::Error, "error"},
}};

}  // namespace

std::string_view finding_name(Finding finding) {
  for (const auto& [v, name] : kNames)
    if (v == finding) return name;
  return "error";
}

std::optional<Finding> parse_finding(std::string_view name) {
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

Finding judge(const Estimate& e, const CompareRule& rule) {
  // The same ratio both ways: 3 % slower is ln 1.03, its mirror image -ln 1.03.
  const double least = std::log1p(rule.least_change);
  if (e.interval.low > 0 && e.theta >= least) return Finding::Regression;
  if (e.interval.high < 0 && e.theta <= -least) return Finding::Improvement;
  return e.interval.half() > rule.half_width ? Finding::Inconclusive : Finding::Pass;
}

Finding confirm(Finding first, const Estimate& rerun, const CompareRule& rule) {
  return judge(rerun, rule) == first ? first : Finding::Unconfirmed;
}

}  // namespace fficheck

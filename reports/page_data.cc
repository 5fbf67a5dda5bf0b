#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "harness/core/kind.h"
#include "harness/run/failure_text.h"
#include "reports/columns.h"
#include "reports/summary.h"
#include "reports/write.h"

namespace fficheck::reports {
namespace {

using nlohmann::json;

/// Logarithms are kept to a hundredth of a percent, times and counts to four digits of the largest.
constexpr double kThetaUnit = 1e-4;
constexpr double kValueSteps = 9999;

/// JSON as the text of a <script>: whatever the data say, they cannot end it.
std::string script_text(const json& data) {
  const std::string plain = data.dump(-1, ' ', false, json::error_handler_t::replace);
  std::string out;
  out.reserve(plain.size());
  for (const char c : plain) {
    if (c == '<')
      out += "\\u003c";
    else if (c == '>')
      out += "\\u003e";
    else if (c == '&')
      out += "\\u0026";
    else
      out += c;
  }
  return out;
}

json rounded(double number) {
  if (!std::isfinite(number)) return nullptr;
  return std::round(number * 1e6) / 1e6;
}
json rounded(const std::optional<double>& number) { return number ? rounded(*number) : json(); }

std::string_view kind_word(Attention::Kind kind) {
  switch (kind) {
    case Attention::Kind::Bad: return "bad";
    case Attention::Kind::Warning: return "warning";
    case Attention::Kind::Good: return "good";
  }
  return "bad";
}

json summary_data(const Report& report) {
  const Summary summary = summarize(report);
  json attention = json::array();
  for (const Attention& a : summary.attention)
    attention.push_back({{"kind", kind_word(a.kind)},
                         {"section", a.section},
                         {"subject", a.subject},
                         {"text", a.text},
                         {"more", a.more}});
  return {{"outcome", outcome_word(summary.outcome)},
          {"headline", summary.headline},
          {"pass", summary.pass},
          {"fail", summary.fail},
          {"broken", summary.broken},
          {"schemas", summary.schemas},
          {"values", summary.values},
          {"attention", std::move(attention)}};
}

json campaigns_data(const Report& report) {
  json out = json::array();
  for (const Campaign& c : report.campaigns)
    out.push_back({{"file", c.file},
                   {"seed", c.seed},
                   {"profile", c.profile},
                   {"time", c.time},
                   {"elapsed", rounded(c.elapsed_s)},
                   {"finished", c.finished},
                   {"interrupted", c.interrupted},
                   {"error", c.error},
                   {"schemas", c.tally.schemas()},
                   {"values", c.tally.values()},
                   {"fail", c.tally.total(Verdict::Outcome::Fail)}});
  return out;
}

json targets_data(const Tally& tally) {
  json out = json::object();
  for (const auto& [name, t] : tally.targets) {
    json laws = json::object();
    for (const auto& [law, c] : t.properties) laws[law] = {c.pass, c.fail, c.skip, c.broken};
    json legs = json::object();
    for (const auto& [leg, c] : t.legs) legs[leg] = {c.schemas, c.values};
    out[name] = {{"schemas", t.schemas}, {"skipped", t.skipped}, {"values", t.values},
                 {"laws", laws},         {"skips", t.skips},     {"legs", legs}};
  }
  return out;
}

json failure_data(const FailureRecord& f) {
  json out = {{"target", f.target}, {"law", f.property},        {"message", f.message},
              {"case", f.file},     {"schema", f.schema},       {"steps", f.steps},
              {"shrunk", f.shrunk}, {"confirmed", f.confirmed}, {"index", f.index}};
  if (!f.leg.empty()) out["leg"] = f.leg;
  if (!f.log.empty()) out["log"] = f.log;
  if (const auto parts = split_message(f.message)) {
    out["where"] = parts->where;
    out["expected"] = parts->expected;
    out["seen"] = parts->seen;
  }
  return out;
}

json failures_data(const Report& report) {
  json out = json::array();
  for (const Campaign& c : report.campaigns) {
    for (const FailureRecord& f : c.tally.failures) {
      json failure = failure_data(f);
      failure["seed"] = c.seed;
      failure["replay"] = replay_command(c.program, f.file);
      out.push_back(std::move(failure));
    }
  }
  return out;
}

std::string_view class_word(KindClass kind_class) {
  switch (kind_class) {
    case KindClass::Scalar: return "scalar";
    case KindClass::Text: return "text";
    case KindClass::Sequence: return "sequence";
    case KindClass::Choice: return "choice";
    case KindClass::Bits: return "bits";
    case KindClass::Handle: return "handle";
  }
  return "scalar";
}

json coverage_data(const CoverageCounts& coverage) {
  json kinds = json::array();
  for (const Kind kind : kAllKinds) {
    const std::string name(keyword(kind));
    const auto met = coverage.kinds.find(name);
    kinds.push_back(
        {name, met == coverage.kinds.end() ? 0 : met->second, class_word(class_of(kind))});
  }
  return {{"schemas", coverage.schemas},     {"types", coverage.types},
          {"functions", coverage.functions}, {"kinds", std::move(kinds)},
          {"pairs", coverage.pairs},         {"groups", coverage.groups}};
}

json faults_data(const FaultTable& table) {
  json rows = json::array();
  for (const FaultResult& f : table.faults) {
    json row = {{"id", f.id},
                {"sentence", f.sentence},
                {"target", f.target},
                {"status", status_word(f.status)},
                {"expected", f.expected},
                {"caught_by", f.caught_by},
                {"note", f.note},
                {"schemas", f.schemas},
                {"values", f.values},
                {"seconds", rounded(f.seconds)}};
    if (f.shown) row["case"] = failure_data(*f.shown);
    rows.push_back(std::move(row));
  }
  return {{"seed", table.seed},
          {"time", table.time},
          {"elapsed", rounded(table.elapsed_s)},
          {"interrupted", table.interrupted},
          {"rows", std::move(rows)}};
}

json bench_data(const BenchTable& table) {
  json rows = json::array();
  for (const BenchResult& b : table.benchmarks) {
    json row = {{"name", b.name}, {"ns", rounded(b.ns)}};
    if (!b.floor.empty()) row["floor"] = b.floor;
    if (b.floor_ns) row["floor_ns"] = rounded(*b.floor_ns);
    if (!b.counters.empty()) row["counters"] = b.counters;
    if (!b.error.empty()) row["error"] = b.error;
    rows.push_back(std::move(row));
  }
  return rows;
}

json comparison_data(const Comparison& comparison) {
  json rows = json::array();
  for (const Compared& c : comparison.benchmarks) {
    json row = {{"name", c.name},
                {"verdict", verdict_word(c.verdict)},
                {"t", rounded(c.theta)},
                {"l", rounded(c.low)},
                {"h", rounded(c.high)},
                {"rounds", c.rounds},
                {"a", rounded(c.baseline_ns)},
                {"b", rounded(c.candidate_ns)}};
    if (c.confirmed) row["confirmed"] = rounded(c.confirmed);
    if (c.instructions) row["instructions"] = rounded(c.instructions);
    if (c.more_instructions()) row["alarm"] = true;
    for (const auto& [name, sides] : c.counters)
      row["counters"][name] = {rounded(sides.first), rounded(sides.second)};
    if (!c.error.empty()) row["error"] = c.error;
    rows.push_back(std::move(row));
  }
  return {{"baseline", comparison.baseline},
          {"candidate", comparison.candidate},
          {"time", comparison.time},
          {"rows", std::move(rows)},
          {"quick", comparison.quick},
          {"interrupted", comparison.interrupted},
          {"notes", comparison.notes},
          {"left_out", comparison.left_out},
          {"only_baseline", comparison.only_baseline},
          {"only_candidate", comparison.only_candidate}};
}

/// Texts that many rows share, by number.
class Shared {
 public:
  std::size_t operator()(const std::string& text) {
    const auto [place, added] = numbers_.emplace(text, texts_.size());
    if (added) texts_.push_back(text);
    return place->second;
  }
  [[nodiscard]] const json& texts() const { return texts_; }

 private:
  json texts_ = json::array();
  std::map<std::string, std::size_t> numbers_;
};

json history_data(const History& history) {
  Shared shared;
  json runs = json::array();
  for (const NightRun& r : history.runs)
    runs.push_back(
        {r.night, r.commit, shared(r.host), shared(r.anchor), shared(r.compiler), shared(r.go)});
  json series = json::array();
  for (const HistorySeries& s : history.series) {
    json last = nullptr;
    if (!s.points.empty()) last = rounded(s.points.back().theta);
    series.push_back({s.benchmark, shared(s.host), s.metric, s.points.size(), last});
  }
  json points = json::array();
  for (const ChangePoint& p : history.points)
    points.push_back({{"benchmark", p.benchmark},
                      {"host", p.host},
                      {"metric", p.metric},
                      {"night", p.night},
                      {"commit", p.commit},
                      {"before", rounded(p.before)},
                      {"after", rounded(p.after)},
                      {"change", rounded(p.change)},
                      {"p", p.p > 0 ? json(p.p) : json()}});
  return {{"texts", shared.texts()},
          {"runs", std::move(runs)},
          {"series", std::move(series)},
          {"points", std::move(points)}};
}

using Column = std::vector<std::optional<std::int64_t>>;

void push(Column& column, double number, double unit) {
  const double steps = number / unit;
  if (std::isfinite(steps) && std::abs(steps) < 9e15)
    column.emplace_back(std::llround(steps));
  else
    column.emplace_back();
}

std::string series_data(const HistorySeries& series) {
  double largest = 0;
  for (const HistoryPoint& p : series.points)
    if (std::isfinite(p.value)) largest = std::max(largest, std::abs(p.value));
  const double unit = largest > 0 ? largest / kValueSteps : 1;
  Column run, theta, low, high, value;
  for (const HistoryPoint& p : series.points) {
    run.emplace_back(p.run);
    push(theta, p.theta, kThetaUnit);
    push(low, p.theta - p.low, kThetaUnit);
    push(high, p.high - p.theta, kThetaUnit);
    push(value, p.value, unit);
  }
  return script_text({{"run", encode_column(run)},
                      {"theta", encode_column(theta)},
                      {"low", encode_column(low)},
                      {"high", encode_column(high)},
                      {"value", encode_column(value)},
                      {"unit", unit}});
}

}  // namespace

std::string replay_command(const std::string& program, const std::string& file) {
  return file.empty() ? std::string() : shell_word(program) + " replay " + shell_word(file);
}

std::string page_data(const Report& report) {
  const Tally tally = report.tally();
  json data = {{"title", report.title},
               {"time", report.time},
               {"summary", summary_data(report)},
               {"campaigns", campaigns_data(report)},
               {"targets", targets_data(tally)},
               {"laws", report.laws()},
               {"failures", failures_data(report)},
               {"unlisted", tally.unlisted_failures},
               {"environment", report.environment()}};
  if (const auto coverage = report.coverage()) data["coverage"] = coverage_data(*coverage);
  if (report.faults) data["faults"] = faults_data(*report.faults);
  if (report.bench) data["bench"] = bench_data(*report.bench);
  if (report.comparison) data["comparison"] = comparison_data(*report.comparison);
  if (report.history) data["history"] = history_data(*report.history);
  return script_text(data);
}

std::vector<std::string> page_series(const History& history) {
  std::vector<std::string> out;
  out.reserve(history.series.size());
  for (const HistorySeries& series : history.series) out.push_back(series_data(series));
  return out;
}

}  // namespace fficheck::reports

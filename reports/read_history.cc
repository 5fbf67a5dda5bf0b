#include <algorithm>
#include <cmath>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>

#include "reports/json_reading.h"
#include "reports/read.h"

namespace fficheck::reports {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

/// Collects rows in any order.
class Collector {
 public:
  HistorySeries& series(const std::string& benchmark, const std::string& host,
                        const std::string& metric) {
    const auto [place, added] =
        places_.emplace(std::tuple(benchmark, host, metric), history_.series.size());
    if (added) history_.series.push_back({benchmark, host, metric, {}});
    return history_.series[place->second];
  }

  /// A number for a night's run, in the order in which they are met.
  std::uint32_t run(const NightRun& run) {
    const auto [place, added] = runs_.emplace(run, static_cast<std::uint32_t>(runs_.size()));
    return place->second;
  }

  /// The history, by night. Of two rows of the same night the later one counts.
  History take() {
    std::vector<std::uint32_t> sorted(runs_.size());
    for (const auto& [run, met] : runs_) {
      sorted[met] = static_cast<std::uint32_t>(history_.runs.size());
      history_.runs.push_back(run);
    }
    for (HistorySeries& series : history_.series) {
      for (HistoryPoint& point : series.points) point.run = sorted[point.run];
      std::stable_sort(series.points.begin(), series.points.end(),
                       [](const auto& a, const auto& b) { return a.run < b.run; });
      const auto same = [](const auto& a, const auto& b) { return a.run == b.run; };
      // unique keeps the first of equals: look from the end.
      const auto kept = std::unique(series.points.rbegin(), series.points.rend(), same).base();
      series.points.erase(series.points.begin(), kept);
    }
    std::sort(history_.series.begin(), history_.series.end(), [](const auto& a, const auto& b) {
      return std::tie(a.benchmark, a.metric, a.host) < std::tie(b.benchmark, b.metric, b.host);
    });
    return std::move(history_);
  }

 private:
  History history_;
  std::map<std::tuple<std::string, std::string, std::string>, std::size_t> places_;
  std::map<NightRun, std::uint32_t> runs_;
};

HistoryPoint point_of(std::uint32_t run, double theta, double low, double high, double value) {
  return {run, static_cast<float>(theta), static_cast<float>(low), static_cast<float>(high), value};
}

void take_row(const json& row, Collector& collector) {
  const NightRun run{row.at("night").get<std::string>(),
                     row.at("host").get<std::string>(),
                     text_of(row, "commit"),
                     text_of(row, "anchor"),
                     text_of(row, "compiler"),
                     text_of(row, "go")};
  const auto number = [&](const char* key) { return number_of(row, key).value_or(kNone); };
  const std::string metric = text_of(row, "metric");
  collector
      .series(row.at("benchmark").get<std::string>(), run.host, metric.empty() ? "time" : metric)
      .points.push_back(point_of(collector.run(run), number("theta"), number("low"), number("high"),
                                 number("value")));
}

/// A line with a whole series: arrays beside each other.
void take_series(const json& line, Collector& collector) {
  const json& names = line.at("series");
  const std::string host = names.at("host").get<std::string>();
  const std::string metric = text_of(names, "metric");
  const json& nights = line.at("nights");
  const auto at = [&](const char* key, std::size_t i) -> const json* {
    const auto found = line.find(key);
    if (found == line.end() || !found->is_array() || i >= found->size()) return nullptr;
    const json& value = (*found)[i];
    return value.is_null() ? nullptr : &value;
  };
  const auto number = [&](const char* key, std::size_t i) {
    const json* value = at(key, i);
    return value == nullptr ? kNone : value->get<double>();
  };
  HistorySeries& series = collector.series(names.at("benchmark").get<std::string>(), host,
                                           metric.empty() ? "time" : metric);
  for (std::size_t i = 0; i < nights.size(); ++i) {
    NightRun run{nights[i].get<std::string>(), host, {}, {}, {}, {}};
    if (const json* commit = at("commit", i)) run.commit = commit->get<std::string>();
    if (const json* anchor = at("anchor", i)) run.anchor = anchor->get<std::string>();
    series.points.push_back(point_of(collector.run(run), number("theta", i), number("low", i),
                                     number("high", i), number("value", i)));
  }
}

ChangePoint change_of(const json& p) {
  ChangePoint out;
  out.benchmark = p.at("benchmark").get<std::string>();
  out.host = text_of(p, "host");
  out.metric = text_of(p, "metric");
  if (out.metric.empty()) out.metric = "time";
  out.night = p.at("night").get<std::string>();
  out.commit = text_of(p, "commit");
  out.before = number_of(p, "before").value_or(0);
  out.after = number_of(p, "after").value_or(0);
  out.change = number_of(p, "change").value_or(std::expm1(out.after - out.before));
  out.p = number_of(p, "p").value_or(kNone);
  return out;
}

}  // namespace

Result<History> read_history(const fs::path& file) {
  std::ifstream in(file);
  if (!in) return input_error("cannot be read", file.string());
  Collector collector;
  std::size_t number = 0;
  for (std::string line; std::getline(in, line);) {
    ++number;
    if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
    const json row = json::parse(line, nullptr, false);
    if (row.is_discarded() && in.eof()) break;  // torn by a kill
    const std::string where = file.string() + ":" + std::to_string(number);
    if (!row.is_object()) return input_error("not a JSON object", where);
    FFICHECK_TRY([[maybe_unused]] const bool taken, reading(where, "a row of a history", [&] {
                   if (row.contains("series"))
                     take_series(row, collector);
                   else
                     take_row(row, collector);
                   return true;
                 }));
  }
  return collector.take();
}

Result<void> read_points(const fs::path& file, History& history) {
  FFICHECK_TRY(const json object, read_object(file));
  FFICHECK_TRY(history.points, reading(file, "change points", [&] {
                 std::vector<ChangePoint> points;
                 for (const json& p : object.at("points")) points.push_back(change_of(p));
                 std::sort(points.begin(), points.end(), [](const auto& a, const auto& b) {
                   return std::tie(b.night, a.benchmark) < std::tie(a.night, b.benchmark);
                 });
                 return points;
               }));
  return {};
}

}  // namespace fficheck::reports

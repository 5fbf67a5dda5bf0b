#include "bench/track/json_lines.h"

#include <cmath>
#include <istream>
#include <nlohmann/json.hpp>
#include <optional>
#include <ostream>
#include <utility>

namespace fficheck {
namespace {

using nlohmann::json;

/// No row is longer.
constexpr std::size_t kMaxLine = 1u << 16;

/// Takes fields out of an object and remembers the first that is wrong.
class Fields {
 public:
  explicit Fields(const json& object) : object_(object) {}

  std::string text(const char* key, bool needed) {
    const json* value = find(key, needed);
    if (value == nullptr) return {};
    if (!value->is_string()) return wrong(key, "no string"), std::string();
    return value->get<std::string>();
  }
  std::optional<double> number(const char* key, bool needed) {
    const json* value = find(key, needed);
    if (value == nullptr) return std::nullopt;
    if (!value->is_number()) return wrong(key, "no number"), std::nullopt;
    return value->get<double>();
  }
  [[nodiscard]] const std::string& error() const { return error_; }
  void wrong(const char* key, const char* how) {
    if (error_.empty()) error_ = std::string("\"") + key + "\" is " + how;
  }

 private:
  const json* find(const char* key, bool needed) {
    const auto found = object_.find(key);
    if (found != object_.end() && !found->is_null()) return &*found;
    if (needed) wrong(key, "missing");
    return nullptr;
  }
  const json& object_;
  std::string error_;
};

}  // namespace

json to_json(const HistoryRow& r) {
  json out{{"night", r.night},       {"time", r.time},       {"benchmark", r.benchmark},
           {"host", r.host},         {"metric", r.metric},   {"anchor", r.anchor},
           {"theta", r.theta},       {"verdict", r.finding}, {"commit", r.commit},
           {"compiler", r.compiler}, {"go", r.go},           {"rounds", r.rounds}};
  for (const auto& [key, value] : {std::pair{"low", r.low}, {"high", r.high}, {"value", r.value}})
    if (value) out[key] = *value;
  return out;
}

Result<HistoryRow> parse_row(std::string_view line) {
  if (line.size() > kMaxLine)
    return input_error("a line of more than " + std::to_string(kMaxLine) + " bytes");
  const json object = json::parse(line, nullptr, false);
  if (!object.is_object()) return input_error("no JSON object");
  Fields f(object);
  HistoryRow r;
  r.night = f.text("night", true);
  r.time = f.text("time", false);
  r.benchmark = f.text("benchmark", true);
  r.host = f.text("host", true);
  r.metric = f.text("metric", true);
  r.anchor = f.text("anchor", true);
  r.theta = f.number("theta", true).value_or(0);
  r.low = f.number("low", false);
  r.high = f.number("high", false);
  r.value = f.number("value", false);
  r.finding = f.text("verdict", true);
  r.commit = f.text("commit", false);
  r.compiler = f.text("compiler", false);
  r.go = f.text("go", false);
  const double rounds = f.number("rounds", false).value_or(0);
  if (rounds < 0 || rounds > 1e9 || rounds != std::floor(rounds)) f.wrong("rounds", "no count");
  if (!f.error().empty()) return input_error(f.error());
  r.rounds = static_cast<std::int64_t>(rounds);
  FFICHECK_CHECK(check_row(r));
  return r;
}

Result<void> export_history(History& history, std::ostream& out) {
  FFICHECK_CHECK(history.read([&out](const HistoryRow& row) {
    out << to_json(row).dump(-1, ' ', false, json::error_handler_t::replace) << '\n';
  }));
  out.flush();
  if (!out) return environment_error("cannot write the export", "is the disk full?");
  return {};
}

Result<std::uint64_t> import_history(History& history, std::istream& in, const std::string& name) {
  std::uint64_t rows = 0;
  std::uint64_t number = 0;
  FFICHECK_CHECK(history.add_all([&]() -> Result<std::optional<HistoryRow>> {
    std::string line;
    do {
      if (!std::getline(in, line)) return std::optional<HistoryRow>();
      ++number;
      if (line.ends_with('\r')) line.pop_back();
    } while (line.empty());
    Result<HistoryRow> row = parse_row(line);
    if (!row.ok()) {
      Error error = std::move(row).error();
      error.where = name + ":" + std::to_string(number);
      error.remedy = "nothing was imported; docs/tracking.md has the fields";
      return error;
    }
    ++rows;
    return std::optional<HistoryRow>(std::move(row).value());
  }));
  if (in.bad()) return environment_error("cannot read " + name);
  return rows;
}

json points_json(const std::vector<TrackSeries>& series) {
  json points = json::array();
  for (const TrackSeries& s : series) {
    for (const SeriesPoint& p : s.points) {
      const SeriesNight& night = s.nights[p.index];
      points.push_back({{"benchmark", s.benchmark},
                        {"host", s.host},
                        {"metric", s.metric},
                        {"anchor", night.anchor},
                        {"night", night.night},
                        {"commit", night.commit},
                        {"commit_before", p.commit_before},
                        {"index", p.index},
                        {"drift", p.drift},
                        {"before", p.change.before},
                        {"after", p.change.after},
                        {"change", std::expm1(p.change.after - p.change.before)},
                        {"p", p.change.p}});
    }
  }
  return {{"version", 1}, {"points", std::move(points)}};
}

}  // namespace fficheck

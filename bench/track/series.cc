#include "bench/track/series.h"

#include <algorithm>
#include <map>
#include <span>
#include <utility>

#include "bench/stats/summary.h"
#include "bench/track/compare.h"

namespace fficheck {
namespace {

/// Rows by anchor, in the order in which the anchors first appear.
std::vector<std::pair<std::string, std::vector<const HistoryRow*>>> by_anchor(
    const std::vector<HistoryRow>& rows) {
  std::vector<std::pair<std::string, std::vector<const HistoryRow*>>> out;
  for (const HistoryRow& row : rows) {
    auto found =
        std::find_if(out.begin(), out.end(), [&](const auto& a) { return a.first == row.anchor; });
    if (found == out.end()) found = out.insert(out.end(), {row.anchor, {}});
    found->second.push_back(&row);
  }
  return out;
}

/// Nights by their date; the first anchor to know a night tells it.
using Nights = std::map<std::string, SeriesNight>;

void add_part(TrackSeries& out, const Nights& nights) {
  if (nights.empty()) return;
  out.parts.push_back(out.nights.size());
  for (const auto& [date, night] : nights) out.nights.push_back(night);
}

/// Weeks of a series whose steps are taken out: what is left of a drift.
std::vector<double> weeks_without_steps(std::vector<double> thetas,
                                        const std::vector<ChangePoint>& steps) {
  for (const ChangePoint& step : steps)
    for (std::size_t i = step.index; i < thetas.size(); ++i) thetas[i] -= step.after - step.before;
  std::vector<double> weeks;
  for (std::size_t i = 0; i + kDriftNights <= thetas.size(); i += kDriftNights) {
    const auto begin = thetas.begin() + static_cast<std::ptrdiff_t>(i);
    weeks.push_back(median({begin, begin + kDriftNights}));
  }
  return weeks;
}

/// Finds the change points of the part [begin, end) of a series.
void find_points(TrackSeries& out, std::size_t begin, std::size_t end,
                 const ChangePointRule& rule) {
  std::vector<double> thetas;
  for (std::size_t i = begin; i < end; ++i) thetas.push_back(out.nights[i].theta);
  const std::vector<ChangePoint> steps = change_points(thetas, rule);
  const std::size_t first = out.points.size();
  for (const ChangePoint& c : steps)
    out.points.push_back({begin + c.index, false, out.nights[begin + c.index - 1].commit, c});
  for (const ChangePoint& c : change_points(weeks_without_steps(thetas, steps), rule)) {
    const std::size_t index = begin + c.index * kDriftNights;
    out.points.push_back({index, true, out.nights[index - 1].commit, c});
  }
  std::sort(out.points.begin() + static_cast<std::ptrdiff_t>(first), out.points.end(),
            [](const SeriesPoint& a, const SeriesPoint& b) { return a.index < b.index; });
}

}  // namespace

TrackSeries make_series(const std::vector<HistoryRow>& rows, const ChangePointRule& rule) {
  TrackSeries out;
  if (rows.empty()) return out;
  out.benchmark = rows[0].benchmark;
  out.host = rows[0].host;
  out.metric = rows[0].metric;
  Nights part;
  for (const auto& [anchor, theirs] : by_anchor(rows)) {
    std::vector<double> differences;
    for (const HistoryRow* row : theirs) {
      const auto shared = part.find(row->night);
      if (shared != part.end()) differences.push_back(shared->second.theta - row->theta);
    }
    double shift = 0;
    if (differences.size() >= kAnchorOverlap) {
      shift = median(std::move(differences));
    } else {
      // Nights that the part before has are its own.
      add_part(out, part);
      const std::string last = part.empty() ? "" : part.rbegin()->first;
      part.clear();
      for (const HistoryRow* row : theirs)
        if (row->night > last)
          part.try_emplace(row->night, SeriesNight{row->night, row->commit, anchor, row->theta});
      continue;
    }
    for (const HistoryRow* row : theirs)
      part.try_emplace(row->night,
                       SeriesNight{row->night, row->commit, anchor, row->theta + shift});
  }
  add_part(out, part);
  for (std::size_t p = 0; p < out.parts.size(); ++p)
    find_points(out, out.parts[p], p + 1 < out.parts.size() ? out.parts[p + 1] : out.nights.size(),
                rule);
  return out;
}

Result<std::vector<TrackSeries>> read_series(History& history, const ChangePointRule& rule) {
  std::vector<TrackSeries> out;
  std::vector<HistoryRow> rows;
  const auto finish = [&] {
    if (rows.empty()) return;
    ChangePointRule own = rule;
    // Counts that repeat exactly show steps that times do not.
    if (rows[0].metric == "instructions") own.least_change = kInstructionAlarm;
    out.push_back(make_series(rows, own));
    rows.clear();
  };
  FFICHECK_CHECK(history.read([&](const HistoryRow& row) {
    if (!rows.empty() && (rows[0].benchmark != row.benchmark || rows[0].host != row.host ||
                          rows[0].metric != row.metric))
      finish();
    rows.push_back(row);
  }));
  finish();
  return out;
}

}  // namespace fficheck

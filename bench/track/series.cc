#include "bench/track/series.h"

#include <algorithm>
#include <map>
#include <span>
#include <utility>

#include "bench/stats/summary.h"

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
  std::vector<double> thetas;
  for (const SeriesNight& night : out.nights) thetas.push_back(night.theta);
  for (std::size_t p = 0; p < out.parts.size(); ++p) {
    const std::size_t begin = out.parts[p];
    const std::size_t end = p + 1 < out.parts.size() ? out.parts[p + 1] : thetas.size();
    for (const ChangePoint& c : change_points(std::span(thetas).subspan(begin, end - begin), rule))
      out.points.push_back({begin + c.index, out.nights[begin + c.index - 1].commit, c});
  }
  return out;
}

Result<std::vector<TrackSeries>> read_series(History& history, const ChangePointRule& rule) {
  std::vector<TrackSeries> out;
  std::vector<HistoryRow> rows;
  const auto finish = [&] {
    if (!rows.empty()) out.push_back(make_series(rows, rule));
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

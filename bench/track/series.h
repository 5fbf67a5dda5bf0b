// The history as series: each benchmark's nights in order, anchors joined, change points found.
#pragma once

#include <string>
#include <vector>

#include "bench/stats/change_points.h"
#include "bench/track/history.h"

namespace fficheck {

/// One night of a series.
struct SeriesNight {
  std::string night;
  std::string commit;
  std::string anchor;  ///< what its theta was measured against
  double theta = 0;    ///< against the first anchor of its part
};

/// Where the level of a series changed, and with which commits.
struct SeriesPoint {
  std::size_t index = 0;  ///< the first night at the new level
  bool drift =
      false;  ///< a change over weeks that no single night shows; `index` is about its middle
  std::string commit_before;
  ChangePoint change;
};

/// The nights of one benchmark, host and metric.
struct TrackSeries {
  std::string benchmark;
  std::string host;
  std::string metric;
  std::vector<SeriesNight> nights;
  std::vector<std::size_t> parts;  ///< where parts begin that no overlap joins to what was before
  std::vector<SeriesPoint> points;
};

/// The series of rows of one benchmark, host and metric, which come by night and anchor. An anchor
/// that shares at least kAnchorOverlap nights with those before it is shifted by the median of what
/// the shared nights differ by; one that does not begins a new part, since its level says nothing.
/// Points are change points of the nights and, where their steps are taken out, of the weeks: a
/// window of nights is too short to see a drift.
[[nodiscard]] TrackSeries make_series(const std::vector<HistoryRow>& rows,
                                      const ChangePointRule& rule = {});

/// Nights that are one value where drifts are looked for: their median.
inline constexpr std::size_t kDriftNights = 7;

/// All series of a history.
[[nodiscard]] Result<std::vector<TrackSeries>> read_series(History& history,
                                                           const ChangePointRule& rule = {});

}  // namespace fficheck

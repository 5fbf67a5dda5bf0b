// A comparison with an anchor as rows of the history.
#pragma once

#include <string>
#include <vector>

#include "bench/track/builds.h"
#include "bench/track/compare.h"
#include "bench/track/history.h"

namespace fficheck {

/// What all rows of a comparison share.
struct RecordContext {
  std::string night;
  std::string time;
  std::string host;
  std::string anchor;
};

/// Rows of what was measured of one benchmark: time; instructions, allocations and bytes where both
/// sides have some. None where it could not be measured.
[[nodiscard]] std::vector<HistoryRow> rows_of(const Compared& compared, const Build& candidate,
                                              const RecordContext& context);

}  // namespace fficheck

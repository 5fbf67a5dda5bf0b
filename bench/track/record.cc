#include "bench/track/record.h"

#include <cmath>

namespace fficheck {

std::vector<HistoryRow> rows_of(const Compared& c, const Build& candidate,
                                const RecordContext& context) {
  std::vector<HistoryRow> out;
  if (c.finding == Finding::Error || c.estimate.rounds == 0) return out;
  HistoryRow row;
  row.night = context.night;
  row.time = context.time;
  row.benchmark = c.name;
  row.host = context.host;
  row.anchor = context.anchor;
  row.commit = candidate.fact("commit");
  row.compiler = candidate.fact("cxx");
  row.go = candidate.fact("go");
  row.metric = "time";
  row.theta = c.estimate.theta;
  row.low = c.estimate.interval.low;
  row.high = c.estimate.interval.high;
  row.value = c.candidate.ns;
  row.finding = finding_name(c.finding);
  row.rounds = static_cast<std::int64_t>(c.estimate.rounds);
  out.push_back(row);

  // What is counted has no interval, and a change of any size is one.
  row.low = row.high = std::nullopt;
  row.rounds = 0;
  const auto counted = [&](const char* metric, double baseline, double now, double alarm) {
    if (!(baseline > 0) || !(now > 0)) return;
    row.metric = metric;
    row.theta = std::log(now / baseline);
    row.value = now;
    const double change = now / baseline - 1;
    row.finding = finding_name(change >= alarm    ? Finding::Regression
                               : change <= -alarm ? Finding::Improvement
                                                  : Finding::Pass);
    out.push_back(row);
  };
  if (c.instructions)
    counted("instructions", c.instructions->baseline, c.instructions->candidate, kInstructionAlarm);
  counted("allocs", c.baseline.allocs, c.candidate.allocs, kAllocationAlarm);
  counted("bytes", c.baseline.bytes, c.candidate.bytes, kAllocationAlarm);
  return out;
}

}  // namespace fficheck

// History rows for tests.
#pragma once

#include <string>
#include <vector>

#include "bench/track/history.h"

namespace fficheck {

/// Night n of a calendar with 28 days to a month.
inline std::string night_of(std::size_t n) {
  const auto padded = [](std::size_t x) { return (x < 10 ? "0" : "") + std::to_string(x); };
  return std::to_string(2026 + n / 336) + "-" + padded(n / 28 % 12 + 1) + "-" + padded(n % 28 + 1);
}

inline HistoryRow row_of(std::size_t night, double theta, const std::string& anchor = "one",
                         const std::string& benchmark = "go/call/none/-") {
  HistoryRow r;
  r.night = night_of(night);
  r.time = r.night + "T02:00:00Z";
  r.benchmark = benchmark;
  r.host = "host";
  r.metric = "time";
  r.anchor = anchor;
  r.theta = theta;
  r.low = theta - 0.001;
  r.high = theta + 0.001;
  r.value = 812.5;
  r.finding = "pass";
  r.commit = "commit" + std::to_string(night);
  r.compiler = "GNU 12.2.0";
  r.go = "go1.26";
  r.rounds = 15;
  return r;
}

/// Everything that a history holds.
inline std::vector<HistoryRow> all_rows(History& history) {
  std::vector<HistoryRow> out;
  (void)history.read([&](const HistoryRow& r) { out.push_back(r); });
  return out;
}

}  // namespace fficheck

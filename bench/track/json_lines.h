// The history as text: one JSON object for each row (docs/tracking.md has the fields).
#pragma once

#include <cstdint>
#include <iosfwd>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "bench/track/history.h"
#include "bench/track/series.h"

namespace fficheck {

[[nodiscard]] nlohmann::json to_json(const HistoryRow& row);
/// Reads one line; errors are of the Input and say what is wrong with it.
[[nodiscard]] Result<HistoryRow> parse_row(std::string_view line);

/// Writes all rows.
[[nodiscard]] Result<void> export_history(History& history, std::ostream& out);
/// Adds all rows of a text or, where one is bad, none; empty lines are skipped. Gives their number.
/// `name` is only for messages.
[[nodiscard]] Result<std::uint64_t> import_history(History& history, std::istream& in,
                                                   const std::string& name);

/// All change points as one object.
[[nodiscard]] nlohmann::json points_json(const std::vector<TrackSeries>& series);

}  // namespace fficheck

// Readers of a report's inputs. Errors are of the Input and name the file and what in it is wrong.
#pragma once

#include <filesystem>

#include "harness/core/result.h"
#include "reports/model.h"

namespace fficheck::reports {

/// A file of `fuzz --json`; or a campaign's directory: its report.json, else its journal.
[[nodiscard]] Result<Campaign> read_campaign(const std::filesystem::path& path);
/// A file of `faults --json`.
[[nodiscard]] Result<FaultTable> read_faults(const std::filesystem::path& file);
/// A file of `bench --json`, or Google Benchmark's own.
[[nodiscard]] Result<BenchTable> read_bench(const std::filesystem::path& file);
/// A file of `bench --against ... --json`.
[[nodiscard]] Result<Comparison> read_comparison(const std::filesystem::path& file);
/// A file of `track export`: JSON lines, in any order. Reads a line at a time, so that its size
/// does not matter.
[[nodiscard]] Result<History> read_history(const std::filesystem::path& file);
/// A file of `track points --json`, into a history.
[[nodiscard]] Result<void> read_points(const std::filesystem::path& file, History& history);

}  // namespace fficheck::reports

// The history of costs: one row for each night, benchmark, host, metric and anchor, in SQLite.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "harness/core/result.h"

struct sqlite3;

namespace fficheck {

/// What one night says about one metric of one benchmark.
struct HistoryRow {
  std::string night;  ///< "2026-01-31"
  std::string time;   ///< UTC, "2026-01-31T02:00:00Z"
  std::string benchmark;
  std::string host;
  std::string metric;         ///< "time", "instructions", "allocs" or "bytes"
  std::string anchor;         ///< name of the build that it was measured against
  double theta = 0;           ///< ln(this build / anchor)
  std::optional<double> low;  ///< interval of theta; none for what is counted
  std::optional<double> high;
  std::optional<double> value;  ///< ns or count for one iteration, of this build
  std::string finding;          ///< "pass", ...; against the anchor
  std::string commit;
  std::string compiler;
  std::string go;
  std::int64_t rounds = 0;

  bool operator==(const HistoryRow&) const = default;
};

/// Whether a row can be stored: dates and names are well formed, numbers finite.
[[nodiscard]] Result<void> check_row(const HistoryRow& row);

/// A build that nights are measured against.
struct Anchor {
  enum class State {
    Current,   ///< the history is told against it
    Incoming,  ///< measured beside the current one, until enough nights have both
    Retired,
  };
  std::string host;
  std::string name;
  std::string commit;
  std::string pinned;  ///< night
  State state = State::Current;

  bool operator==(const Anchor&) const = default;
};
/// Nights that must have both anchors before the new one takes over.
inline constexpr std::size_t kAnchorOverlap = 10;

/// A database file. Every change is one transaction, on disk before the call returns: what a killed
/// run had added is there. Several processes may have it open. Moves only.
class History {
 public:
  /// Opens a file, which is made where there is none, with its directory. Errors: Input where the
  /// file is none of fficheck's, or of a later version; Environment where the disk refuses.
  static Result<History> open(const std::filesystem::path& file);
  History(History&&) noexcept;
  History& operator=(History&&) noexcept;
  ~History();

  /// Adds all rows or none; a row takes the place of the one with its night, benchmark, host,
  /// metric and anchor.
  Result<void> add(std::span<const HistoryRow> rows);
  /// The same, for rows that come one by one: `next` gives them until it gives none.
  Result<void> add_all(const std::function<Result<std::optional<HistoryRow>>()>& next);
  /// Calls `each` with every row, by benchmark, host, metric, night and anchor.
  Result<void> read(const std::function<void(const HistoryRow&)>& each);
  /// How many rows there are.
  Result<std::uint64_t> size();

  Result<std::vector<Anchor>> anchors(const std::string& host);
  /// Adds an anchor: the current one where its host has none, else the incoming one. An Input error
  /// where the name is taken or one is incoming already.
  Result<Anchor> pin(Anchor anchor);
  /// Where the incoming anchor of a host has overlapped the current one for long enough, it becomes
  /// the current one, which it returns.
  Result<std::optional<Anchor>> promote(const std::string& host);

 private:
  struct Close {
    void operator()(sqlite3* db) const;
  };
  explicit History(std::unique_ptr<sqlite3, Close> db) : db_(std::move(db)) {}
  std::unique_ptr<sqlite3, Close> db_;
};

}  // namespace fficheck

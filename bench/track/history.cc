#include "bench/track/history.h"

#include <sqlite3.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "bench/stats/comparison.h"
#include "bench/track/builds.h"
#include "bench/track/sqlite.h"
#include "harness/run/files.h"

namespace fficheck {
namespace {

constexpr std::int64_t kVersion = 1;
constexpr std::int64_t kApplication = 0x66666963;  // "ffic"
constexpr std::size_t kMaxText = 1000;

constexpr const char* kTables = R"sql(
CREATE TABLE results (
  benchmark TEXT NOT NULL, host TEXT NOT NULL, metric TEXT NOT NULL, night TEXT NOT NULL,
  anchor TEXT NOT NULL, time TEXT NOT NULL, theta REAL NOT NULL, low REAL, high REAL, value REAL,
  finding TEXT NOT NULL, commit_id TEXT NOT NULL, compiler TEXT NOT NULL, go TEXT NOT NULL,
  rounds INTEGER NOT NULL,
  PRIMARY KEY (benchmark, host, metric, night, anchor)) WITHOUT ROWID;
CREATE TABLE anchors (
  host TEXT NOT NULL, name TEXT NOT NULL, commit_id TEXT NOT NULL, pinned TEXT NOT NULL,
  state INTEGER NOT NULL, PRIMARY KEY (host, name)) WITHOUT ROWID;
)sql";

constexpr const char* kColumns =
    "benchmark, host, metric, night, anchor, time, theta, low, high, value, finding, commit_id, "
    "compiler, go, rounds";

Result<std::int64_t> number(sqlite3* db, const std::string& sql) {
  FFICHECK_TRY(Statement s, Statement::prepare(db, sql));
  FFICHECK_TRY(const bool row, s.step());
  return row ? s.integer() : 0;
}

Result<void> set_up(sqlite3* db) {
  FFICHECK_CHECK(execute(db, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL"));
  FFICHECK_TRY(Transaction transaction, Transaction::begin(db));
  FFICHECK_TRY(const std::int64_t version, number(db, "PRAGMA user_version"));
  FFICHECK_TRY(const std::int64_t application, number(db, "PRAGMA application_id"));
  FFICHECK_TRY(const std::int64_t tables, number(db, "SELECT count(*) FROM sqlite_master"));
  if (tables == 0 && version == 0) {
    FFICHECK_CHECK(execute(db, kTables));
    const std::string marks = "PRAGMA user_version = " + std::to_string(kVersion) +
                              "; PRAGMA application_id = " + std::to_string(kApplication);
    FFICHECK_CHECK(execute(db, marks.c_str()));
  } else if (application != kApplication) {
    return input_error("a database, but no history of fficheck's");
  } else if (version != kVersion) {
    return input_error("a history of version " + std::to_string(version) + "; this program knows " +
                           std::to_string(kVersion),
                       {}, "use the program that made it");
  }
  return transaction.commit();
}

bool is_name(const std::string& text) {
  return !text.empty() && text.size() <= kMaxText &&
         std::none_of(text.begin(), text.end(),
                      [](char c) { return static_cast<unsigned char>(c) < 0x20; });
}

/// "2026-01-31".
bool is_night(const std::string& text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return false;
  for (const std::size_t i : {0u, 1u, 2u, 3u, 5u, 6u, 8u, 9u})
    if (text[i] < '0' || text[i] > '9') return false;
  const int month = std::stoi(text.substr(5, 2));
  const int day = std::stoi(text.substr(8, 2));
  return month >= 1 && month <= 12 && day >= 1 && day <= 31;
}

bool is_finite(const std::optional<double>& value) { return !value || std::isfinite(*value); }

Result<void> insert(Statement& s, const HistoryRow& r) {
  FFICHECK_CHECK(check_row(r));
  s.bind(r.benchmark).bind(r.host).bind(r.metric).bind(r.night).bind(r.anchor).bind(r.time);
  s.bind(r.theta).bind(r.low).bind(r.high).bind(r.value).bind(r.finding).bind(r.commit);
  return s.bind(r.compiler).bind(r.go).bind(r.rounds).run();
}

}  // namespace

Result<void> check_row(const HistoryRow& row) {
  if (!is_night(row.night)) return input_error("night \"" + row.night + "\" is no date YYYY-MM-DD");
  for (const auto& [what, text] :
       {std::pair{"benchmark", &row.benchmark}, {"host", &row.host}, {"anchor", &row.anchor}})
    if (!is_name(*text))
      return input_error(std::string(what) + " is empty, too long or not printable");
  for (const std::string* text : {&row.time, &row.commit, &row.compiler, &row.go})
    if (!text->empty() && !is_name(*text))
      return input_error("a text is too long or not printable");
  if (row.metric != "time" && row.metric != "instructions" && row.metric != "allocs" &&
      row.metric != "bytes")
    return input_error("metric \"" + row.metric +
                       "\" is none of time, instructions, allocs, bytes");
  if (!std::isfinite(row.theta) || !is_finite(row.low) || !is_finite(row.high) ||
      !is_finite(row.value))
    return input_error("a number is not finite");
  if (!parse_finding(row.finding)) return input_error("verdict \"" + row.finding + "\" is none");
  if (row.rounds < 0) return input_error("rounds are negative");
  return {};
}

void History::Close::operator()(sqlite3* db) const { sqlite3_close_v2(db); }
History::History(History&&) noexcept = default;
History& History::operator=(History&&) noexcept = default;
History::~History() = default;

Result<History> History::open(const std::filesystem::path& file) {
  if (file.has_parent_path()) FFICHECK_CHECK(make_dirs(file.parent_path()));
  sqlite3* raw = nullptr;
  const int code =
      sqlite3_open_v2(file.c_str(), &raw,
                      SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_FULLMUTEX, nullptr);
  std::unique_ptr<sqlite3, Close> db(raw);
  if (code != SQLITE_OK)
    return environment_error("cannot open " + file.string() + ": " + sqlite3_errstr(code));
  sqlite3_busy_timeout(db.get(), 10'000);
  const Result<void> ready = set_up(db.get());
  if (!ready.ok()) {
    Error error = ready.error();
    error.where = file.string();
    return error;
  }
  return History(std::move(db));
}

Result<void> History::add(std::span<const HistoryRow> rows) {
  auto at = rows.begin();
  return add_all([&]() -> Result<std::optional<HistoryRow>> {
    if (at == rows.end()) return std::optional<HistoryRow>();
    return std::optional<HistoryRow>(*at++);
  });
}

Result<void> History::add_all(const std::function<Result<std::optional<HistoryRow>>()>& next) {
  FFICHECK_TRY(Transaction transaction, Transaction::begin(db_.get()));
  FFICHECK_TRY(
      Statement s,
      Statement::prepare(db_.get(), std::string("INSERT OR REPLACE INTO results (") + kColumns +
                                        ") VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"));
  while (true) {
    FFICHECK_TRY(const std::optional<HistoryRow> row, next());
    if (!row) break;
    FFICHECK_CHECK(insert(s, *row));
  }
  return transaction.commit();
}

Result<void> History::read(const std::function<void(const HistoryRow&)>& each) {
  FFICHECK_TRY(Statement s,
               Statement::prepare(
                   db_.get(), std::string("SELECT ") + kColumns +
                                  " FROM results ORDER BY benchmark, host, metric, night, anchor"));
  while (true) {
    FFICHECK_TRY(const bool more, s.step());
    if (!more) return {};
    HistoryRow r;
    r.benchmark = s.text();
    r.host = s.text();
    r.metric = s.text();
    r.night = s.text();
    r.anchor = s.text();
    r.time = s.text();
    r.theta = s.real();
    r.low = s.maybe_real();
    r.high = s.maybe_real();
    r.value = s.maybe_real();
    r.finding = s.text();
    r.commit = s.text();
    r.compiler = s.text();
    r.go = s.text();
    r.rounds = s.integer();
    each(r);
  }
}

Result<std::uint64_t> History::size() {
  FFICHECK_TRY(const std::int64_t n, number(db_.get(), "SELECT count(*) FROM results"));
  return static_cast<std::uint64_t>(n);
}

Result<std::vector<Anchor>> History::anchors(const std::string& host) {
  FFICHECK_TRY(Statement s,
               Statement::prepare(db_.get(),
                                  "SELECT host, name, commit_id, pinned, state FROM anchors "
                                  "WHERE host = ? ORDER BY pinned, state DESC, name"));
  s.bind(host);
  std::vector<Anchor> out;
  while (true) {
    FFICHECK_TRY(const bool more, s.step());
    if (!more) return out;
    Anchor a{s.text(), s.text(), s.text(), s.text(), Anchor::State::Current};
    a.state = static_cast<Anchor::State>(s.integer());
    out.push_back(std::move(a));
  }
}

Result<Anchor> History::pin(Anchor anchor) {
  FFICHECK_CHECK(check_anchor_name(anchor.name));
  if (!is_night(anchor.pinned))
    return input_error("an anchor's night \"" + anchor.pinned + "\" is no date");
  FFICHECK_TRY(Transaction transaction, Transaction::begin(db_.get()));
  FFICHECK_TRY(const std::vector<Anchor> all, anchors(anchor.host));
  anchor.state = Anchor::State::Current;
  for (const Anchor& a : all) {
    if (a.name == anchor.name)
      return input_error("an anchor \"" + a.name + "\" is there already", {},
                         "choose another name");
    if (a.state == Anchor::State::Incoming)
      return input_error("the anchor \"" + a.name + "\" is on its way in", {},
                         "wait until it has overlapped the current one for " +
                             std::to_string(kAnchorOverlap) + " nights");
    if (a.state == Anchor::State::Current) anchor.state = Anchor::State::Incoming;
  }
  FFICHECK_TRY(Statement s,
               Statement::prepare(db_.get(), "INSERT INTO anchors VALUES (?,?,?,?,?)"));
  s.bind(anchor.host).bind(anchor.name).bind(anchor.commit).bind(anchor.pinned);
  FFICHECK_CHECK(s.bind(static_cast<std::int64_t>(anchor.state)).run());
  FFICHECK_CHECK(transaction.commit());
  return anchor;
}

Result<std::optional<Anchor>> History::promote(const std::string& host) {
  FFICHECK_TRY(Transaction transaction, Transaction::begin(db_.get()));
  FFICHECK_TRY(const std::vector<Anchor> all, anchors(host));
  std::optional<Anchor> current;
  std::optional<Anchor> incoming;
  for (const Anchor& a : all) {
    if (a.state == Anchor::State::Current) current = a;
    if (a.state == Anchor::State::Incoming) incoming = a;
  }
  if (!current || !incoming) return std::optional<Anchor>();
  FFICHECK_TRY(
      Statement s,
      Statement::prepare(
          db_.get(),
          "SELECT count(*) FROM (SELECT night FROM results WHERE host = ?1 AND anchor = ?2 "
          "INTERSECT SELECT night FROM results WHERE host = ?1 AND anchor = ?3)"));
  s.bind(host).bind(current->name).bind(incoming->name);
  FFICHECK_TRY(const bool row, s.step());
  if (!row || s.integer() < static_cast<std::int64_t>(kAnchorOverlap))
    return std::optional<Anchor>();
  FFICHECK_TRY(
      Statement update,
      Statement::prepare(db_.get(), "UPDATE anchors SET state = ? WHERE host = ? AND name = ?"));
  FFICHECK_CHECK(update.bind(static_cast<std::int64_t>(Anchor::State::Retired))
                     .bind(host)
                     .bind(current->name)
                     .run());
  incoming->state = Anchor::State::Current;
  FFICHECK_CHECK(update.bind(static_cast<std::int64_t>(incoming->state))
                     .bind(host)
                     .bind(incoming->name)
                     .run());
  FFICHECK_CHECK(transaction.commit());
  return incoming;
}

}  // namespace fficheck

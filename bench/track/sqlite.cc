#include "bench/track/sqlite.h"

namespace fficheck {

Error sqlite_error(sqlite3* db, const std::string& what) {
  const int code = sqlite3_errcode(db) & 0xff;
  const std::string message = what + ": " + sqlite3_errmsg(db);
  if (code == SQLITE_NOTADB || code == SQLITE_CORRUPT)
    return input_error(message, {},
                       "move the file away, and import an export of it if there is one");
  return environment_error(message, code == SQLITE_BUSY ? "another run is writing; try again" : "");
}

Result<Statement> Statement::prepare(sqlite3* db, const std::string& sql) {
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v2(db, sql.c_str(), static_cast<int>(sql.size()), &statement, nullptr) !=
      SQLITE_OK)
    return sqlite_error(db, "the history");
  return Statement(statement);
}

Statement& Statement::bind(const std::string& text) {
  sqlite3_bind_text(statement_.get(), ++parameter_, text.data(), static_cast<int>(text.size()),
                    SQLITE_TRANSIENT);
  return *this;
}
Statement& Statement::bind(double value) {
  sqlite3_bind_double(statement_.get(), ++parameter_, value);
  return *this;
}
Statement& Statement::bind(std::int64_t value) {
  sqlite3_bind_int64(statement_.get(), ++parameter_, value);
  return *this;
}
Statement& Statement::bind(const std::optional<double>& value) {
  if (value) return bind(*value);
  sqlite3_bind_null(statement_.get(), ++parameter_);
  return *this;
}

Result<bool> Statement::step() {
  column_ = 0;
  switch (sqlite3_step(statement_.get())) {
    case SQLITE_ROW: return true;
    case SQLITE_DONE:
      sqlite3_reset(statement_.get());
      parameter_ = 0;
      return false;
    default: {
      Error error = sqlite_error(sqlite3_db_handle(statement_.get()), "the history");
      sqlite3_reset(statement_.get());
      return error;
    }
  }
}

Result<void> Statement::run() {
  FFICHECK_TRY(const bool more, step());
  (void)more;
  return {};
}

std::string Statement::text() {
  const int column = column_++;
  const auto* bytes = sqlite3_column_text(statement_.get(), column);
  const int size = sqlite3_column_bytes(statement_.get(), column);
  return bytes == nullptr
             ? std::string()
             : std::string(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
}
std::int64_t Statement::integer() { return sqlite3_column_int64(statement_.get(), column_++); }
double Statement::real() { return sqlite3_column_double(statement_.get(), column_++); }
std::optional<double> Statement::maybe_real() {
  if (sqlite3_column_type(statement_.get(), column_) == SQLITE_NULL) {
    ++column_;
    return std::nullopt;
  }
  return real();
}

Result<void> execute(sqlite3* db, const char* sql) {
  if (sqlite3_exec(db, sql, nullptr, nullptr, nullptr) != SQLITE_OK)
    return sqlite_error(db, "the history");
  return {};
}

Result<Transaction> Transaction::begin(sqlite3* db) {
  // The right to write at once: a reader that becomes a writer could find another one before it.
  FFICHECK_CHECK(execute(db, "BEGIN IMMEDIATE"));
  return Transaction(db);
}

Transaction::~Transaction() {
  if (db_ != nullptr) (void)execute(db_, "ROLLBACK");
}

Result<void> Transaction::commit() {
  FFICHECK_CHECK(execute(db_, "COMMIT"));
  db_ = nullptr;
  return {};
}

}  // namespace fficheck

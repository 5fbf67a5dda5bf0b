// SQLite with errors as values.
#pragma once

#include <sqlite3.h>

#include <memory>
#include <optional>
#include <string>

#include "harness/core/result.h"

namespace fficheck {

/// The last error of a database.
Error sqlite_error(sqlite3* db, const std::string& what);

/// A prepared statement; parameters and columns are bound and read in order.
class Statement {
 public:
  static Result<Statement> prepare(sqlite3* db, const std::string& sql);

  Statement& bind(const std::string& text);
  Statement& bind(double value);
  Statement& bind(std::int64_t value);
  Statement& bind(const std::optional<double>& value);
  /// Goes to the next row; false where there is none. After the last one it can be bound again.
  Result<bool> step();
  /// step() for statements without rows.
  Result<void> run();

  std::string text();
  std::int64_t integer();
  double real();
  std::optional<double> maybe_real();

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* s) const { sqlite3_finalize(s); }
  };
  explicit Statement(sqlite3_stmt* s) : statement_(s) {}
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
  int parameter_ = 0;
  int column_ = 0;
};

/// Runs statements that give no rows.
Result<void> execute(sqlite3* db, const char* sql);

/// A transaction: rolled back where it is not committed.
class Transaction {
 public:
  static Result<Transaction> begin(sqlite3* db);
  Transaction(Transaction&& other) noexcept : db_(other.db_) { other.db_ = nullptr; }
  ~Transaction();
  Result<void> commit();

 private:
  explicit Transaction(sqlite3* db) : db_(db) {}
  sqlite3* db_;
};

}  // namespace fficheck

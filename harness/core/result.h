// Errors as values. No exception crosses an fficheck interface; whoever calls a library that throws
// catches at that call and returns an Error.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace fficheck {

/// Whose fault an error is; decides the exit status of the program (docs/command-line.md).
enum class Blame {
  Input,        ///< the user's files or arguments: exit status 2
  Environment,  ///< a tool missing, no disk, a build of fficheck's own parts failed: exit status 3
  Worker,  ///< a worker ended or hung before it could be used: of what it was built from, or of
           ///< the environment, where nobody found out: exit status 3
};

/// What went wrong, where, and what to do about it. `where` is "file:line:column" as far as known.
struct Error {
  Blame blame = Blame::Input;
  std::string message;
  std::string where;
  std::string remedy;

  /// "where: message (remedy)", leaving out the parts that are empty.
  [[nodiscard]] std::string text() const {
    std::string out = where.empty() ? message : where + ": " + message;
    if (!remedy.empty()) out += " (" + remedy + ")";
    return out;
  }
};

inline Error input_error(std::string message, std::string where = {}, std::string remedy = {}) {
  return {Blame::Input, std::move(message), std::move(where), std::move(remedy)};
}
inline Error environment_error(std::string message, std::string remedy = {}) {
  return {Blame::Environment, std::move(message), {}, std::move(remedy)};
}

inline Error worker_error(std::string message) {
  return {Blame::Worker, std::move(message), {}, {}};
}

/// Of a command that an Error ended, by its Blame.
inline int exit_status(const Error& error) { return error.blame == Blame::Input ? 2 : 3; }

/// Either a T or an Error.
template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}      // NOLINT(*-explicit-*)
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}  // NOLINT(*-explicit-*)

  [[nodiscard]] bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }
  [[nodiscard]] const T& value() const& { return std::get<0>(state_); }
  [[nodiscard]] T& value() & { return std::get<0>(state_); }
  [[nodiscard]] T&& value() && { return std::get<0>(std::move(state_)); }
  [[nodiscard]] const Error& error() const& { return std::get<1>(state_); }
  [[nodiscard]] Error&& error() && { return std::get<1>(std::move(state_)); }

 private:
  std::variant<T, Error> state_;
};

/// Success without a value, or an Error.
template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : error_(std::move(error)) {}  // NOLINT(*-explicit-*)

  [[nodiscard]] bool ok() const { return !error_.has_value(); }
  explicit operator bool() const { return ok(); }
  [[nodiscard]] const Error& error() const& { return *error_; }
  [[nodiscard]] Error&& error() && { return std::move(*error_); }

 private:
  std::optional<Error> error_;
};

}  // namespace fficheck

#define FFICHECK_CONCAT_(a, b) a##b
#define FFICHECK_CONCAT(a, b) FFICHECK_CONCAT_(a, b)

/// FFICHECK_TRY(auto x, expr): x is the value of the Result expr; returns its Error from the
/// enclosing function where it has one.
// NOLINTBEGIN(bugprone-macro-parentheses): `declaration` is one.
#define FFICHECK_TRY(declaration, expression)                  \
  auto FFICHECK_CONCAT(try_, __LINE__) = (expression);         \
  if (!FFICHECK_CONCAT(try_, __LINE__).ok())                   \
    return std::move(FFICHECK_CONCAT(try_, __LINE__)).error(); \
  declaration = std::move(FFICHECK_CONCAT(try_, __LINE__)).value()
// NOLINTEND(bugprone-macro-parentheses)

/// FFICHECK_CHECK(expr): returns the Error of the Result expr where it has one.
#define FFICHECK_CHECK(expression)                      \
  do {                                                  \
    auto check_ = (expression);                         \
    if (!check_.ok()) return std::move(check_).error(); \
  } while (false)

// Child processes: each one has an owner thread that starts it, drains its output and reaps it, and
// a process group of its own that ends with it.
#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "harness/core/result.h"

namespace fficheck {

/// A file descriptor, closed by the destructor. -1: none.
class UniqueFd {
 public:
  UniqueFd() = default;
  explicit UniqueFd(int fd) : fd_(fd) {}
  UniqueFd(UniqueFd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  UniqueFd& operator=(UniqueFd&& other) noexcept {
    if (this != &other) reset(std::exchange(other.fd_, -1));
    return *this;
  }
  ~UniqueFd() { reset(); }
  [[nodiscard]] int get() const { return fd_; }
  [[nodiscard]] bool valid() const { return fd_ >= 0; }
  /// Closes what it holds and takes `fd` over.
  void reset(int fd = -1);

 private:
  int fd_ = -1;
};

/// Two connected Unix stream sockets, both closed on exec.
[[nodiscard]] Result<std::pair<UniqueFd, UniqueFd>> socket_pair();

/// What to start, and what it gets.
struct ProcessOptions {
  std::vector<std::string> command;  ///< command[0] without a slash is looked up on PATH
  /// Added to the harness's own environment, replacing variables of the same name.
  std::vector<std::pair<std::string, std::string>> environment;
  std::filesystem::path dir;  ///< working directory; empty: the harness's own
  /// {descriptor here, number there}: duplicated into the child; standard input is /dev/null.
  std::vector<std::pair<int, int>> descriptors;
  /// Bytes kept of stdout and of stderr each: the first half and the last half of them.
  std::size_t output_limit = 64u << 10;
};

/// How a process ended.
struct ProcessEnd {
  std::optional<int> status;  ///< exit status, where it exited
  std::optional<int> signal;  ///< signal number, where a signal ended it
  bool timed_out = false;     ///< this harness killed it at its time limit
  std::string out;            ///< stdout, cut to the output limit
  std::string err;            ///< stderr, cut to the output limit
  double seconds = 0;         ///< wall time from start to end

  [[nodiscard]] bool success() const { return status == 0 && !timed_out; }
  /// "exit status 3", "signal 11 (Segmentation fault)", "time limit reached".
  [[nodiscard]] std::string how() const;
};

/// A running child. The destructor kills its process group and reaps it; no other process is ever
/// signalled. Where the harness itself is killed, the kernel kills the child.
/// Thread-safe, except for moves.
class ChildProcess {
 public:
  /// Starts a program. An Error (Environment) where it is not there or cannot be executed.
  static Result<ChildProcess> start(const ProcessOptions& options);
  ChildProcess(ChildProcess&&) noexcept;
  ChildProcess& operator=(ChildProcess&&) noexcept;
  ~ChildProcess();

  [[nodiscard]] int pid() const;
  /// How it ended, where it does so within `limit`; absent where it still runs.
  [[nodiscard]] std::optional<ProcessEnd> wait(std::chrono::milliseconds limit);
  /// What it has computed so far, all threads together; 0 where that cannot be told.
  [[nodiscard]] std::chrono::nanoseconds cpu_time() const;
  /// Asks the child, not its group, for its stacks (SIGQUIT), and gives it `limit` to write them;
  /// then as kill().
  ProcessEnd quit(std::chrono::milliseconds limit);
  /// Kills the process group and waits for its end.
  ProcessEnd kill();

 private:
  struct State;
  explicit ChildProcess(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// Runs a program to its end or to its time limit, at which its group is killed.
[[nodiscard]] Result<ProcessEnd> run_process(const ProcessOptions& options,
                                             std::chrono::milliseconds limit);

/// Where `name` is on PATH; a name with a slash is itself where it can be executed.
[[nodiscard]] std::optional<std::filesystem::path> find_program(std::string_view name);

}  // namespace fficheck

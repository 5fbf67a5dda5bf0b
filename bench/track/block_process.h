// Bench programs in block mode, seen from outside (bench/blocks/block_mode.h has the protocol).
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "bench/track/contest.h"
#include "harness/core/result.h"
#include "harness/run/files.h"
#include "harness/run/process.h"

namespace fficheck {

/// A benchmark that a program has.
struct ListedBench {
  std::string name;
  bool counted = false;        ///< instruction counts repeat
  bool one_processor = false;  ///< may be kept on one processor
};

/// A bench program in block mode. It ends with its owner.
class BlockProcess : public Contestant {
 public:
  /// Starts `command` (a program and its arguments) and waits for its greeting. Errors are of the
  /// Environment.
  static Result<std::unique_ptr<BlockProcess>> start(const std::vector<std::string>& command,
                                                     std::chrono::milliseconds limit);

  Result<std::vector<ListedBench>> list();
  Result<BlockCost> block(const std::string& benchmark, std::uint64_t min_ns) override;
  /// From now on blocks of these benchmarks run on that processor, where there is one.
  void keep(std::set<std::string> kept, std::optional<std::size_t> processor);
  /// The directory of the program's files goes with the process.
  void own(TempDir place) { place_ = std::move(place); }
  /// Exactly n iterations, between two marks.
  Result<void> count(const std::string& benchmark, std::uint64_t n);
  /// Closes the program's input and waits for its end, until which it writes what it has to.
  ProcessEnd finish();

 private:
  BlockProcess(ChildProcess child, UniqueFd socket, std::chrono::milliseconds limit)
      : child_(std::move(child)), socket_(std::move(socket)), limit_(limit) {}
  Result<std::string> request(const std::string& line);
  Result<std::string> read_line();
  Error lost(const std::string& what);

  std::optional<TempDir> place_;  // before the process, which ends first
  ChildProcess child_;
  UniqueFd socket_;
  std::chrono::milliseconds limit_;
  std::string buffer_;
  std::set<std::string> kept_;  ///< benchmarks, on processor_
  std::optional<std::size_t> processor_;
};

/// A bench program of both sides. Each start is of a new copy of it: where in memory a file's pages
/// lie is drawn when it is written, stays for all processes that run it, and was seen to cost 10 %
/// (docs/tracking.md, "Why new copies"). Benchmarks that are kept run on one processor, the same
/// for the k-th start of either side, the next one for the next.
class ProgramContest : public Contest {
 public:
  ProgramContest(std::filesystem::path baseline, std::filesystem::path candidate,
                 std::chrono::milliseconds limit, std::set<std::string> kept);
  Result<std::unique_ptr<Contestant>> start(Side side) override;

 private:
  std::filesystem::path baseline_;
  std::filesystem::path candidate_;
  std::chrono::milliseconds limit_;
  std::set<std::string> kept_;           ///< benchmarks, on one processor
  std::vector<std::size_t> processors_;  ///< that this process may use
  std::size_t starts_[2] = {};           ///< by side
};

}  // namespace fficheck

// Builds that can be compared: where they are, and how one of a commit comes to be.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "harness/core/result.h"

namespace fficheck {

/// Bench programs in a directory, each an executable `fficheck_bench` or `fficheck_bench_*`, with
/// all it needs in `<program>.d/` beside it.
struct Build {
  std::filesystem::path dir;
  std::string name;                          ///< as the user called it
  std::map<std::string, std::string> facts;  ///< of fficheck_build.json; empty where there is none
  std::vector<std::string> programs;         ///< names, sorted

  /// A fact, or "".
  [[nodiscard]] std::string fact(const std::string& key) const;
};

/// Where builds are looked for, made and kept.
struct BuildPlaces {
  std::filesystem::path repository;  ///< in it commits are looked up
  std::filesystem::path cache;       ///< of builds of commits: <cache>/builds/COMMIT-KEY
  std::filesystem::path anchors;     ///< of stored builds: <anchors>/NAME
};

/// The build in a directory. An Input error where no bench program is there.
[[nodiscard]] Result<Build> read_build(const std::filesystem::path& dir, std::string name);

/// A baseline: a build directory, else a stored anchor, else a commit, which is built like
/// `candidate` unless the cache has it. An Input error that names all three where it is none.
[[nodiscard]] Result<Build> find_baseline(const std::string& what, const BuildPlaces& places,
                                          const Build& candidate);

/// Copies a bench program and what it needs into the directory `dir`.
[[nodiscard]] Result<void> copy_program(const std::filesystem::path& program,
                                        const std::filesystem::path& dir);

/// Copies a build's programs and what they need to `dir`, whole or not at all; what was there is
/// replaced.
[[nodiscard]] Result<Build> store_build(const Build& build, const std::filesystem::path& dir);

/// Whether an anchor may be called so: letters, digits, '.', '_' and '-', no '.' in front.
[[nodiscard]] Result<void> check_anchor_name(const std::string& name);

}  // namespace fficheck

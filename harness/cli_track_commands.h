// The command lines of bench, track and nightly.
#pragma once

#include <CLI/CLI.hpp>
#include <optional>

#include "harness/cli_track.h"

namespace fficheck {

class TrackCommands {
 public:
  /// Adds the subcommands to the program's; this object must outlive the parse.
  void add(CLI::App& app);
  /// The exit status, where one of them was called.
  std::optional<int> run(const CLI::App& app, const Program& program);

 private:
  BenchOptions bench_;
  TrackOptions track_;
  NightlyOptions nightly_;
};

}  // namespace fficheck

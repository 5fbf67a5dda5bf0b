// The subcommands that measure and follow costs: bench, track, nightly (docs/tracking.md). Each
// returns the exit status, as those of cli.h.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "bench/track/against.h"
#include "bench/track/builds.h"
#include "harness/cli.h"

namespace fficheck {

/// What bench, track and nightly share.
struct TrackPlacesOptions {
  std::string build;                    ///< directory of the bench programs; empty: this program's
  std::string state = "results/track";  ///< history, anchors, last night's build
};

struct BenchOptions {
  TrackPlacesOptions places;
  std::string filter;
  std::string against;
  std::string json;
  std::string seed;
  bool quick = false;
  bool no_instructions = false;
};

int bench(const Program& program, const BenchOptions& options);

/// The directory of this program.
[[nodiscard]] std::filesystem::path program_dir();
/// The build whose benchmarks are to be run.
[[nodiscard]] Result<Build> own_build(const TrackPlacesOptions& options);
[[nodiscard]] BuildPlaces build_places(const TrackPlacesOptions& options);
/// Options of a comparison, from the command line.
[[nodiscard]] Result<AgainstOptions> against_options(const Program& program,
                                                     const BenchOptions& options);
/// Compares, tells a person how it goes and what came of it.
[[nodiscard]] Result<Against> compare_and_print(const Build& baseline, const Build& candidate,
                                                const AgainstOptions& options);

}  // namespace fficheck

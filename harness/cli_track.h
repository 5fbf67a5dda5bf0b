// The subcommands that measure and follow costs: bench, track, nightly (docs/tracking.md). Each
// returns the exit status, as those of cli.h.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
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
  std::string host;                     ///< as the history calls this machine; empty: its name
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

/// What `fficheck track` and `fficheck nightly` are asked for.
struct TrackOptions {
  TrackPlacesOptions places;
  std::string night;   ///< empty: today, UTC
  std::string filter;  ///< record, show: only these benchmarks
  std::string name;    ///< pin: of the anchor
  std::string file;    ///< export, import: empty or "-": stdout, stdin
  std::string json;    ///< points
  bool quick = false;
  bool no_instructions = false;
};

/// What a night compares unless it is told: about a hundred benchmarks of each mechanism and target
/// with the shapes that tell most. All of them would take nearly three hours.
inline constexpr const char* kNightFilter =
    "/(none|scalar|string-1KiB|nested)/(both|-)$|(event|resource|method|instantiate)/|"
    "post-return/nested|^harness/";

struct NightlyOptions {
  TrackPlacesOptions places;
  std::string night;
  std::string out;     ///< directory for the night's results; empty: results/nightly/NIGHT
  std::string filter;  ///< of all that measures; empty: all once, compared by kNightFilter
  std::vector<std::string> only;  ///< steps; empty: all
  std::uint64_t seconds = 300;    ///< length of the campaign
  bool quick = false;
};

int bench(const Program& program, const BenchOptions& options);
int track_record(const Program& program, const TrackOptions& options);
int track_pin(const TrackOptions& options);
int track_show(const TrackOptions& options);
int track_points(const TrackOptions& options);
int track_export(const TrackOptions& options);
int track_import(const TrackOptions& options);
int nightly(const Program& program, const NightlyOptions& options);

/// The directory of this program.
[[nodiscard]] std::filesystem::path program_dir();
/// The build whose benchmarks are to be run.
[[nodiscard]] Result<Build> own_build(const TrackPlacesOptions& options);
[[nodiscard]] BuildPlaces build_places(const TrackPlacesOptions& options);
/// Options of a comparison, from the command line.
[[nodiscard]] Result<AgainstOptions> against_options(const Program& program,
                                                     const BenchOptions& options);
/// Compares, tells a person how it goes and what came of it; `decided` is called as benchmarks are.
[[nodiscard]] Result<Against> compare_and_print(
    const Build& baseline, const Build& candidate, const AgainstOptions& options,
    const std::function<void(const Compared&)>& decided = {});
/// A night from the command line: as it is, or today's, UTC.
[[nodiscard]] std::string night_or_today(const std::string& night);

}  // namespace fficheck

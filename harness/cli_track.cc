#include "harness/cli_track.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "bench/track/history.h"
#include "bench/track/json_lines.h"
#include "bench/track/record.h"
#include "bench/track/series.h"
#include "harness/run/environment.h"
#include "harness/run/files.h"

namespace fficheck {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

Result<History> open_history(const TrackPlacesOptions& places) {
  return History::open(fs::path(places.state) / "history.db");
}

/// The history, which must be there: looking at one must not make one.
Result<History> open_existing(const TrackPlacesOptions& places) {
  const fs::path file = fs::path(places.state) / "history.db";
  std::error_code error;
  if (!fs::exists(file, error))
    return input_error("no history is there", file.string(),
                       "`fficheck track record` begins one, --state says where");
  return History::open(file);
}

/// The name of this machine in the history.
std::string host_of(const TrackPlacesOptions& places) {
  return places.host.empty() ? environment().value("host", "unknown") : places.host;
}

/// Stores a build as an anchor and puts it into the history.
Result<Anchor> pin_build(History& history, const TrackPlacesOptions& places, const Build& build,
                         const std::string& name, const std::string& night) {
  FFICHECK_CHECK(check_anchor_name(name));
  const fs::path dir = build_places(places).anchors / name;
  std::error_code error;
  if (fs::exists(dir, error))
    return input_error("an anchor \"" + name + "\" is stored already", dir.string(),
                       "choose another name");
  FFICHECK_TRY(const Build stored, store_build(build, dir));
  Result<Anchor> pinned =
      history.pin({host_of(places), name, stored.fact("commit"), night, Anchor::State::Current});
  if (!pinned.ok()) fs::remove_all(dir, error);
  return pinned;
}

/// The stored build of an anchor; where it is gone, its commit is built anew.
Result<Build> anchor_build(const Anchor& anchor, const TrackPlacesOptions& places,
                           const Build& candidate) {
  const BuildPlaces where = build_places(places);
  std::error_code error;
  if (fs::is_directory(where.anchors / anchor.name, error))
    return read_build(where.anchors / anchor.name, anchor.name);
  if (anchor.commit.empty())
    return input_error("the stored build of anchor \"" + anchor.name + "\" is gone",
                       (where.anchors / anchor.name).string(),
                       "restore it, or begin a history elsewhere with --state");
  FFICHECK_TRY(Build built, find_baseline(anchor.commit, where, candidate));
  built.name = anchor.name;
  return store_build(built, where.anchors / anchor.name);
}

/// Measures against one anchor and appends to the history as benchmarks are decided.
Result<Against> record_against(History& history, const Anchor& anchor, const Build& candidate,
                               const AgainstOptions& how, const TrackOptions& options) {
  FFICHECK_TRY(const Build baseline, anchor_build(anchor, options.places, candidate));
  const RecordContext context{night_or_today(options.night), utc_now(), anchor.host, anchor.name};
  std::optional<Error> failed;
  const auto append = [&](const Compared& compared) {
    const Result<void> added = history.add(rows_of(compared, candidate, context));
    if (!added.ok()) failed = added.error();
  };
  FFICHECK_TRY(Against against, compare_and_print(baseline, candidate, how, append));
  // Instructions are counted at the end.
  for (const Compared& compared : against.comparison.benchmarks)
    if (compared.instructions) append(compared);
  if (failed) return *failed;
  return against;
}

int fail(const Error& error) { return report_error(error); }

std::string percent(double theta) {
  char text[32];
  std::snprintf(text, sizeof text, "%+.1f %%", 100 * std::expm1(theta));
  return text;
}

const char* state_name(Anchor::State state) {
  switch (state) {
    case Anchor::State::Current: return "current";
    case Anchor::State::Incoming: return "incoming";
    case Anchor::State::Retired: return "retired";
  }
  return "";
}

void print_points(const std::vector<TrackSeries>& series) {
  for (const TrackSeries& s : series)
    for (const SeriesPoint& p : s.points) {
      const SeriesNight& night = s.nights[p.index];
      std::printf(
          "%s  %s (%s, %s): %s%s, from %s to %s of the anchor, p = %.1e, commits %.12s..%.12s\n",
          night.night.c_str(), s.benchmark.c_str(), s.metric.c_str(), s.host.c_str(),
          percent(p.change.after - p.change.before).c_str(), p.drift ? " over weeks" : "",
          percent(p.change.before).c_str(), percent(p.change.after).c_str(), p.change.p,
          p.commit_before.c_str(), night.commit.c_str());
    }
}

}  // namespace

int track_record(const Program& program, const TrackOptions& options) {
  BenchOptions as_bench;
  as_bench.filter = options.filter;
  as_bench.quick = options.quick;
  as_bench.no_instructions = options.no_instructions;
  const auto filter = parse_filter(options.filter);
  if (!filter.ok()) return fail(filter.error());
  const Result<AgainstOptions> how = against_options(program, as_bench);
  if (!how.ok()) return fail(how.error());
  const Result<Build> candidate = own_build(options.places);
  if (!candidate.ok()) return fail(candidate.error());
  Result<History> history = open_history(options.places);
  if (!history.ok()) return fail(history.error());
  const Result<DirLock> lock = DirLock::take(options.places.state);
  if (!lock.ok()) return fail(lock.error());
  const std::string night = night_or_today(options.night);
  const std::string host = host_of(options.places);
  Result<std::vector<Anchor>> anchors = history.value().anchors(host);
  if (!anchors.ok()) return fail(anchors.error());
  if (anchors.value().empty()) {
    Result<Anchor> first =
        pin_build(history.value(), options.places, candidate.value(), "anchor-" + night, night);
    if (!first.ok()) return fail(first.error());
    std::printf("pinned this build as the first anchor, %s\n", first.value().name.c_str());
    anchors.value().push_back(std::move(first).value());
  }
  bool measured = false;
  for (const Anchor& anchor : anchors.value()) {
    if (anchor.state == Anchor::State::Retired || program.stop->load()) continue;
    const Result<Against> against =
        record_against(history.value(), anchor, candidate.value(), how.value(), options);
    if (!against.ok()) return fail(against.error());
    measured = measured || !against.value().comparison.benchmarks.empty();
  }
  if (program.stop->load()) return 130;
  const Result<std::optional<Anchor>> promoted = history.value().promote(host);
  if (!promoted.ok()) return fail(promoted.error());
  if (promoted.value())
    std::printf("%s is the anchor from now on\n", promoted.value()->name.c_str());
  return measured ? 0 : 2;
}

int track_pin(const TrackOptions& options) {
  const Result<Build> build = own_build(options.places);
  if (!build.ok()) return fail(build.error());
  Result<History> history = open_history(options.places);
  if (!history.ok()) return fail(history.error());
  const Result<Anchor> pinned = pin_build(history.value(), options.places, build.value(),
                                          options.name, night_or_today(options.night));
  if (!pinned.ok()) return fail(pinned.error());
  std::printf("%s is %s\n", pinned.value().name.c_str(),
              pinned.value().state == Anchor::State::Current
                  ? "the anchor"
                  : ("on its way in: it takes over after " + std::to_string(kAnchorOverlap) +
                     " nights beside the current one")
                        .c_str());
  return 0;
}

int track_show(const TrackOptions& options) {
  const auto filter = parse_filter(options.filter);
  if (!filter.ok()) return fail(filter.error());
  Result<History> history = open_existing(options.places);
  if (!history.ok()) return fail(history.error());
  const auto anchors = history.value().anchors(host_of(options.places));
  if (!anchors.ok()) return fail(anchors.error());
  for (const Anchor& a : anchors.value())
    std::printf("anchor %s, %s, pinned %s, commit %.12s\n", a.name.c_str(), state_name(a.state),
                a.pinned.c_str(), a.commit.c_str());
  Result<std::vector<TrackSeries>> series = read_series(history.value());
  if (!series.ok()) return fail(series.error());
  std::erase_if(series.value(), [&](const TrackSeries& s) {
    return !std::regex_search(s.benchmark, filter.value());
  });
  std::size_t points = 0;
  for (const TrackSeries& s : series.value()) {
    points += s.points.size();
    if (s.nights.empty()) continue;
    std::printf("%s (%s, %s): %zu nights to %s, last %s of the anchor\n", s.benchmark.c_str(),
                s.metric.c_str(), s.host.c_str(), s.nights.size(), s.nights.back().night.c_str(),
                percent(s.nights.back().theta).c_str());
  }
  print_points(series.value());
  std::printf("%zu series, %zu change points\n", series.value().size(), points);
  return 0;
}

int track_points(const TrackOptions& options) {
  Result<History> history = open_existing(options.places);
  if (!history.ok()) return fail(history.error());
  const Result<std::vector<TrackSeries>> series = read_series(history.value());
  if (!series.ok()) return fail(series.error());
  print_points(series.value());
  if (options.json.empty()) return 0;
  const Result<void> written = write_file(options.json, points_json(series.value()).dump() + "\n");
  return written.ok() ? 0 : fail(written.error());
}

int track_export(const TrackOptions& options) {
  Result<History> history = open_existing(options.places);
  if (!history.ok()) return fail(history.error());
  std::ofstream file;
  const bool to_file = !options.file.empty() && options.file != "-";
  if (to_file) {
    file.open(options.file, std::ios::binary);
    if (!file) return fail(environment_error("cannot write " + options.file));
  }
  const Result<void> done =
      export_history(history.value(), to_file ? static_cast<std::ostream&>(file) : std::cout);
  return done.ok() ? 0 : fail(done.error());
}

int track_import(const TrackOptions& options) {
  std::ifstream file;
  const bool from_file = !options.file.empty() && options.file != "-";
  if (from_file) {
    file.open(options.file, std::ios::binary);
    if (!file) return fail(input_error("cannot read", options.file));
  }
  Result<History> history = open_history(options.places);
  if (!history.ok()) return fail(history.error());
  const auto rows =
      import_history(history.value(), from_file ? static_cast<std::istream&>(file) : std::cin,
                     from_file ? options.file : "standard input");
  if (!rows.ok()) return fail(rows.error());
  std::printf("%llu rows\n", static_cast<unsigned long long>(rows.value()));
  return 0;
}

}  // namespace fficheck

#include "harness/cli_track_commands.h"

namespace fficheck {
namespace {

constexpr const char* kFilterHelp = "Only benchmarks whose names match this regular expression";
constexpr const char* kQuickHelp = "A first impression in a few seconds, no measurement";
constexpr const char* kNightHelp = "Date YYYY-MM-DD; today, UTC, unless given";

void add_build(CLI::App& sub, TrackPlacesOptions& o) {
  sub.add_option("--build", o.build,
                 "Directory of the bench programs; this program's unless given");
}
void add_host(CLI::App& sub, TrackPlacesOptions& o) {
  sub.add_option("--host", o.host, "What the history calls this machine; its name unless given");
}
void add_state(CLI::App& sub, TrackPlacesOptions& o) {
  sub.add_option("--state", o.state,
                 "Directory of history and anchors; results/track unless given");
}

void add_track(CLI::App& app, TrackOptions& o) {
  CLI::App* track = app.add_subcommand("track", "Follows the benchmarks from night to night");
  track->require_subcommand(1);
  CLI::App* sub = track->add_subcommand(
      "record", "Measures this build against the anchor and appends to the history");
  sub->add_option("--night", o.night, kNightHelp);
  sub->add_option("--filter", o.filter, kFilterHelp);
  sub->add_flag("--quick", o.quick, kQuickHelp);
  sub->add_flag("--no-instructions", o.no_instructions, "Does not count instructions");
  add_build(*sub, o.places);
  add_state(*sub, o.places);
  add_host(*sub, o.places);
  sub = track->add_subcommand(
      "pin", "Stores this build as an anchor; beside another it takes over after 10 nights");
  sub->add_option("name", o.name, "Of the anchor")->required();
  sub->add_option("--night", o.night, kNightHelp);
  add_build(*sub, o.places);
  add_state(*sub, o.places);
  add_host(*sub, o.places);
  sub = track->add_subcommand("show", "Prints anchors, series and change points");
  sub->add_option("--filter", o.filter, kFilterHelp);
  add_state(*sub, o.places);
  add_host(*sub, o.places);
  sub = track->add_subcommand("points", "Prints the change points");
  sub->add_option("--json", o.json, "File for them as JSON");
  add_state(*sub, o.places);
  sub = track->add_subcommand("export", "Writes the history as JSON lines");
  sub->add_option("file", o.file, "Standard output unless given");
  add_state(*sub, o.places);
  sub = track->add_subcommand("import", "Adds JSON lines to the history, all or none");
  sub->add_option("file", o.file, "Standard input unless given");
  add_state(*sub, o.places);
}

}  // namespace

void TrackCommands::add(CLI::App& app) {
  CLI::App* sub = app.add_subcommand("bench", "Runs the benchmarks, or compares two builds");
  sub->add_option("--filter", bench_.filter, kFilterHelp);
  sub->add_option("--against", bench_.against,
                  "Compares with this baseline: a build directory, an anchor or a commit");
  sub->add_flag("--quick", bench_.quick, kQuickHelp);
  sub->add_option("--json", bench_.json, "File for the results as JSON");
  sub->add_option("--seed", bench_.seed, "Of the order of blocks and of intervals; 1 unless given");
  sub->add_flag("--no-instructions", bench_.no_instructions, "Does not count instructions");
  add_build(*sub, bench_.places);
  add_state(*sub, bench_.places);

  add_track(app, track_);

  sub = app.add_subcommand(
      "nightly", "Campaign, faults, benchmarks, history and report: one command for cron");
  sub->add_option("--night", nightly_.night, kNightHelp);
  sub->add_option("--out", nightly_.out,
                  "Directory for the night's results; results/nightly/NIGHT unless given");
  sub->add_option("--time", nightly_.seconds, "Seconds of the campaign; 300 unless given")
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{86'400}));
  sub->add_option("--filter", nightly_.filter,
                  std::string(kFilterHelp) + "; all are run and a hundred compared unless given");
  sub->add_flag("--quick", nightly_.quick, kQuickHelp);
  sub->add_option("--only", nightly_.only,
                  "Only these steps: campaign, faults, bench, compare, history, report")
      ->delimiter(',')
      ->check(CLI::IsMember({"campaign", "faults", "bench", "compare", "history", "report"}));
  add_build(*sub, nightly_.places);
  add_host(*sub, nightly_.places);
  add_state(*sub, nightly_.places);
}

std::optional<int> TrackCommands::run(const CLI::App& app, const Program& program) {
  if (app.got_subcommand("bench")) return bench(program, bench_);
  if (app.got_subcommand("nightly")) return nightly(program, nightly_);
  if (!app.got_subcommand("track")) return std::nullopt;
  const CLI::App* track = app.get_subcommand("track");
  if (track->got_subcommand("record")) return track_record(program, track_);
  if (track->got_subcommand("pin")) return track_pin(track_);
  if (track->got_subcommand("show")) return track_show(track_);
  if (track->got_subcommand("points")) return track_points(track_);
  if (track->got_subcommand("export")) return track_export(track_);
  return track_import(track_);
}

}  // namespace fficheck

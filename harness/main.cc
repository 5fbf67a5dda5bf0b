// The program: composes targets, properties and generators, and reads the command line. The only
// file that names concrete ones.
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <CLI/CLI.hpp>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <exception>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "generators/generators.h"
#include "harness/cli.h"
#include "harness/cli_track_commands.h"
#include "harness/core/canonical.h"
#include "harness/core/names.h"
#include "properties/faults/faults.h"
#include "properties/properties.h"
#include "targets/go/go_target.h"
#include "targets/ipc/emit.h"
#include "targets/ipc/ipc_target.h"
#include "targets/native/control_target.h"
#include "targets/native/emit.h"
#include "targets/wasm/guest_go.h"
#include "targets/wasm/wasm_target.h"

namespace fficheck {
namespace {

/// Set by a signal; a handler can reach nothing else.
std::atomic<bool> stop_requested{false};
static_assert(std::atomic<bool>::is_always_lock_free);

extern "C" void request_stop(int) { stop_requested.store(true); }

/// The first SIGINT or SIGTERM ends a campaign cleanly, the second ends the program.
void catch_signals() {
  struct sigaction action = {};
  action.sa_handler = request_stop;
  action.sa_flags = static_cast<int>(SA_RESETHAND | SA_RESTART);
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
}

FileSet product(const std::string& target, const Schema& schema, Abi abi) {
  const LibraryName name{snake_case(schema.interface()), ""};
  if (target == "wasm-c") return guest_in_c().emit_product(schema);
  if (target == "wasm-go") return guest_in_go().emit_product(schema);
  FileSet files = emit_product(schema, abi, name);
  if (target == "go") files.merge(emit_go_product(schema, abi, name));
  if (target == "ipc") files.merge(emit_ipc_product(schema, abi, name));
  return files;
}

std::optional<std::string> unsupported_product(const std::string& target, const Schema& schema,
                                               const Function& f, Abi abi) {
  if (target == "wasm-c") return unsupported_canonical(schema, f);
  if (target == "wasm-go") return unsupported_guest_go(schema, f);
  return unsupported(schema, f, abi);
}

Program compose(const char* name) {
  Program program;
  program.targets.push_back(std::make_unique<ControlTarget>(Abi::Native));
  program.targets.push_back(std::make_unique<ControlTarget>(Abi::Nim));
  program.targets.push_back(std::make_unique<GoTarget>());
  program.targets.push_back(std::make_unique<IpcTarget>());
  program.targets.push_back(std::make_unique<WasmTarget>(guest_in_c()));
  program.targets.push_back(std::make_unique<WasmTarget>(guest_in_go()));
  program.properties = all_properties();
  program.faults = all_faults();
  program.generate = [](std::uint64_t seed, const std::string& profile) {
    return generate_schema(seed, *find_profile(profile));
  };
  for (const Profile& profile : profiles()) program.profiles.emplace_back(profile.name);
  program.product = product;
  program.unsupported_product = unsupported_product;
  program.product_targets = {"control", "go", "ipc", "wasm-c", "wasm-go"};
  program.stop = &stop_requested;
  program.name = name;
  return program;
}

std::string profile_help() {
  std::string out = "What invented schemas look like:";
  for (const Profile& p : profiles())
    out.append("\n").append(p.name).append(": ").append(p.sentence);
  return out;
}

/// CLI11 takes -1 for the largest number of an unsigned type.
const CLI::Validator& whole_number() {
  static const CLI::Validator validator(
      [](std::string& text) {
        const bool digits =
            !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
        return digits ? std::string() : text + " is no whole number";
      },
      "NUMBER");
  return validator;
}

void add_fuzz(CLI::App& app, FuzzOptions& o) {
  CLI::App* sub =
      app.add_subcommand("fuzz", "Tries the laws on invented schemas, or on a WIT file's");
  sub->add_option("--target", o.targets, "Targets, separated by commas; all unless given")
      ->delimiter(',');
  sub->add_option("--property", o.properties, "Laws, separated by commas; all unless given")
      ->delimiter(',');
  sub->add_option("--leg", o.legs,
                  "Ways to build a target, separated by commas, for every schema (race of go, O2, "
                  "plain, ...); plain, and samples of the others, unless given")
      ->delimiter(',');
  sub->add_option("--cases", o.cases, "How many schemas; 200 where --time is not given either")
      ->check(whole_number());
  sub->add_option("--time", o.seconds, "How many seconds, with earlier runs of a resumed campaign")
      ->check(whole_number());
  sub->add_option("--seed", o.seed,
                  "Of the whole campaign, decimal or 0x...; a new one unless given");
  sub->add_option("--profile", o.profile, profile_help());
  sub->add_option("--schema", o.schema,
                  "A WIT file or package directory in place of invented schemas");
  sub->add_option("--save", o.save, "Directory for failing cases and the campaign's state");
  sub->add_flag("--resume", o.resume, "Goes on with the campaign in --save");
  sub->add_option("--jobs", o.jobs, "Batches in flight; one for each core unless given")
      ->check(whole_number())
      ->check(CLI::Range(1, 256));
  sub->add_option("--values", o.values, "Values for each function and law")
      ->check(whole_number())
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1} << 32));
  sub->add_option("--batch", o.batch, "Schemas for each build; 100 unless given")
      ->check(whole_number())
      ->check(CLI::Range(1, 1000));
  sub->add_option("--json", o.json, "File for the results as one JSON object");
  sub->add_option("--edit-generated", o.edit,
                  "A command that runs where the generated files of each batch are, before the "
                  "build: breaks a binding by hand");
  sub->add_flag("--keep", o.keep, "Leaves generated code and builds behind");
}

void add_faults(CLI::App& app, FaultOptions& o) {
  CLI::App* sub =
      app.add_subcommand("faults", "Seeds known defects and tells whether each is caught");
  sub->add_option("--only", o.only, "Faults by id (L3) or by id and target (L3/go)")
      ->delimiter(',');
  sub->add_option("--target", o.targets, "Only faults of these targets")->delimiter(',');
  sub->add_option("--cases", o.cases, "Schemas for each fault at most; 100 unless given")
      ->check(whole_number())
      ->check(CLI::Range(1, 1000000));
  sub->add_option("--seed", o.seed, "Of all campaigns, decimal or 0x...; a new one unless given");
  sub->add_option("--jobs", o.jobs, "Faults at a time; one for each core unless given")
      ->check(whole_number())
      ->check(CLI::Range(1, 256));
  sub->add_option("--json", o.json, "File for the results as one JSON object");
  sub->add_option("--show", o.show,
                  "A WIT file: prints what each fault changes in what is generated for it");
  sub->add_option("--markdown", o.markdown, "File for the table, as docs/faults.md has it");
}

void add_others(CLI::App& app, ReplayOptions& r, GenOptions& g, ExplainOptions& e) {
  CLI::App* sub = app.add_subcommand("replay", "Tries saved cases again");
  sub->add_option("path", r.paths, "Case files, and directories of them")->required();
  sub->add_option("--target", r.targets, "On these targets, whatever the case says")
      ->delimiter(',');
  sub->add_option("--property", r.properties, "Only cases of these laws")->delimiter(',');

  sub = app.add_subcommand("gen", "Writes the library and bindings of a WIT file");
  sub->add_option("file", g.file, "WIT file or package directory")->required();
  sub->add_option("--target", g.target, "control (the C library alone), go, ipc, wasm-c or wasm-go")
      ->required();
  sub->add_option("--out", g.out, "Directory to write below")->required();
  sub->add_option("--abi", g.abi, "native (unless given) or nim");

  sub = app.add_subcommand("explain",
                           "Prints sizes, alignments, offsets, lowered parameters, symbols");
  sub->add_option("file", e.file, "WIT file or package directory")->required();
  sub->add_option("--abi", e.abi, "native (unless given), nim or canonical");
  sub->add_flag("--json", e.json, "As JSON");
}

void add_report(CLI::App& app, ReportOptions& o) {
  CLI::App* sub = app.add_subcommand("report", "Writes a page, or other forms, of results");
  sub->add_option("--campaign", o.campaigns, "Files of fuzz --json, or directories of fuzz --save");
  sub->add_option("--faults", o.faults, "File of faults --json");
  sub->add_option("--bench", o.bench, "File of bench --json");
  sub->add_option("--compare", o.compare, "File of bench --against ... --json");
  sub->add_option("--history", o.history, "File of track export (JSON lines)");
  sub->add_option("--points", o.points, "File of track points --json");
  sub->add_option("--title", o.title, "Of the page; fficheck unless given");
  sub->add_option("--html", o.html, "Writes one page that needs nothing else");
  sub->add_option("--markdown", o.markdown, "Writes a comment for a pull request");
  sub->add_option("--junit", o.junit, "Writes JUnit XML");
  sub->add_option("--json", o.json, "Writes all of it as one JSON object");
}

int run(int argc, char** argv) {
  TrackCommands tracking;
  FuzzOptions f;
  ReplayOptions r;
  GenOptions g;
  ExplainOptions e;
  FaultOptions seeded;
  ReportOptions p;
  int verbose = 0;
  CLI::App app(
      "Tests language bindings: invents interfaces, drives values across, judges what arrives.",
      "fficheck");
  app.set_version_flag("--version", "fficheck " FFICHECK_VERSION);
  app.require_subcommand(1);
  app.add_flag("-v,--verbose", verbose, "Logs more to stderr; twice for still more");
  app.fallthrough();
  add_fuzz(app, f);
  add_faults(app, seeded);
  add_others(app, r, g, e);
  tracking.add(app);
  add_report(app, p);
  app.footer(
      "Exit status: 0 all held, 1 something did not, 2 usage or bad input, 3 the environment.");
  try {
    app.parse(argc, argv);
  } catch (const CLI::RequiredError& error) {
    // CLI11 names what is missing, not what stands in its place.
    const std::vector<std::string> rest = app.remaining();
    if (!app.get_subcommands().empty() || rest.empty()) return app.exit(error) == 0 ? 0 : 2;
    std::string names;
    for (const CLI::App* command : app.get_subcommands({}))
      names += (names.empty() ? "" : ", ") + command->get_name();
    std::fprintf(stderr, "fficheck: no command is named \"%s\" (there are: %s)\n",
                 rest.front().c_str(), names.c_str());
    return 2;
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  spdlog::set_default_logger(spdlog::stderr_color_mt("fficheck"));
  spdlog::set_level(verbose == 0   ? spdlog::level::warn
                    : verbose == 1 ? spdlog::level::info
                                   : spdlog::level::debug);
  if (app.got_subcommand("report")) return report(p);
  catch_signals();
  const Program program = compose(argv[0]);
  if (app.got_subcommand("fuzz")) return fuzz(program, f);
  if (app.got_subcommand("replay")) return replay(program, r);
  if (app.got_subcommand("gen")) return gen(program, g);
  if (const auto status = tracking.run(app, program)) return *status;
  if (app.got_subcommand("faults")) return faults(program, seeded);
  return explain(e);
}

}  // namespace
}  // namespace fficheck

int main(int argc, char** argv) {
  // What libraries throw is caught where they are called; this is for memory that runs out.
  try {
    return fficheck::run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "fficheck: %s\n", error.what());
    return 3;
  }
}

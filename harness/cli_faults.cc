#include <algorithm>
#include <atomic>
#include <cinttypes>
#include <cstdio>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <thread>

#include "harness/cli.h"
#include "harness/core/augment.h"
#include "harness/core/text.h"
#include "harness/run/built_batch.h"
#include "harness/run/fault_run.h"
#include "harness/run/files.h"
#include "harness/run/process.h"

namespace fficheck {
namespace {

namespace fs = std::filesystem;
using End = FaultOutcome::End;

struct Row {
  const Fault* fault = nullptr;
  const Target* target = nullptr;
  FaultOutcome outcome;
};

/// What the rows have in common.
struct Run {
  std::uint64_t seed = 0;
  std::uint64_t cases = 0;
  double seconds = 0;
  std::string command;
};

std::string hex(std::uint64_t value) {
  char text[24];
  std::snprintf(text, sizeof text, "0x%" PRIx64, value);
  return text;
}

std::string rounded(double seconds) {
  char text[24];
  std::snprintf(text, sizeof text, "%.1f", seconds);
  return text;
}

Result<std::vector<Row>> choose_rows(const Program& program, const FaultOptions& options) {
  FFICHECK_TRY(const std::vector<const Target*> targets, choose_targets(program, options.targets));
  std::vector<Row> rows;
  for (const std::string& name : options.only) {
    if (std::none_of(program.faults.begin(), program.faults.end(),
                     [&](const Fault& f) { return f.id == name || f.name() == name; })) {
      std::string there;
      for (const Fault& f : program.faults) there += (there.empty() ? "" : ", ") + f.name();
      return input_error("no fault is named \"" + name + "\"", {}, "there are: " + there);
    }
  }
  for (const Fault& fault : program.faults) {
    const auto named = [&](const std::string& n) { return n == fault.id || n == fault.name(); };
    if (!options.only.empty() && std::none_of(options.only.begin(), options.only.end(), named))
      continue;
    const auto target = std::find_if(targets.begin(), targets.end(),
                                     [&](const Target* t) { return t->name() == fault.target; });
    if (target != targets.end()) rows.push_back({&fault, *target, {}});
  }
  if (rows.empty()) return input_error("no fault is left: --target and --only exclude each other");
  for (const Row& row : rows) FFICHECK_CHECK(FaultyTarget(*row.target, *row.fault).check_tools());
  return rows;
}

/// Laws that failed besides the row's own.
std::string others(const Row& row) {
  std::string out;
  for (const auto& [property, schemas] : row.outcome.failed_by)
    if (property != row.fault->property) out += (out.empty() ? "" : ", ") + property;
  return out;
}

std::string shape(const Row& row) {
  if (!row.outcome.found) return "";
  if (!row.outcome.confirmed) return "holds when it is replayed alone";
  const CaseSize size = size_of(*row.outcome.found);
  const auto count = [](std::size_t n, const char* what) {
    return std::to_string(n) + " " + what + (n == 1 ? "" : "s");
  };
  std::string out = count(size.types, "type") + ", " + count(size.functions, "function");
  if (size.steps > 0)
    out += ", " + count(size.steps, "step") + ", " +
           (size.leaves == 1 ? std::string("1 leaf") : std::to_string(size.leaves) + " leaves");
  return out;
}

void print_row(const Row& row) {
  const FaultOutcome& o = row.outcome;
  std::printf("%-12s %-18s by %-12s %3" PRIu64 " schemas %8" PRIu64 " values %5.1f s  %s\n",
              row.fault->name().c_str(), std::string(end_text(o.end)).c_str(),
              o.property.empty() ? "-" : o.property.c_str(), o.schemas, o.values, o.seconds,
              shape(row).c_str());
  std::printf("             %s\n", row.fault->sentence.c_str());
  if (!as_promised(o.end)) {
    std::printf("             must be caught by %s%s\n", row.fault->property.c_str(),
                row.fault->alone ? " alone" : "");
    if (!others(row).empty()) std::printf("             failed too: %s\n", others(row).c_str());
    if (o.found && !o.found->message.empty())
      std::printf("             %s\n", o.found->message.substr(0, 300).c_str());
    if (!o.note.empty()) std::printf("             %s\n", o.note.c_str());
  }
  std::fflush(stdout);
}

/// Runs the rows, several at a time, and tells each as it ends.
Result<void> run_rows(const Program& program, const FaultOptions& options, const Run& run,
                      std::vector<Row>& rows) {
  FFICHECK_TRY(const TempDir work, TempDir::create("fficheck-faults"));
  FaultSettings settings;
  for (const auto& property : program.properties) settings.properties.push_back(property.get());
  settings.source = program.generate;
  settings.cases = run.cases;
  settings.seed = run.seed;
  settings.stop = program.stop;
  std::atomic<std::size_t> next{0};
  std::mutex mutex;
  const auto work_on_rows = [&] {
    for (std::size_t i = next++; i < rows.size(); i = next++) {
      rows[i].outcome.end = End::Interrupted;
      if (program.stop != nullptr && program.stop->load()) continue;
      FaultSettings own = settings;
      own.work = work.path() / std::to_string(i);
      Result<FaultOutcome> outcome = run_fault(*rows[i].target, *rows[i].fault, own);
      const std::scoped_lock lock(mutex);
      if (outcome.ok()) {
        rows[i].outcome = std::move(outcome).value();
      } else {
        // The other rows may do without what is missing here.
        rows[i].outcome.end = End::Error;
        rows[i].outcome.note = outcome.error().text();
      }
      print_row(rows[i]);
    }
  };
  {
    const unsigned jobs =
        options.jobs != 0 ? options.jobs : std::clamp(std::thread::hardware_concurrency(), 1U, 16U);
    std::vector<std::jthread> threads;
    for (unsigned i = 0; i < jobs; ++i) threads.emplace_back(work_on_rows);
  }
  return {};
}

std::string json_of(const Run& run, const std::vector<Row>& rows) {
  nlohmann::json list = nlohmann::json::array();
  for (const Row& row : rows) {
    const FaultOutcome& o = row.outcome;
    nlohmann::json one = {{"id", row.fault->id},
                          {"target", row.fault->target},
                          {"sentence", row.fault->sentence},
                          {"expected_property", row.fault->property},
                          {"as_promised", as_promised(o.end)},
                          {"outcome", end_text(o.end)},
                          {"property", o.property},
                          {"failed_by", o.failed_by},
                          {"schemas", o.schemas},
                          {"values", o.values},
                          {"seconds", o.seconds},
                          {"shrink_s", o.shrink_s},
                          {"confirmed", o.confirmed}};
    if (!o.note.empty()) one["note"] = o.note;
    if (o.found) {
      const CaseSize size = size_of(*o.found);
      one["case"] = print_case(*o.found);
      one["size"] = {{"types", size.types},
                     {"functions", size.functions},
                     {"steps", size.steps},
                     {"leaves", size.leaves}};
    }
    list.push_back(std::move(one));
  }
  const nlohmann::json out = {{"version", 1},           {"seed", hex(run.seed)},
                              {"cases", run.cases},     {"elapsed_s", run.seconds},
                              {"command", run.command}, {"faults", std::move(list)}};
  return out.dump(1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

/// Prints what an edit changes in the bindings of schemas, as `diff` does.
Result<void> show_row(const Row& row, const std::vector<Schema>& schemas) {
  std::printf("%s: %s\n", row.fault->name().c_str(), row.fault->sentence.c_str());
  const FaultyTarget faulty(*row.target, *row.fault);
  std::vector<BatchEntry> batch;
  std::vector<Schema> carried;
  for (const Schema& schema : schemas) {
    Carried part = carried_part(*row.target, augment(schema));
    if (part.schema) carried.push_back(*std::move(part.schema));
  }
  for (const Schema& schema : carried)
    batch.push_back({entry_id(static_cast<std::uint32_t>(batch.size())), &schema});
  FFICHECK_TRY(const TempDir dir, TempDir::create("fficheck-faults"));
  FFICHECK_TRY(WriteReport ignored, write_files(dir.path() / "a", row.target->emit(batch)));
  FFICHECK_TRY(ignored, write_files(dir.path() / "b", faulty.emit(batch)));
  ProcessOptions diff;
  diff.command = {"diff", "-r", "-U2", "a", "b"};
  diff.dir = dir.path();
  FFICHECK_TRY(const ProcessEnd end, run_process(diff, std::chrono::seconds(60)));
  std::printf("%s%s\n", end.out.c_str(), end.out.empty() ? faulty.refusal().c_str() : "");
  return {};
}

int show(const std::vector<Row>& rows, const std::string& path) {
  const Result<std::vector<Schema>> schemas = read_schemas(path);
  if (!schemas.ok()) return report_error(schemas.error());
  for (const Row& row : rows)
    if (const Result<void> shown = show_row(row, schemas.value()); !shown.ok())
      return report_error(shown.error());
  return 0;
}

std::string today() {
  const std::time_t now = std::time(nullptr);
  char text[16];
  std::tm utc{};
  gmtime_r(&now, &utc);
  std::strftime(text, sizeof text, "%Y-%m-%d", &utc);
  return text;
}

std::string markdown_of(const Run& run, const std::vector<Row>& rows) {
  std::string out = "`" + run.command + "`, seed " + hex(run.seed) + ", " + today() + ", " +
                    rounded(run.seconds) + " s\n\n";
  out +=
      "| fault | what it does | outcome | by | also by | schemas | values | s | shrunk | s |\n"
      "|---|---|---|---|---|---|---|---|---|---|\n";
  for (const Row& row : rows) {
    const FaultOutcome& o = row.outcome;
    out += "| " + row.fault->name() + " | " + row.fault->sentence + " | " +
           std::string(end_text(o.end)) + " | " + o.property + " | " + others(row) + " | " +
           std::to_string(o.schemas) + " | " + std::to_string(o.values) + " | " +
           rounded(o.seconds) + " | " + shape(row) + " | " + rounded(o.shrink_s) + " |\n";
  }
  return out;
}

}  // namespace

int faults(const Program& program, const FaultOptions& options) {
  Run run{.cases = options.cases};
  for (const auto& [option, file] :
       {std::pair("--json", options.json), std::pair("--markdown", options.markdown)}) {
    if (file.empty()) continue;
    if (const Result<void> writable = check_writable(option, file); !writable.ok())
      return report_error(writable.error());
  }
  const Result<std::uint64_t> seed = choose_seed(options.seed);
  if (!seed.ok()) return report_error(seed.error());
  run.seed = seed.value();
  Result<std::vector<Row>> chosen = choose_rows(program, options);
  if (!chosen.ok()) return report_error(chosen.error());
  std::vector<Row>& rows = chosen.value();
  if (!options.show.empty()) return show(rows, options.show);
  run.command = "fficheck faults --seed " + hex(run.seed);
  const auto add = [&](const char* option, const std::vector<std::string>& names) {
    for (std::size_t i = 0; i < names.size(); ++i)
      run.command += (i == 0 ? std::string(" ") + option + " " : ",") + names[i];
  };
  add("--only", options.only);
  add("--target", options.targets);
  if (options.cases != FaultOptions().cases)
    run.command += " --cases " + std::to_string(options.cases);
  std::printf("seed %s, %zu faults\n", hex(run.seed).c_str(), rows.size());
  std::fflush(stdout);
  const auto started = std::chrono::steady_clock::now();
  const Result<void> ran = run_rows(program, options, run, rows);
  if (!ran.ok()) return report_error(ran.error());
  run.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
  const auto good = std::count_if(rows.begin(), rows.end(),
                                  [](const Row& r) { return as_promised(r.outcome.end); });
  std::printf("%td of %zu faults caught as promised, %.0f s\n", good, rows.size(), run.seconds);
  std::fflush(stdout);
  for (const auto& [file, text] : {std::pair(options.json, json_of(run, rows)),
                                   std::pair(options.markdown, markdown_of(run, rows))}) {
    if (file.empty()) continue;
    if (const Result<void> written = write_file(file, text); !written.ok())
      return report_error(written.error());
  }
  if (program.stop != nullptr && program.stop->load()) return 130;
  const bool error = std::any_of(rows.begin(), rows.end(),
                                 [](const Row& r) { return r.outcome.end == End::Error; });
  return error ? 3 : good == std::ssize(rows) ? 0 : 1;
}

}  // namespace fficheck

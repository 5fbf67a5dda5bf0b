#include <algorithm>
#include <array>
#include <cinttypes>
#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string_view>

#include "harness/run/files.h"
#include "reports/json_reading.h"
#include "reports/read.h"

namespace fficheck::reports {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

CoverageCounts coverage_of(const json& c) {
  CoverageCounts out;
  out.schemas = c.value("schemas", std::uint64_t{0});
  out.types = c.value("types", std::uint64_t{0});
  out.functions = c.value("functions", std::uint64_t{0});
  if (c.contains("kinds")) out.kinds = c.at("kinds").get<Counts>();
  if (c.contains("pairs")) out.pairs = c.at("pairs").get<std::map<std::string, Counts>>();
  for (const char* group : {"features", "params", "depths", "flat_params", "flat_results", "edges"})
    if (c.contains(group)) out.groups[group] = c.at(group).get<Counts>();
  if (c.contains("groups"))
    for (const auto& [name, counts] : c.at("groups").items())
      out.groups[name] = counts.get<Counts>();
  return out;
}

Result<Campaign> campaign_of(const json& object, const fs::path& file) {
  FFICHECK_TRY(Tally tally, tally_from_json(object));
  return reading(file, "a campaign's results", [&] {
    Campaign out;
    out.file = file.string();
    out.tally = std::move(tally);
    out.seed = text_of(object, "seed");
    out.profile = text_of(object, "profile");
    out.time = text_of(object, "time");
    if (const std::string program = text_of(object, "program"); !program.empty())
      out.program = program;
    out.elapsed_s = number_of(object, "elapsed_s").value_or(0);
    out.interrupted = object.value("interrupted", false);
    out.error = text_of(object, "error");
    if (object.contains("laws")) out.laws = facts_of(object.at("laws"));
    out.environment = environment_of(object);
    if (object.contains("coverage")) out.coverage = coverage_of(object.at("coverage"));
    return out;
  });
}

/// What a campaign's journal knows: it was killed, or still runs.
Result<Campaign> campaign_of_journal(const fs::path& dir) {
  Campaign out;
  out.file = dir.string();
  out.finished = false;
  if (const Result<json> state = read_object(dir / "state.json"); state.ok()) {
    char seed[24];
    std::snprintf(seed, sizeof seed, "0x%" PRIx64, state.value().value("seed", std::uint64_t{0}));
    out.seed = seed;
    out.profile = text_of(state.value(), "profile");
  }
  std::ifstream in(dir / "journal.jsonl");
  if (!in)
    return input_error("neither report.json nor a campaign's journal is there", dir.string());
  std::size_t number = 0;
  for (std::string line; std::getline(in, line);) {
    ++number;
    if (in.eof()) break;  // no line end: torn by a kill
    const json entry = json::parse(line, nullptr, false);
    if (!entry.is_object() || !entry.contains("tally"))
      return input_error("not a line of a campaign's journal",
                         (dir / "journal.jsonl").string() + ":" + std::to_string(number));
    FFICHECK_TRY(const Tally tally, tally_from_json(entry["tally"]));
    out.tally.add(tally);
    if (entry.contains("elapsed_s") && entry["elapsed_s"].is_number())
      out.elapsed_s = std::max(out.elapsed_s, entry["elapsed_s"].get<double>());
  }
  return out;
}

/// What `faults --json` calls an outcome: what it is here, and what a reader is told besides.
struct FaultWord {
  std::string_view word;
  FaultResult::Status status;
  std::string_view note;
};
constexpr std::array kFaultWords = std::to_array<FaultWord>({
    {"caught", FaultResult::Status::Caught, ""},
    {"CAUGHT BY ANOTHER", FaultResult::Status::Other, "noticed, but not by the law that must"},
    {"CRASH ALONE", FaultResult::Status::Other,
     "noticed by a crash alone, where a wrong value was to be seen"},
    {"NOT ALONE", FaultResult::Status::Other, "noticed by others too, where one law must be alone"},
    {"SURVIVED", FaultResult::Status::Survived, ""},
    {"NEVER SEEDED", FaultResult::Status::Broken, "never found its place in the generated code"},
    {"interrupted", FaultResult::Status::Broken, "interrupted"},
});

/// The lines of a section of a case's text, "--- NAME ---" to the next.
std::string section_of(const std::string& text, const std::string& name) {
  const std::string head = "--- " + name + " ---\n";
  const std::size_t at = text.find(head);
  if (at == std::string::npos) return {};
  const std::size_t from = at + head.size();
  const std::size_t to = text.find("\n--- ", from);
  return text.substr(from, to == std::string::npos ? to : to + 1 - from);
}

/// A header line of a case's text: "message: ...".
std::string header_of(const std::string& text, const std::string& name) {
  const std::string head = "\n" + name + ": ";
  const std::size_t at = text.find(head);
  if (at == std::string::npos || at > text.find("\n--- ")) return {};
  const std::size_t from = at + head.size();
  return text.substr(from, text.find('\n', from) - from);
}

FailureRecord shown_of(const std::string& text) {
  FailureRecord out;
  out.message = header_of(text, "message");
  out.schema = section_of(text, "schema");
  std::istringstream script(section_of(text, "script"));
  for (std::string line; std::getline(script, line);) out.steps.push_back(line);
  return out;
}

FaultResult fault_of(const json& f) {
  FaultResult out;
  out.id = f.at("id").get<std::string>();
  const std::string outcome = f.at("outcome").get<std::string>();
  for (const FaultWord& known : kFaultWords) {
    if (outcome != known.word) continue;
    out.status = known.status;
    out.note = known.note;
  }
  if (const std::string note = text_of(f, "note"); !note.empty()) out.note = note;
  out.sentence = text_of(f, "sentence");
  out.target = text_of(f, "target");
  out.expected = texts_of(f, "expected_property");
  if (const auto by = f.find("failed_by"); by != f.end())
    for (const auto& [law, schemas] : by->items()) out.caught_by.push_back(law);
  out.schemas = f.value("schemas", std::uint64_t{0});
  out.values = f.value("values", std::uint64_t{0});
  out.seconds = number_of(f, "seconds").value_or(0);
  if (const std::string text = text_of(f, "case"); !text.empty()) {
    out.shown = shown_of(text);
    out.shown->target = out.target;
    out.shown->property = text_of(f, "property");
    out.shown->shrunk = true;
    out.shown->confirmed = f.value("confirmed", true);
    out.shown->cut();
  }
  return out;
}

}  // namespace

Result<Campaign> read_campaign(const fs::path& path) {
  if (!fs::is_directory(path)) {
    FFICHECK_TRY(const json object, read_object(path));
    Result<Campaign> campaign = campaign_of(object, path);
    if (campaign.ok()) return campaign;
    Error error = std::move(campaign).error();
    if (error.where.empty()) error.where = path.string();
    return error;
  }
  if (fs::exists(path / "report.json")) return read_campaign(path / "report.json");
  FFICHECK_TRY(Result<Campaign> campaign,
               reading(path, "a campaign's journal", [&] { return campaign_of_journal(path); }));
  return campaign;
}

Result<FaultTable> read_faults(const fs::path& file) {
  FFICHECK_TRY(const json object, read_object(file));
  return reading(file, "a table of faults", [&] {
    FaultTable out;
    out.seed = text_of(object, "seed");
    out.time = text_of(object, "time");
    out.elapsed_s = number_of(object, "elapsed_s").value_or(0);
    out.environment = environment_of(object);
    for (const json& fault : object.at("faults")) {
      out.faults.push_back(fault_of(fault));
      out.interrupted = out.interrupted || fault.value("outcome", "") == "interrupted";
    }
    return out;
  });
}

}  // namespace fficheck::reports

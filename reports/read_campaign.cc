#include <cinttypes>
#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>

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
  for (const char* group : {"features", "params", "depths"})
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

FaultResult::Status status_of(const std::string& word) {
  for (const auto status : {FaultResult::Status::Caught, FaultResult::Status::Other,
                            FaultResult::Status::Survived, FaultResult::Status::Skipped})
    if (word == status_word(status)) return status;
  return FaultResult::Status::Broken;
}

FaultResult fault_of(const json& f) {
  FaultResult out;
  out.id = f.at("id").get<std::string>();
  out.status = status_of(f.at("status").get<std::string>());
  out.sentence = text_of(f, "sentence");
  out.target = text_of(f, "target");
  out.group = text_of(f, "group");
  out.origin = text_of(f, "origin");
  out.expected = texts_of(f, "expected");
  out.caught_by = texts_of(f, "caught_by");
  out.note = text_of(f, "note");
  out.schemas = f.value("schemas", std::uint64_t{0});
  out.values = f.value("values", std::uint64_t{0});
  out.seconds = number_of(f, "seconds").value_or(0);
  const auto shown = f.find("case");
  if (shown != f.end() && shown->is_object()) {
    FailureRecord record;
    record.target = out.target;
    if (!out.caught_by.empty()) record.property = out.caught_by.front();
    record.file = text_of(*shown, "file");
    record.message = text_of(*shown, "message");
    record.schema = text_of(*shown, "schema");
    record.steps = texts_of(*shown, "steps");
    record.shrunk = true;
    record.cut();
    out.replay = text_of(*shown, "replay");
    out.shown = std::move(record);
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
    out.interrupted = object.value("interrupted", false);
    out.environment = environment_of(object);
    for (const json& fault : object.at("faults")) out.faults.push_back(fault_of(fault));
    return out;
  });
}

}  // namespace fficheck::reports

#include "harness/run/journal.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <nlohmann/json.hpp>
#include <utility>

namespace fficheck {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

fs::path state_file(const fs::path& dir) { return dir / "state.json"; }
fs::path journal_file(const fs::path& dir) { return dir / "journal.jsonl"; }

json to_json(const CampaignIdentity& identity) {
  return {{"version", 1},
          {"seed", identity.seed},
          {"profile", identity.profile},
          {"values", identity.values},
          {"batch", identity.batch},
          {"leg_every", identity.leg_every},
          {"legs", identity.legs.empty() ? json() : json(identity.legs)},
          {"cases", identity.cases ? json(*identity.cases) : json()},
          {"targets", identity.targets},
          {"properties", identity.properties}};
}

Result<json> read_state(const fs::path& dir) {
  const fs::path file = state_file(dir);
  if (!fs::exists(file))
    return input_error("no campaign to resume in " + dir.string(), {},
                       "start one there without --resume");
  FFICHECK_TRY(const std::string text, read_file(file));
  json state = json::parse(text, nullptr, false);
  if (!state.is_object() || !state.contains("seed") || !state["seed"].is_number_unsigned())
    return input_error("not the state of a campaign", file.string(),
                       "start a new campaign without --resume");
  return state;
}

/// The keys in which two states differ: "values 200, now 100; ...".
std::string differences(const json& before, const json& now) {
  std::string out;
  for (const auto& [key, value] : now.items()) {
    const json old = before.value(key, json());
    if (old == value) continue;
    if (!out.empty()) out += "; ";
    out += key + " was " + old.dump() + ", now " + value.dump();
  }
  return out;
}

Error write_error(const fs::path& file) {
  return environment_error("cannot write " + file.string() + ": " + std::strerror(errno),
                           "free some space there, or choose another directory; then --resume");
}

/// Takes one line of a journal in; false where it is none.
bool take_line(const std::string& line, Finished& finished) {
  const json entry = json::parse(line, nullptr, false);
  if (!entry.is_object() || !entry.contains("unit") || !entry["unit"].is_string() ||
      !entry.contains("elapsed_s") || !entry["elapsed_s"].is_number() || !entry.contains("tally"))
    return false;
  Result<Tally> tally = tally_from_json(entry["tally"]);
  if (!tally.ok()) return false;
  if (!finished.units.insert(entry["unit"].get<std::string>()).second) return true;
  finished.tally.add(tally.value());
  finished.elapsed_s = std::max(finished.elapsed_s, entry["elapsed_s"].get<double>());
  return true;
}

}  // namespace

Result<void> Journal::open_for_append(const fs::path& file) {
  file_ = file;
  fd_ = UniqueFd(::open(file.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC));
  if (!fd_.valid()) return write_error(file);
  return {};
}

Result<Journal> Journal::begin(const fs::path& dir, const CampaignIdentity& identity) {
  Journal journal;
  std::error_code none;
  if (fs::exists(state_file(dir)) && fs::file_size(journal_file(dir), none) > 0 && !none)
    return input_error("a campaign's results are in " + dir.string() + " already", {},
                       "go on with it by --resume, or choose another directory");
  FFICHECK_CHECK(write_file(journal_file(dir), ""));
  FFICHECK_CHECK(write_file(state_file(dir), to_json(identity).dump(1) + "\n"));
  FFICHECK_CHECK(journal.open_for_append(journal_file(dir)));
  return journal;
}

Result<Journal> Journal::resume(const fs::path& dir, const CampaignIdentity& identity) {
  FFICHECK_TRY(const json state, read_state(dir));
  if (const std::string changed = differences(state, to_json(identity)); !changed.empty())
    return input_error("the campaign in " + dir.string() + " is another one: " + changed, {},
                       "resume with the options it was started with");
  Journal journal;
  const fs::path file = journal_file(dir);
  FFICHECK_TRY(const std::string text, read_file(file, 1u << 30));
  std::size_t line_number = 0;
  std::size_t whole = 0;
  while (whole < text.size()) {
    const std::size_t end = text.find('\n', whole);
    if (end == std::string::npos) break;  // torn by a kill
    ++line_number;
    if (!take_line(text.substr(whole, end - whole), journal.finished_)) {
      if (end + 1 == text.size()) break;
      return input_error("not a line of a campaign's journal",
                         file.string() + ":" + std::to_string(line_number),
                         "start a new campaign without --resume; saved cases stay");
    }
    whole = end + 1;
  }
  FFICHECK_CHECK(journal.open_for_append(file));
  if (::ftruncate(journal.fd_.get(), static_cast<off_t>(whole)) != 0) return write_error(file);
  return journal;
}

Result<std::uint64_t> Journal::saved_seed(const fs::path& dir) {
  FFICHECK_TRY(const json state, read_state(dir));
  return state["seed"].get<std::uint64_t>();
}

Result<void> Journal::finish(const std::string& unit, const Tally& tally, double elapsed_s) {
  const std::string line =
      json{{"unit", unit}, {"elapsed_s", elapsed_s}, {"tally", fficheck::to_json(tally)}}.dump(
          -1, ' ', false, json::error_handler_t::replace) +
      "\n";
  const off_t before = ::lseek(fd_.get(), 0, SEEK_END);
  for (std::size_t done = 0; done < line.size();) {
    const ssize_t n = ::write(fd_.get(), line.data() + done, line.size() - done);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) {
      const Error error = write_error(file_);
      // Nothing half-written; where even this fails, resume() cuts the torn line off.
      if (::ftruncate(fd_.get(), before) != 0) return error;
      return error;
    }
    done += static_cast<std::size_t>(n);
  }
  if (::fdatasync(fd_.get()) != 0 && errno != EINVAL) return write_error(file_);
  return {};
}

}  // namespace fficheck

#include "harness/run/built_batch.h"

#include <algorithm>
#include <cctype>
#include <numeric>
#include <set>
#include <system_error>
#include <utility>

#include "harness/run/files.h"
#include "harness/run/start_stage.h"

namespace fficheck {
namespace {

namespace fs = std::filesystem;

void remove_tree(const fs::path& dir) {
  std::error_code ignored;
  fs::remove_all(dir, ignored);
}

EntrySet without(const EntrySet& set, const std::map<std::uint32_t, BuildFailure>& removed) {
  EntrySet out;
  std::copy_if(set.begin(), set.end(), std::back_inserter(out),
               [&](std::uint32_t entry) { return !removed.contains(entry); });
  return out;
}

const BuildFailure* find(const std::map<std::uint32_t, BuildFailure>& faults, std::size_t schema) {
  const auto found = faults.find(static_cast<std::uint32_t>(schema));
  return found == faults.end() ? nullptr : &found->second;
}

}  // namespace

Carried carried_part(const Target& target, const Schema& schema) {
  Carried out;
  std::vector<Function> keep;
  for (const Function& f : schema.functions()) {
    if (auto reason = target.unsupported(schema, f))
      out.reasons.push_back(*std::move(reason));
    else
      keep.push_back(f);
  }
  if (keep.empty()) return out;
  std::size_t imports = 0;
  for (const Function& f : schema.imports()) {
    if (target.unsupported(schema, f)) continue;
    ++imports;
    if (std::find(keep.begin(), keep.end(), f) == keep.end()) keep.push_back(f);
  }
  const bool whole =
      target.carries_unused_types() && out.reasons.empty() && imports == schema.imports().size();
  out.schema = whole ? schema : restrict_to(schema, keep);
  return out;
}

BuiltBatch::BuiltBatch(const Target& target, std::vector<const Schema*> schemas,
                       BatchSettings settings)
    : target_(target), schemas_(std::move(schemas)), settings_(std::move(settings)) {}

BuiltBatch::~BuiltBatch() {
  const PhaseTimer timer(settings_.phases, "remove");
  if (!settings_.keep) remove_tree(settings_.dir);
}

Result<std::unique_ptr<BuiltBatch>> BuiltBatch::make(const Target& target,
                                                     std::vector<const Schema*> schemas,
                                                     BatchSettings settings) {
  std::unique_ptr<BuiltBatch> batch(
      new BuiltBatch(target, std::move(schemas), std::move(settings)));
  EntrySet all(batch->schemas_.size());
  std::iota(all.begin(), all.end(), 0U);
  FFICHECK_CHECK(batch->build(std::move(all)));
  return batch;
}

std::vector<BatchEntry> BuiltBatch::entries_of(const EntrySet& set) const {
  std::vector<BatchEntry> entries;
  entries.reserve(set.size());
  for (const std::uint32_t entry : set) entries.push_back({entry_id(entry), schemas_[entry]});
  return entries;
}

BuildOptions BuiltBatch::options(const fs::path& dir) const {
  return {dir, settings_.leg, settings_.build_limit};
}

Result<void> BuiltBatch::write(const fs::path& dir, const EntrySet& set) const {
  FileSet files;
  {
    const PhaseTimer timer(settings_.phases, "emit");
    files = target_.emit(entries_of(set));
  }
  const PhaseTimer timer(settings_.phases, "write");
  remove_tree(dir);
  FFICHECK_TRY(const WriteReport report, write_files(dir, files));
  if (report.written == 0)
    return environment_error("target " + std::string(target_.name()) + " emitted nothing");
  return {};
}

Result<std::optional<BuildFailure>> BuiltBatch::attempt(const fs::path& dir, bool linting) const {
  FFICHECK_TRY(std::optional<BuildFailure> failure,
               linting ? target_.lint(options(dir)) : target_.build(options(dir)));
  if (!failure) return failure;
  for (const char* sign : {"o space left on device", "isk quota exceeded"}) {
    if (failure->log.find(sign) != std::string::npos)
      return environment_error(
          "no space left for the build in " + dir.string() + ": " + failure_line(*failure),
          "free some space there, or name another directory with --save; "
          "TMPDIR and GOCACHE may be full too");
  }
  return failure;
}

Result<Bisection> BuiltBatch::search(const EntrySet& set, const BuildFailure& failure,
                                     bool linting) {
  const fs::path dir = settings_.dir / (linting ? "bisect-lint" : "bisect");
  const BuildSubset attempt = [&](const EntrySet& part) -> Result<std::optional<BuildFailure>> {
    FFICHECK_CHECK(write(dir, part));
    return this->attempt(dir, linting);
  };
  Result<Bisection> found = bisect(set, failure, attempt, settings_.max_builds);
  if (!settings_.keep) remove_tree(dir);
  return found;
}

EntrySet BuiltBatch::without_faults(const EntrySet& set) const {
  return without(without(set, build_faults_), unresolved_);
}

void BuiltBatch::note(const Bisection& found, std::map<std::uint32_t, BuildFailure>& faults) {
  for (const Culprit& culprit : found.culprits) faults[culprit.entry] = culprit.failure;
  for (const Bisection::Clash& clash : found.clashes) {
    // One of them goes, so that the rest can be tried.
    BuildFailure failure = clash.failure;
    failure.log = std::string(failure.stage == kStartStage ? "starts" : "builds") +
                  " alone, but not beside " + std::to_string(clash.entries.size() - 1) +
                  " other schemas of its batch: error: " + failure_line(clash.failure) + "\n" +
                  failure.log;
    faults[clash.entries.front()] = std::move(failure);
  }
  for (const Bisection::Clash& rest : found.unresolved)
    for (const std::uint32_t entry : rest.entries) unresolved_[entry] = rest.failure;
}

Result<std::optional<BuildFailure>> BuiltBatch::timed_build() const {
  const PhaseTimer timer(settings_.phases, "build");
  return attempt(built_dir_, false);
}

Result<void> BuiltBatch::build(EntrySet set) {
  built_dir_ = settings_.dir / "batch";
  while (!set.empty()) {
    FFICHECK_CHECK(write(built_dir_, set));
    FFICHECK_TRY(const std::optional<BuildFailure> failure, timed_build());
    if (!failure) break;
    FFICHECK_TRY(const Bisection found, search(set, *failure, false));
    note(found, build_faults_);
    const EntrySet rest = without_faults(set);
    if (rest.size() == set.size())
      return environment_error("a build of target " + std::string(target_.name()) +
                               " fails, and no schema is at fault: " + failure_line(*failure));
    set = rest;
  }
  built_ = std::move(set);
  return {};
}

Result<void> BuiltBatch::lint() {
  if (built_.empty()) return {};
  const PhaseTimer timer(settings_.phases, "lint");
  FFICHECK_TRY(const std::optional<BuildFailure> failure, attempt(built_dir_, true));
  if (!failure) return {};
  FFICHECK_TRY(const Bisection found, search(built_, *failure, true));
  note(found, lint_faults_);
  return {};
}

Result<std::unique_ptr<WatchedSession>> BuiltBatch::open() const {
  const std::vector<BatchEntry> entries = entries_of(built_);
  FFICHECK_TRY(std::unique_ptr<Session> session,
               target_.open(options(built_dir_), entries, settings_.call_limit));
  return std::make_unique<WatchedSession>(std::move(session));
}

std::optional<std::uint32_t> BuiltBatch::session_index(std::size_t schema) const {
  const auto at = std::lower_bound(built_.begin(), built_.end(), schema);
  if (at == built_.end() || *at != schema) return std::nullopt;
  return static_cast<std::uint32_t>(at - built_.begin());
}

const BuildFailure* BuiltBatch::build_fault(std::size_t schema) const {
  return find(build_faults_, schema);
}
const BuildFailure* BuiltBatch::lint_fault(std::size_t schema) const {
  return find(lint_faults_, schema);
}
const BuildFailure* BuiltBatch::unresolved(std::size_t schema) const {
  return find(unresolved_, schema);
}

Verdict judge_build(const Property& law, const BuiltBatch& batch, std::size_t schema) {
  const auto stages = law.stages();
  const auto is_ours = [&](const BuildFailure& failure) {
    return std::find(stages.begin(), stages.end(), failure.stage) != stages.end();
  };
  for (const BuildFailure* fault : {batch.build_fault(schema), batch.lint_fault(schema)}) {
    if (fault == nullptr) continue;
    if (is_ours(*fault))
      return {.outcome = Verdict::Outcome::Fail, .message = failure_line(*fault)};
    return {.outcome = Verdict::Outcome::Broken,
            .message = "not judged, since " + failure_line(*fault)};
  }
  if (const BuildFailure* fault = batch.unresolved(schema))
    return {.outcome = Verdict::Outcome::Broken,
            .message = "not judged: too many schemas at fault in its batch, the last for " +
                       failure_line(*fault)};
  return {.outcome = Verdict::Outcome::Pass};
}

namespace {

/// The first line that tells an error, else the first that is not blank.
std::string_view telling_line(std::string_view log) {
  std::string_view first;
  for (std::size_t at = 0; at < log.size();) {
    const std::size_t end = std::min(log.find('\n', at), log.size());
    const std::string_view line = log.substr(at, end - at);
    at = end + 1;
    if (line.find_first_not_of(" \t\r") == std::string_view::npos || line.front() == '#') continue;
    if (line.find("error") != std::string_view::npos || line.find(".go:") != std::string_view::npos)
      return line;
    if (first.empty()) first = line;
  }
  return first;
}

bool starts_word(std::string_view text, std::size_t at) {
  return at == 0 || std::isalnum(static_cast<unsigned char>(text[at - 1])) == 0;
}

/// Length of an entry's id ("c017") at `at`, 0 where none is.
std::size_t id_length(std::string_view text, std::size_t at) {
  if ((text[at] != 'c' && text[at] != 'C') || !starts_word(text, at)) return 0;
  std::size_t end = at + 1;
  while (end < text.size() && std::isdigit(static_cast<unsigned char>(text[end])) != 0) ++end;
  return end - at >= 4 ? end - at : 0;
}

/// Length of the directories of an absolute path at `at`, up to its last slash.
std::size_t directory_length(std::string_view text, std::size_t at) {
  if (text[at] != '/' || (at != 0 && std::isspace(static_cast<unsigned char>(text[at - 1])) == 0))
    return 0;
  const std::size_t end = std::min(text.find_first_of(" \t:\"'", at), text.size());
  const std::size_t slash = text.rfind('/', end - 1);
  return slash > at ? slash - at + 1 : 0;
}

}  // namespace

std::string failure_line(const BuildFailure& failure) {
  const std::string_view line = telling_line(failure.log).substr(0, 500);
  std::string out = failure.stage + ": ";
  for (std::size_t i = 0; i < line.size();) {
    if (const std::size_t dirs = directory_length(line, i)) {
      i += dirs;
    } else if (const std::size_t id = id_length(line, i)) {
      out += line[i];
      out += "000";
      i += id;
    } else {
      const char c = line[i++];
      out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
    }
  }
  return out;
}

}  // namespace fficheck

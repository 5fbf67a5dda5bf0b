#include <algorithm>
#include <cstdio>
#include <filesystem>

#include "harness/cli.h"
#include "harness/cli_progress.h"
#include "harness/core/text.h"
#include "harness/run/files.h"
#include "harness/run/replay.h"

namespace fficheck {
namespace {

namespace fs = std::filesystem;
using Judgement = ReplayVerdict::Judgement;

/// Case files named by the arguments; of a directory those that end in .case, by name.
Result<std::vector<std::string>> case_files(const std::vector<std::string>& paths) {
  std::vector<std::string> files;
  for (const std::string& path : paths) {
    std::error_code error;
    if (!fs::is_directory(path, error)) {
      files.push_back(path);
      continue;
    }
    const std::size_t before = files.size();
    fs::directory_iterator entries(path, error);
    if (error) return input_error("cannot read: " + error.message(), path);
    for (const fs::directory_entry& entry : entries)
      if (entry.path().extension() == ".case") files.push_back(entry.path().string());
    if (files.size() == before) return input_error("no *.case file in this directory", path);
    std::sort(files.begin() + static_cast<std::ptrdiff_t>(before), files.end());
  }
  return files;
}

/// What a case names must exist, so that a misspelt name is not taken for a skip.
Result<void> check_names(const Program& program, const Case& c, const std::string& file) {
  for (const auto& [result, what] :
       {std::pair{c.target.empty() ? Result<void>() : [&]() -> Result<void> {
                    const TargetLeg named = parse_target_leg(c.target);
                    FFICHECK_TRY(const auto targets, choose_targets(program, {named.target}));
                    const auto legs = targets[0]->legs();
                    if (named.leg != "plain" &&
                        std::find(legs.begin(), legs.end(), named.leg) == legs.end())
                      return input_error("target " + named.target + " has no leg \"" + named.leg +
                                         "\"");
                    return {};
                  }(),
                  "target"},
        std::pair{c.property.empty() ? Result<void>() : [&]() -> Result<void> {
                    FFICHECK_TRY(const auto found, choose_properties(program, {c.property}));
                    (void)found;
                    return {};
                  }(),
                  "property"}}) {
    if (result.ok()) continue;
    Error error = result.error();
    error.where = file;
    error.message = std::string(what) + ": " + error.message;
    return error;
  }
  return {};
}

const char* word(Judgement judgement) {
  switch (judgement) {
    case Judgement::Held: return "holds";
    case Judgement::KnownFailure: return "fails as known";
    case Judgement::Failed: return "FAILED";
    case Judgement::UnexpectedPass: return "FAILED: holds, though its file has a message";
    case Judgement::ChangedMessage: return "FAILED: another message";
    case Judgement::NotCompared: return "skipped";
  }
  return "";
}

void print(const Program& program, const std::string& file, const Case& c, const ReplayVerdict& v) {
  std::printf("%s: %s %s: %s", file.c_str(), v.target.c_str(), v.property.c_str(),
              word(v.judgement));
  switch (v.judgement) {
    case Judgement::Held:
    case Judgement::KnownFailure: std::printf("\n"); break;
    case Judgement::NotCompared:
      std::printf(": %s\n", plain_message(v.verdict.message).c_str());
      break;
    case Judgement::Failed: {
      std::printf("\n");
      Failure failure;
      failure.shrunk = c;
      failure.shrunk.target = v.target;
      failure.shrunk.property = v.property;
      failure.shrunk.message = plain_message(v.verdict.message);
      failure.file = file;
      print_failure(program, failure);
      break;
    }
    case Judgement::UnexpectedPass:
      std::printf(
          "\n  expected: %s\n  if it is mended, take the line \"message:\" out of the file\n",
          c.message.c_str());
      break;
    case Judgement::ChangedMessage:
      std::printf("\n  expected: %s\n  seen:     %s\n", c.message.c_str(),
                  plain_message(v.verdict.message).c_str());
      break;
  }
}

}  // namespace

int replay(const Program& program, const ReplayOptions& options) {
  const auto targets = choose_targets(program, options.targets);
  if (!targets.ok()) return report_error(targets.error());
  const auto properties = choose_properties(program, options.properties);
  if (!properties.ok()) return report_error(properties.error());
  const auto files = case_files(options.paths);
  if (!files.ok()) return report_error(files.error());

  std::vector<Case> cases;
  int status = 0;
  for (const std::string& file : files.value()) {
    Result<std::string> text = read_file(file, kMaxTextBytes);
    if (!text.ok()) {
      status = report_error(text.error());
      continue;
    }
    Result<Case> c = parse_case(text.value(), file);
    const Result<void> named = c.ok() ? check_names(program, c.value(), file) : Result<void>();
    if (!c.ok() || !named.ok()) {
      status = report_error(c.ok() ? named.error() : c.error());
      continue;
    }
    // A target on the command line stands in for the case's own.
    if (!options.targets.empty()) c.value().target.clear();
    cases.push_back(std::move(c).value());
  }
  if (status != 0) return status;

  const Result<TempDir> work = TempDir::create("fficheck-replay");
  if (!work.ok()) return report_error(work.error());
  const auto verdicts =
      replay_cases(cases, targets.value(), properties.value(), {.work = work.value().path()});
  if (!verdicts.ok()) return report_error(verdicts.error());
  std::vector<ReplayVerdict> sorted = verdicts.value();
  std::stable_sort(
      sorted.begin(), sorted.end(),
      [](const ReplayVerdict& a, const ReplayVerdict& b) { return a.index < b.index; });
  for (const ReplayVerdict& v : sorted) print(program, files.value()[v.index], cases[v.index], v);
  std::fflush(stdout);
  status = exit_status(sorted);
  if (status == 2) std::fprintf(stderr, "fficheck: nothing was compared\n");
  return status;
}

}  // namespace fficheck

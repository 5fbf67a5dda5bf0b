#include "bench/track/builds.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <system_error>
#include <utility>

#include "harness/run/files.h"
#include "harness/run/process.h"

namespace fficheck {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using namespace std::chrono_literals;

constexpr std::string_view kFacts = "fficheck_build.json";
constexpr std::string_view kProgram = "fficheck_bench";

Error disk_error(const std::string& what, const std::error_code& error) {
  return environment_error("cannot " + what + ": " + error.message());
}

std::map<std::string, std::string> read_facts(const fs::path& dir) {
  std::map<std::string, std::string> out;
  const Result<std::string> text = read_file(dir / kFacts);
  if (!text.ok()) return out;
  const json facts = json::parse(text.value(), nullptr, false);
  if (!facts.is_object()) return out;
  for (const auto& [key, value] : facts.items())
    out[key] = value.is_string() ? value.get<std::string>() : value.dump();
  return out;
}

/// Standard output of a command that must succeed, without the newline at its end.
Result<std::string> output_of(std::vector<std::string> command, const fs::path& dir,
                              std::chrono::milliseconds limit) {
  ProcessOptions options;
  options.command = std::move(command);
  options.dir = dir;
  options.output_limit = 4u << 20;
  FFICHECK_TRY(ProcessEnd end, run_process(options, limit));
  if (!end.success()) {
    std::string said = end.err.empty() ? end.out : end.err;
    said = said.substr(said.size() - std::min<std::size_t>(said.size(), 4000));
    return environment_error(options.command[0] + ": " + end.how() + "\n" + said);
  }
  while (end.out.ends_with('\n')) end.out.pop_back();
  return std::move(end.out);
}

/// The full name of a commit; nothing where there is none of that name.
std::optional<std::string> find_commit(const std::string& what, const fs::path& repository) {
  if (what.empty() || what.starts_with('-')) return std::nullopt;
  Result<std::string> found =
      output_of({"git", "rev-parse", "--verify", "--quiet", "--end-of-options", what + "^{commit}"},
                repository, 30s);
  if (!found.ok()) return std::nullopt;
  // --verify prints the option that ends options, before git 2.30's fix.
  std::string commit = std::move(found).value();
  commit.erase(0, commit.rfind('\n') + 1);
  return commit;
}

/// What two builds must share to be of one commit and still differ: compilers and flags.
std::string toolchain_key(const Build& candidate) {
  std::string all;
  for (const char* key : {"c", "cxx", "go", "rustc", "build_type"})
    all += candidate.fact(key) + '\n';
  std::uint64_t hash = 0xcbf29ce484222325;  // FNV-1a
  for (const char c : all) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  char text[17];
  std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(hash));
  return std::string(text, 8);
}

/// Does something when it goes.
class Finally {
 public:
  explicit Finally(std::function<void()> f) : f_(std::move(f)) {}
  Finally(const Finally&) = delete;
  Finally& operator=(const Finally&) = delete;
  ~Finally() { f_(); }

 private:
  std::function<void()> f_;
};

Result<void> build_tree(const fs::path& source, const Build& candidate) {
  const std::string type = candidate.fact("build_type");
  std::vector<std::string> configure{"cmake", "--preset", "default"};
  if (!type.empty()) configure.push_back("-DCMAKE_BUILD_TYPE=" + type);
  FFICHECK_CHECK(output_of(configure, source, 10min));
  FFICHECK_TRY(const std::string targets,
               output_of({"cmake", "--build", "build", "--target", "help"}, source, 5min));
  std::vector<std::string> build{"cmake",      "--build",  "build",
                                 "--parallel", "--target", "fficheck_bench"};
  for (const char* target : {"fficheck_build_info", "fficheck_benches"})
    if (targets.find(std::string(target) + ":") != std::string::npos) build.emplace_back(target);
  FFICHECK_CHECK(output_of(build, source, 2h));
  return {};
}

Result<Build> build_commit(const std::string& commit, const std::string& name,
                           const BuildPlaces& places, const Build& candidate) {
  const fs::path builds = places.cache / "builds";
  const fs::path dest = builds / (commit.substr(0, 16) + "-" + toolchain_key(candidate));
  FFICHECK_CHECK(make_dirs(builds));
  std::error_code error;
  if (fs::exists(dest, error)) return read_build(dest, name);
  FFICHECK_TRY(const DirLock lock, DirLock::take(builds));
  const fs::path source = dest.string() + ".source";
  const auto forget = [&] {
    (void)output_of({"git", "worktree", "remove", "--force", source.string()}, places.repository,
                    1min);
    std::error_code ignored;
    fs::remove_all(source, ignored);
    (void)output_of({"git", "worktree", "prune"}, places.repository, 1min);
  };
  forget();  // what a killed run left behind
  FFICHECK_CHECK(
      output_of({"git", "worktree", "add", "--detach", "--force", source.string(), commit},
                places.repository, 5min));
  const Finally cleanup(forget);
  const Result<void> built = build_tree(source, candidate);
  if (!built.ok()) {
    Error e = built.error();
    e.message = "building " + name + " (" + commit.substr(0, 12) + "): " + e.message;
    e.remedy = "choose a commit that builds here, or give a build directory";
    return e;
  }
  FFICHECK_TRY(Build made, read_build(source / "build", name));
  made.facts.try_emplace("commit", commit);
  return store_build(made, dest);
}

bool is_program(const fs::directory_entry& entry) {
  const std::string name = entry.path().filename().string();
  std::error_code error;
  return (name == kProgram || name.starts_with(std::string(kProgram) + "_")) &&
         entry.is_regular_file(error) && access(entry.path().c_str(), X_OK) == 0;
}

}  // namespace

std::string Build::fact(const std::string& key) const {
  const auto found = facts.find(key);
  return found == facts.end() ? "" : found->second;
}

Result<Build> read_build(const fs::path& dir, std::string name) {
  Build out{dir, std::move(name), read_facts(dir), {}};
  std::error_code error;
  fs::directory_iterator entries(dir, error);
  if (error) return input_error("cannot read: " + error.message(), dir.string());
  for (const fs::directory_entry& entry : entries)
    if (is_program(entry)) out.programs.push_back(entry.path().filename().string());
  if (out.programs.empty()) {
    return input_error("no bench program fficheck_bench is in this directory", dir.string(),
                       "build it: scripts/build default fficheck_bench");
  }
  std::sort(out.programs.begin(), out.programs.end());
  return out;
}

Result<Build> find_baseline(const std::string& what, const BuildPlaces& places,
                            const Build& candidate) {
  std::error_code error;
  if (fs::is_directory(what, error)) return read_build(fs::absolute(what), what);
  if (check_anchor_name(what).ok() && fs::is_directory(places.anchors / what, error))
    return read_build(places.anchors / what, what);
  if (const auto commit = find_commit(what, places.repository))
    return build_commit(*commit, what, places, candidate);
  return input_error("\"" + what + "\" is no build directory, no stored anchor and no commit", {},
                     "anchors are made with `fficheck track pin NAME`; commits are looked up in " +
                         places.repository.string());
}

Result<void> copy_program(const fs::path& program, const fs::path& dir) {
  std::error_code error;
  fs::copy_file(program, dir / program.filename(), error);
  if (error) return disk_error("copy " + program.string(), error);
  const fs::path needs = program.string() + ".d";
  if (fs::is_directory(needs))
    fs::copy(needs, dir / needs.filename(), fs::copy_options::recursive, error);
  if (error) return disk_error("copy " + needs.string(), error);
  return {};
}

Result<Build> store_build(const Build& build, const fs::path& dir) {
  FFICHECK_CHECK(make_dirs(dir.parent_path()));
  // Beside its place, so that the last step is one rename.
  FFICHECK_TRY(TempDir work, TempDir::create("." + dir.filename().string(), dir.parent_path()));
  for (const std::string& program : build.programs)
    FFICHECK_CHECK(copy_program(build.dir / program, work.path()));
  const json facts(build.facts);
  FFICHECK_CHECK(write_file(work.path() / kFacts, facts.dump() + "\n"));
  std::error_code error;
  fs::remove_all(dir, error);
  fs::rename(work.path(), dir, error);
  if (error) return disk_error("make " + dir.string(), error);
  (void)work.keep();
  return read_build(dir, build.name);
}

Result<void> check_anchor_name(const std::string& name) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
  };
  if (!name.empty() && name.size() <= 100 && name[0] != '.' && name[0] != '-' &&
      std::all_of(name.begin(), name.end(), allowed))
    return {};
  return input_error("\"" + name + "\" is no name of an anchor", {},
                     "letters, digits, '.', '_' and '-', a letter or digit first");
}

}  // namespace fficheck

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <filesystem>
#include <map>
#include <random>

#include "harness/cli.h"
#include "harness/core/listed.h"
#include "harness/core/text.h"

namespace fficheck {
namespace {

template <class T>
Result<std::vector<const T*>> choose(const std::vector<std::unique_ptr<T>>& all,
                                     const std::vector<std::string>& names, const char* what) {
  std::vector<const T*> chosen;
  for (const std::string& name : names) {
    const auto found =
        std::find_if(all.begin(), all.end(), [&](const auto& t) { return t->name() == name; });
    if (found == all.end()) {
      std::string there;
      for (const auto& t : all) there += (there.empty() ? "" : ", ") + std::string(t->name());
      return input_error("no " + std::string(what) + " is named \"" + name + "\"", {},
                         "there are: " + there);
    }
    if (std::find(chosen.begin(), chosen.end(), found->get()) == chosen.end())
      chosen.push_back(found->get());
  }
  if (names.empty())
    for (const auto& t : all) chosen.push_back(t.get());
  return chosen;
}

}  // namespace

int report_error(const Error& error) {
  std::fflush(stdout);
  std::fprintf(stderr, "fficheck: %s\n", error.text().c_str());
  return exit_status(error);
}

Result<std::uint64_t> choose_seed(const std::string& text) {
  if (text.empty()) {
    std::random_device device;
    return (std::uint64_t{device()} << 32) ^ device();
  }
  const bool hex = text.starts_with("0x") || text.starts_with("0X");
  const char* first = text.data() + (hex ? 2 : 0);
  const char* last = text.data() + text.size();
  std::uint64_t seed = 0;
  const auto [end, error] = std::from_chars(first, last, seed, hex ? 16 : 10);
  if (error != std::errc() || end != last || first == last)
    return input_error("--seed " + text + " is no number of 64 bits", {},
                       "write it in decimal or as 0x...");
  return seed;
}

Result<void> check_writable(const std::string& option, const std::string& name) {
  const std::filesystem::path file = name;
  const std::filesystem::path dir =
      file.has_parent_path() ? file.parent_path() : std::filesystem::path(".");
  if (std::filesystem::is_directory(file))
    return input_error(option + " " + name + " is a directory", {}, "name a file");
  if (!std::filesystem::is_directory(dir) || ::access(dir.c_str(), W_OK) != 0)
    return environment_error("cannot write " + name, "make its directory, or name another one");
  return {};
}

Result<std::vector<const Target*>> choose_targets(const Program& program,
                                                  const std::vector<std::string>& names) {
  return choose(program.targets, names, "target");
}

Result<std::vector<const Property*>> choose_properties(const Program& program,
                                                       const std::vector<std::string>& names) {
  return choose(program.properties, names, "property");
}

Result<std::vector<Schema>> read_schemas(const std::string& path,
                                         std::vector<ParsedWit::Skipped>* left_out) {
  Result<ParsedWit> read = parse_wit_path(path);
  if (!read.ok()) {
    Error error = std::move(read).error();
    if (error.where.empty() && error.message.find(path) == std::string::npos) error.where = path;
    return error;
  }
  ParsedWit parsed = std::move(read).value();
  std::map<std::string, std::vector<std::string>> by_reason;
  for (const ParsedWit::Skipped& s : parsed.skipped)
    by_reason[s.reason].push_back(s.interface + (s.where.empty() ? "" : " (" + s.where + ")"));
  for (const auto& [reason, all] : by_reason) {
    std::fprintf(stderr, "left out, %zu: %s: %s\n", all.size(), reason.c_str(),
                 listed(all).c_str());
  }
  if (parsed.schemas.empty())
    return input_error(
        "no interface that makes a schema", path,
        parsed.skipped.empty()
            ? "interfaces of the packages it uses do not count: name their own directories"
            : "");
  if (left_out != nullptr) *left_out = std::move(parsed.skipped);
  return std::move(parsed.schemas);
}

}  // namespace fficheck

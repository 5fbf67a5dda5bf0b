#include "bench/track/google.h"

#include <unistd.h>

#include <chrono>
#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "harness/run/environment.h"
#include "harness/run/files.h"
#include "harness/run/process.h"

namespace fficheck {
namespace {

using nlohmann::json;
using namespace std::chrono_literals;

/// The JSON of one program; nothing where it was stopped, an empty object where it has nothing that
/// matches.
Result<std::optional<json>> run_program(const std::filesystem::path& program,
                                        const GoogleOptions& options) {
  FFICHECK_TRY(const TempDir dir, TempDir::create("fficheck-bench"));
  const std::filesystem::path out = dir.path() / "out.json";
  ProcessOptions process;
  process.command = {program.string(), "--benchmark_out=" + out.string(),
                     "--benchmark_out_format=json"};
  if (!options.filter.empty()) process.command.push_back("--benchmark_filter=" + options.filter);
  // Seconds. What differs between two runs differs between processes, however long each measures.
  process.command.emplace_back(options.quick ? "--benchmark_min_time=0.01"
                                             : "--benchmark_min_time=0.2");
  process.descriptors = {{STDOUT_FILENO, 1}};
  FFICHECK_TRY(ChildProcess child, ChildProcess::start(process));
  std::optional<ProcessEnd> end;
  while (!(end = child.wait(200ms)))
    if (options.stopped()) return std::optional<json>();
  if (!end->success())
    return environment_error(program.string() + ": " + end->how() + ": " + end->err);
  const Result<std::string> text = read_file(out);
  // Where nothing matches it says so and writes nothing.
  if (!text.ok() || text.value().empty()) return std::optional<json>(json::object());
  json results = json::parse(text.value(), nullptr, false);
  if (!results.is_object() || !results.contains("benchmarks"))
    return environment_error(program.string() + " wrote no JSON of Google Benchmark's");
  return std::optional<json>(std::move(results));
}

void strip(json& benchmark, const char* key) {
  constexpr std::string_view kSuffix = "/manual_time";
  const auto found = benchmark.find(key);
  if (found == benchmark.end() || !found->is_string()) return;
  std::string name = found->get<std::string>();
  const std::size_t at = name.find(kSuffix);
  if (at != std::string::npos) *found = name.erase(at, kSuffix.size());
}

}  // namespace

Result<json> run_google(const Build& build, const GoogleOptions& options) {
  json context = json::object();
  json benchmarks = json::array();
  for (const std::string& program : build.programs) {
    FFICHECK_TRY(std::optional<json> results, run_program(build.dir / program, options));
    if (!results) break;
    if (results->empty()) continue;
    if (context.empty()) context = (*results)["context"];
    for (json& b : (*results)["benchmarks"]) {
      strip(b, "name");
      strip(b, "run_name");
      benchmarks.push_back(std::move(b));
    }
  }
  if (benchmarks.empty() && !options.stopped()) {
    return input_error("no benchmark matches \"" + options.filter + "\"", {},
                       "`fficheck_bench --benchmark_list_tests` names them");
  }
  context.update(environment());
  for (const auto& [key, value] : build.facts) context[key] = value;
  context["time"] = utc_now();
  context["quick"] = options.quick;
  return json{{"context", std::move(context)}, {"benchmarks", std::move(benchmarks)}};
}

}  // namespace fficheck

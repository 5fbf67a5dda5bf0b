#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string>

#include "bench/track/google.h"
#include "harness/cli_track.h"
#include "harness/run/environment.h"
#include "harness/run/files.h"

namespace fficheck {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using nlohmann::json;

Result<void> write_json(const std::string& file, const json& object) {
  return write_file(file, object.dump(1, ' ', false, json::error_handler_t::replace) + "\n");
}

/// All benchmarks once, as Google Benchmark does it.
int run_once(const Program& program, const BenchOptions& options, const Build& build) {
  const GoogleOptions google{.filter = options.filter,
                             .quick = options.quick,
                             .stopped = [&program] { return program.stop->load(); }};
  const Result<json> results = run_google(build, google);
  if (!results.ok()) return report_error(results.error());
  if (!options.json.empty()) {
    const Result<void> written = write_json(options.json, results.value());
    if (!written.ok()) return report_error(written.error());
  }
  if (program.stop->load()) return 130;
  for (const json& b : results.value()["benchmarks"])
    if (b.value("error_occurred", false)) return 1;
  return 0;
}

}  // namespace

int bench(const Program& program, const BenchOptions& options) {
  const auto filter = parse_filter(options.filter);
  if (!filter.ok()) return report_error(filter.error());
  const Result<Build> candidate = own_build(options.places);
  if (!candidate.ok()) return report_error(candidate.error());
  if (options.against.empty()) return run_once(program, options, candidate.value());
  const Result<AgainstOptions> how = against_options(program, options);
  if (!how.ok()) return report_error(how.error());
  const Result<Build> baseline =
      find_baseline(options.against, build_places(options.places), candidate.value());
  if (!baseline.ok()) return report_error(baseline.error());
  const Result<Against> against =
      compare_and_print(baseline.value(), candidate.value(), how.value());
  if (!against.ok()) return report_error(against.error());
  if (!options.json.empty()) {
    const Result<void> written = write_json(options.json, to_json(against.value()));
    if (!written.ok()) return report_error(written.error());
  }
  return exit_status(against.value());
}

}  // namespace fficheck

#include "bench/suite/campaigns.h"

#include <filesystem>
#include <nlohmann/json.hpp>
#include <random>
#include <system_error>

#include "harness/run/files.h"
#include "harness/run/process.h"

namespace fficheck {
namespace {

constexpr std::chrono::minutes kLimit{10};

struct Campaign {
  double seconds = 0;
  double run_seconds = 0;  ///< in which sessions ran
  double values = 0;
};

/// Runs `fficheck fuzz` with a seed of its own: Go's cache would give the same batch for nothing.
Result<Campaign> run_campaign(const std::string& target, unsigned cases, unsigned batch,
                              unsigned values) {
  std::error_code error;
  const auto program =
      std::filesystem::read_symlink("/proc/self/exe", error).parent_path() / "fficheck";
  FFICHECK_TRY(const TempDir dir, TempDir::create("campaign"));
  const std::string report = (dir.path() / "report.json").string();
  ProcessOptions options;
  options.command = {program.string(), "fuzz",
                     "--target",       target,
                     "--cases",        std::to_string(cases),
                     "--batch",        std::to_string(batch),
                     "--values",       std::to_string(values),
                     "--seed",         std::to_string(std::random_device()()),
                     "--jobs",         "1",
                     "--json",         report};
  FFICHECK_TRY(const ProcessEnd end, run_process(options, kLimit));
  if (!end.success()) return environment_error("fficheck fuzz: " + end.how() + ": " + end.err);
  FFICHECK_TRY(const std::string text, read_file(report));
  const auto json = nlohmann::json::parse(text, nullptr, false);
  try {
    return Campaign{end.seconds, json.at("phases_s").at("run"),
                    json.at("targets").at(target).at("values")};
  } catch (const nlohmann::json::exception& e) {
    return environment_error(std::string("fficheck fuzz --json: ") + e.what());
  }
}

Result<Measured> schemas(const std::string& target, unsigned batch, std::uint64_t n) {
  Measured out;
  for (std::uint64_t i = 0; i < n; ++i) {
    FFICHECK_TRY(const Campaign campaign, run_campaign(target, batch, batch, 20));
    out.ns += campaign.seconds * 1e9;
    out.items += batch;
  }
  return out;
}

Result<Measured> values(const std::string& target, std::uint64_t n) {
  Measured out;
  for (std::uint64_t i = 0; i < n; ++i) {
    FFICHECK_TRY(const Campaign campaign, run_campaign(target, 10, 10, 2000));
    out.ns += campaign.run_seconds * 1e9;
    out.items += campaign.values;
  }
  return out;
}

}  // namespace

void add_campaign_benches(std::vector<Bench>& out) {
  for (const std::string target : {"control", "go", "wasm-c", "wasm-go", "ipc"}) {
    for (const unsigned batch : {1u, 10u, 100u})
      out.push_back(
          {.name = "harness/schemas/" + target + "/batch-" + std::to_string(batch),
           .floor = "",
           .run = [target, batch](std::uint64_t n) { return schemas(target, batch, n); }});
    out.push_back({.name = "harness/values/" + target,
                   .floor = "",
                   .run = [target](std::uint64_t n) { return values(target, n); }});
  }
}

}  // namespace fficheck

#include <cstdio>
#include <filesystem>

#include "harness/cli.h"
#include "harness/run/environment.h"
#include "harness/run/files.h"
#include "reports/read.h"
#include "reports/write.h"

namespace fficheck {
namespace {

Result<reports::Report> read_report(const ReportOptions& options) {
  reports::Report report;
  if (!options.title.empty()) report.title = options.title;
  report.time = utc_now();
  for (const std::string& path : options.campaigns) {
    FFICHECK_TRY(reports::Campaign campaign, reports::read_campaign(path));
    report.campaigns.push_back(std::move(campaign));
  }
  if (!options.faults.empty()) {
    FFICHECK_TRY(report.faults, reports::read_faults(options.faults));
  }
  if (!options.bench.empty()) {
    FFICHECK_TRY(report.bench, reports::read_bench(options.bench));
  }
  if (!options.compare.empty()) {
    FFICHECK_TRY(report.comparison, reports::read_comparison(options.compare));
  }
  if (!options.history.empty()) {
    FFICHECK_TRY(report.history, reports::read_history(options.history));
  }
  if (!options.points.empty()) {
    if (!report.history)
      return input_error("--points without --history", {}, "name the history they belong to");
    FFICHECK_CHECK(reports::read_points(options.points, *report.history));
  }
  return report;
}

Result<void> write_report(const ReportOptions& options, const reports::Report& report) {
  using Writer = std::string (*)(const reports::Report&);
  const std::pair<const std::string&, Writer> outputs[] = {
      {options.html, reports::html_report},
      {options.markdown, reports::markdown_report},
      {options.junit, reports::junit_report},
      {options.json, reports::json_report}};
  for (const auto& [file, writer] : outputs) {
    if (file.empty()) continue;
    FFICHECK_CHECK(write_file(file, writer(report)));
    std::printf("%s\n", file.c_str());
  }
  return {};
}

}  // namespace

int report(const ReportOptions& options) {
  if (options.html.empty() && options.markdown.empty() && options.junit.empty() &&
      options.json.empty())
    return report_error(input_error("nothing to write", {},
                                    "name a file with --html, --markdown, --junit or --json"));
  const Result<reports::Report> read = read_report(options);
  if (!read.ok()) return report_error(read.error());
  const Result<void> written = write_report(options, read.value());
  return written.ok() ? 0 : report_error(written.error());
}

}  // namespace fficheck

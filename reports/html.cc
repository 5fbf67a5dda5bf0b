#include <array>
#include <map>

#include "reports/escape.h"
#include "reports/summary.h"
#include "reports/write.h"

namespace fficheck {

/// Files below page/, and uPlot's, made by fficheck_embed.
std::map<std::string, std::string> report_page_files();
std::map<std::string, std::string> report_chart_files();

}  // namespace fficheck

namespace fficheck::reports {
namespace {

/// In the order in which they need each other.
constexpr auto kScripts = std::to_array<std::string_view>(
    {"js/base.js", "js/table.js", "js/plot.js", "js/overview.js", "js/failures.js",
     "js/verdicts.js", "js/speed.js", "js/cost.js", "js/history.js", "js/faults.js",
     "js/coverage.js", "js/environment.js", "js/main.js"});
constexpr auto kStyles = std::to_array<std::string_view>(
    {"css/base.css", "css/parts.css", "css/table.css", "css/charts.css"});

/// What is shown where no script runs.
std::string plain_summary(const Report& report) {
  const Summary summary = summarize(report);
  std::string out = "<p><strong>" + escape_markup(summary.headline) + "</strong></p>\n<ul>\n";
  for (const Attention& a : summary.attention)
    out += "<li>" + escape_markup(a.subject) + ": " + escape_markup(a.text) + "</li>\n";
  return out + "</ul>\n";
}

/// The template with each `{{name}}` replaced by its text, once, from left to right.
std::string fill(std::string_view page, const std::map<std::string, std::string>& texts) {
  std::string out;
  while (true) {
    const std::size_t open = page.find("{{");
    const std::size_t close = open == std::string_view::npos ? open : page.find("}}", open);
    out += page.substr(0, open);
    if (close == std::string_view::npos) return out;
    const auto text = texts.find(std::string(page.substr(open + 2, close - open - 2)));
    if (text != texts.end()) out += text->second;
    page.remove_prefix(close + 2);
  }
}

}  // namespace

std::string html_report(const Report& report) {
  const std::map<std::string, std::string> files = report_page_files();
  const std::map<std::string, std::string> chart = report_chart_files();
  std::string style = chart.at("dist/uPlot.min.css");
  for (const std::string_view name : kStyles) style += files.at(std::string(name));
  std::string script = "(() => {\n'use strict';\n";
  for (const std::string_view name : kScripts) script += files.at(std::string(name));
  script += "})();\n";
  std::string series;
  if (report.history) {
    std::size_t number = 0;
    for (const std::string& text : page_series(*report.history))
      series += "<script type=\"application/json\" id=\"series-" + std::to_string(number++) +
                "\">" + text + "</script>\n";
  }
  return fill(files.at("page.html"), {{"title", escape_markup(report.title)},
                                      {"headline", escape_markup(summarize(report).headline)},
                                      {"style", style},
                                      {"plain", plain_summary(report)},
                                      {"data", page_data(report)},
                                      {"series", series},
                                      {"chart-licence", chart.at("LICENSE")},
                                      {"chart", chart.at("dist/uPlot.iife.min.js")},
                                      {"script", script}});
}

}  // namespace fficheck::reports

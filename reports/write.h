// Writers of a report. Pure: text out; what data say is escaped for each format.
#pragma once

#include <string>
#include <string_view>

#include "reports/model.h"

namespace fficheck::reports {

/// One HTML file that needs nothing else: style, program, data and charts inside.
[[nodiscard]] std::string html_report(const Report& report);
/// For a pull request's comment: the summary, then what failed and what changed; at most 60,000
/// bytes, since hosts of code cut longer ones.
[[nodiscard]] std::string markdown_report(const Report& report);
/// JUnit XML: a suite for each target with a test for each law; suites for faults and for speed.
[[nodiscard]] std::string junit_report(const Report& report);
/// The summary and its parts as one JSON object, docs/report.md.
[[nodiscard]] std::string json_report(const Report& report);

/// `command replay FILE` as a shell takes it; empty where there is no file.
[[nodiscard]] std::string replay_command(const std::string& program, const std::string& file);

/// Data of the page as the text of a <script>: JSON in which no '<' is left.
[[nodiscard]] std::string page_data(const Report& report);
/// One text for each series of the history, in their order.
[[nodiscard]] std::vector<std::string> page_series(const History& history);

}  // namespace fficheck::reports

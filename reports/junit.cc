#include <cstdio>

#include "reports/escape.h"
#include "reports/summary.h"
#include "reports/write.h"

namespace fficheck::reports {
namespace {

/// Of a law's failing cases so many are written out.
constexpr std::size_t kCases = 20;

struct Suite {
  std::string name;
  std::string tests;  ///< XML
  std::size_t count = 0;
  std::size_t failures = 0;
  std::size_t errors = 0;
  std::size_t skipped = 0;
  double seconds = 0;

  void add(const std::string& test, double time, const std::string& body) {
    char text[32];
    std::snprintf(text, sizeof text, "%.3f", time);
    ++count;
    seconds += time;
    tests += "    <testcase classname=\"fficheck." + escape_markup(name) + "\" name=\"" +
             escape_markup(test) + "\" time=\"" + text + "\"";
    tests += body.empty() ? "/>\n" : ">\n" + body + "    </testcase>\n";
  }
  std::string failure(const std::string& message, const std::string& text) {
    ++failures;
    return element("failure", message, text);
  }
  std::string error(const std::string& message) {
    ++errors;
    return element("error", message, {});
  }
  std::string skip(const std::string& message) {
    ++skipped;
    return element("skipped", message, {});
  }

  [[nodiscard]] std::string xml() const {
    char time[32];
    std::snprintf(time, sizeof time, "%.3f", seconds);
    return "  <testsuite name=\"" + escape_markup(name) + "\" tests=\"" + std::to_string(count) +
           "\" failures=\"" + std::to_string(failures) + "\" errors=\"" + std::to_string(errors) +
           "\" skipped=\"" + std::to_string(skipped) + "\" time=\"" + time + "\">\n" + tests +
           "  </testsuite>\n";
  }

 private:
  static std::string element(const std::string& name, const std::string& message,
                             const std::string& text) {
    std::string out = "      <" + name + " message=\"" + escape_markup(message) + "\"";
    if (text.empty()) return out + "/>\n";
    return out + ">" + escape_markup(text) + "</" + name + ">\n";
  }
};

std::string case_text(const FailureRecord& f, const std::string& program) {
  std::string out = f.message + "\n" + f.schema;
  for (const std::string& step : f.steps) out += step + "\n";
  if (!f.log.empty()) out += f.log + "\n";
  const std::string replay = replay_command(program, f.file);
  return replay.empty() ? out : out + "replay: " + replay + "\n";
}

std::string law_body(Suite& suite, const Report& report, const std::string& law,
                     const PropertyCounts& c) {
  if (c.fail == 0) {
    if (c.broken > 0) return suite.error(counted(c.broken, "check") + " could not be tried");
    return c.pass == 0 ? suite.skip("nothing to compare") : std::string();
  }
  std::string message;
  std::string text;
  std::size_t told = 0;
  for (const Campaign& campaign : report.campaigns) {
    for (const FailureRecord& f : campaign.tally.failures) {
      if (f.target != suite.name || f.property != law || told == kCases) continue;
      if (told++ == 0) message = f.message;
      text += case_text(f, campaign.program) + "\n";
    }
  }
  return suite.failure(counted(c.fail, "failure") + (message.empty() ? "" : ": " + message), text);
}

Suite faults_suite(const FaultTable& table) {
  Suite suite;
  suite.name = "faults";
  for (const FaultResult& f : table.faults) {
    std::string body;
    switch (f.status) {
      case FaultResult::Status::Caught:
      case FaultResult::Status::Other: break;
      case FaultResult::Status::Survived:
        body = suite.failure("seeded fault not noticed", f.sentence);
        break;
      case FaultResult::Status::Broken: body = suite.error("could not be tried: " + f.note); break;
      case FaultResult::Status::Skipped: body = suite.skip(f.note); break;
    }
    suite.add(f.target.empty() ? f.id : f.id + "/" + f.target, f.seconds, body);
  }
  return suite;
}

Suite speed_suite(const Comparison& comparison) {
  Suite suite;
  suite.name = "speed";
  for (const Compared& c : comparison.benchmarks) {
    std::string body;
    switch (c.verdict) {
      case Compared::Verdict::Pass:
      case Compared::Verdict::Improvement:
      case Compared::Verdict::Unconfirmed:
        if (c.more_instructions())
          body = suite.failure(percent(c.instructions.value_or(0)) + " more instructions", {});
        break;
      case Compared::Verdict::Regression: body = suite.failure(change_text(c), {}); break;
      case Compared::Verdict::Inconclusive:
        body = suite.skip("undecided: " + change_text(c));
        break;
      case Compared::Verdict::Error: body = suite.error(c.error); break;
    }
    suite.add(c.name, 0, body);
  }
  return suite;
}

}  // namespace

std::string junit_report(const Report& report) {
  std::vector<Suite> suites;
  const Tally tally = report.tally();
  for (const auto& [target, t] : tally.targets) {
    Suite suite;
    suite.name = target;
    for (const auto& [law, c] : t.properties) suite.add(law, 0, law_body(suite, report, law, c));
    suites.push_back(std::move(suite));
  }
  Suite campaigns;
  campaigns.name = "campaigns";
  for (const Campaign& c : report.campaigns) {
    std::string body;
    if (!c.finished || c.interrupted || !c.error.empty())
      body = campaigns.error(c.error.empty() ? "did not come to its end" : c.error);
    campaigns.add((c.profile.empty() ? "campaign" : c.profile) + " " + c.seed, c.elapsed_s, body);
  }
  if (campaigns.count > 0) suites.push_back(std::move(campaigns));
  if (report.faults) suites.push_back(faults_suite(*report.faults));
  if (report.comparison) suites.push_back(speed_suite(*report.comparison));

  Suite sum;
  std::string body;
  for (const Suite& suite : suites) {
    sum.count += suite.count;
    sum.failures += suite.failures;
    sum.errors += suite.errors;
    sum.skipped += suite.skipped;
    sum.seconds += suite.seconds;
    body += suite.xml();
  }
  char time[32];
  std::snprintf(time, sizeof time, "%.3f", sum.seconds);
  return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"" +
         escape_markup(report.title) + "\" tests=\"" + std::to_string(sum.count) +
         "\" failures=\"" + std::to_string(sum.failures) + "\" errors=\"" +
         std::to_string(sum.errors) + "\" skipped=\"" + std::to_string(sum.skipped) + "\" time=\"" +
         time + "\">\n" + body + "</testsuites>\n";
}

}  // namespace fficheck::reports

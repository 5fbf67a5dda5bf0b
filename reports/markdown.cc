#include <algorithm>
#include <cmath>

#include "reports/escape.h"
#include "reports/summary.h"
#include "reports/write.h"

namespace fficheck::reports {
namespace {

constexpr std::size_t kMaxBytes = 60000;
/// Failing cases shown whole; the others have a line each.
constexpr std::size_t kWhole = 5;
constexpr std::size_t kRows = 40;

std::string_view mark(Summary::Outcome outcome) {
  switch (outcome) {
    case Summary::Outcome::Held: return "✅";
    case Summary::Outcome::Failed: return "❌";
    case Summary::Outcome::Incomplete: return "⚠️";
    case Summary::Outcome::Nothing: return "⚪";
  }
  return "⚪";
}

std::string_view mark(Attention::Kind kind) {
  switch (kind) {
    case Attention::Kind::Bad: return "❌";
    case Attention::Kind::Warning: return "⚠️";
    case Attention::Kind::Good: return "🟢";
  }
  return "❌";
}

std::string attention_text(const Summary& summary) {
  std::string out;
  for (const Attention& a : summary.attention) {
    out += "- " + std::string(mark(a.kind)) + " " + markdown_code(a.subject) + " " +
           markdown_code(a.text) + "\n";
    if (a.more > 0) out += "- and " + grouped(a.more) + " more like it\n";
  }
  return out.empty() ? out : out + "\n";
}

std::string verdict_table(const Tally& tally) {
  if (tally.targets.empty()) return {};
  std::string out = "| target | pass | fail | skip | broken | schemas | values |\n";
  out += "|---|--:|--:|--:|--:|--:|--:|\n";
  for (const auto& [name, t] : tally.targets) {
    PropertyCounts sum;
    for (const auto& [law, c] : t.properties) {
      sum.pass += c.pass;
      sum.fail += c.fail;
      sum.skip += c.skip;
      sum.broken += c.broken;
    }
    out += "| " + markdown_code(name) + " | " + grouped(sum.pass) + " | " + grouped(sum.fail) +
           " | " + grouped(sum.skip) + " | " + grouped(sum.broken) + " | " + grouped(t.schemas) +
           " | " + grouped(t.values) + " |\n";
  }
  return out + "\n";
}

std::string failure_text(const FailureRecord& f, const std::string& program) {
  std::string body = f.schema;
  for (const std::string& step : f.steps) body += "\n" + step;
  std::string out = "<details><summary>" + escape_markup(f.target) + " " +
                    escape_markup(f.property) + ": " + escape_markup(f.message) + "</summary>\n\n" +
                    markdown_block(body, "wit");
  if (const std::string replay = replay_command(program, f.file); !replay.empty())
    out += "\n" + markdown_block(replay, "sh");
  return out + "\n</details>\n\n";
}

std::string failures_text(const Report& report) {
  std::string out;
  std::size_t told = 0;
  std::size_t left = 0;
  for (const Campaign& c : report.campaigns) {
    for (const FailureRecord& f : c.tally.failures) {
      if (told < kWhole && out.size() < kMaxBytes / 2) {
        out += failure_text(f, c.program);
        ++told;
      } else {
        ++left;
      }
    }
    left += c.tally.unlisted_failures;
  }
  if (out.empty()) return out;
  if (left > 0) out += "and " + counted(left, "more failing case") + "\n\n";
  return "### Failing cases\n\n" + out;
}

std::string speed_text(const Report& report) {
  if (!report.comparison) return {};
  const Comparison& comparison = *report.comparison;
  using V = Compared::Verdict;
  std::string out = "### Speed";
  if (!comparison.baseline.empty()) out += " against " + markdown_code(comparison.baseline);
  out += "\n\n" + counted(comparison.count(V::Regression), "benchmark") + " slower, " +
         grouped(comparison.count(V::Improvement)) + " faster, " +
         grouped(comparison.count(V::Pass) + comparison.count(V::Unconfirmed)) + " unchanged, " +
         grouped(comparison.count(V::Inconclusive)) + " undecided, " +
         grouped(comparison.count(V::Error)) + " not measured.\n\n";
  std::vector<const Compared*> rows;
  for (const Compared& c : comparison.benchmarks)
    if (c.verdict == V::Regression || c.verdict == V::Improvement || c.more_instructions())
      rows.push_back(&c);
  std::stable_sort(rows.begin(), rows.end(),
                   [](const Compared* a, const Compared* b) { return a->theta > b->theta; });
  if (rows.empty()) return out;
  out += "| benchmark | change | 99 % interval | rounds |\n|---|--:|---|--:|\n";
  for (std::size_t i = 0; i < std::min(rows.size(), kRows); ++i) {
    const Compared& c = *rows[i];
    const std::string text = change_text(c);
    const std::size_t open = text.find('(');
    out += "| " + markdown_code(c.name) + " | " + text.substr(0, open - 1) + " | " +
           text.substr(open + 1, text.size() - open - 2) + " | " + grouped(c.rounds) + " |\n";
  }
  if (rows.size() > kRows) out += "\nand " + grouped(rows.size() - kRows) + " more\n";
  return out + "\n";
}

std::string faults_text(const Report& report) {
  if (!report.faults) return {};
  using S = FaultResult::Status;
  const FaultTable& table = *report.faults;
  const std::size_t tried = table.faults.size() - table.count(S::Skipped);
  std::string out = "### Seeded faults\n\n" +
                    grouped(table.count(S::Caught) + table.count(S::Other)) + " of " +
                    grouped(tried) + " noticed";
  if (const std::size_t other = table.count(S::Other); other > 0)
    out += ", " + grouped(other) + " not as their rows promise";
  out += ".\n\n";
  std::size_t rows = 0;
  for (const FaultResult& f : table.faults) {
    if (f.status != S::Survived && f.status != S::Broken) continue;
    if (++rows > kRows) break;
    out += "- " + std::string(f.status == S::Survived ? "not noticed: " : "could not be tried: ") +
           markdown_code(f.target.empty() ? f.id : f.id + "/" + f.target) + " " +
           markdown_code(f.sentence) + "\n";
  }
  return rows == 0 ? out : out + "\n";
}

}  // namespace

std::string markdown_report(const Report& report) {
  const Summary summary = summarize(report);
  std::string out = "## " + std::string(mark(summary.outcome)) + " " + summary.headline + "\n\n";
  if (summary.pass + summary.fail > 0)
    out += grouped(summary.values) + " values in " + counted(summary.schemas, "schema") + " on " +
           counted(report.tally().targets.size(), "target") + ".\n\n";
  out += attention_text(summary) + verdict_table(report.tally()) + failures_text(report) +
         faults_text(report) + speed_text(report);
  const Facts environment = report.environment();
  std::string facts;
  for (const char* key : {"commit", "host", "cpu", "cxx", "go", "wasmtime"})
    if (const auto fact = environment.find(key); fact != environment.end())
      facts += (facts.empty() ? "" : ", ") + std::string(key) + " " + markdown_code(fact->second);
  if (!facts.empty()) out += facts + "\n";
  if (out.size() <= kMaxBytes) return out;
  std::size_t end = out.rfind('\n', kMaxBytes - 100);
  if (end == std::string::npos) end = 0;
  return out.substr(0, end) + "\n\n(cut; the page has all)\n";
}

}  // namespace fficheck::reports

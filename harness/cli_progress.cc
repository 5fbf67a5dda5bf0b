#include "harness/cli_progress.h"

#include <unistd.h>

#include <algorithm>
#include <cinttypes>
#include <cstdio>
#include <string_view>

#include "harness/core/text.h"
#include "harness/run/failure_text.h"

namespace fficheck {
namespace {

constexpr std::chrono::milliseconds kTerminalTick{250};
constexpr std::chrono::seconds kPipeTick{10};
/// Failures printed in full; the rest is in the summary and on disk.
constexpr std::uint64_t kToldInFull = 10;
/// Lines of a schema and of a tool's log that are printed.
constexpr std::size_t kShownLines = 40;

std::string grouped(std::uint64_t number) {
  const std::string digits = std::to_string(number);
  std::string out;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) out += ',';
    out += digits[i];
  }
  return out;
}

/// The text indented, cut after so many lines, control characters as '?'.
void print_indented(std::string_view text, std::size_t lines) {
  while (!text.empty() && lines-- > 0) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string line(text.substr(0, std::min<std::size_t>(end, 400)));
    std::replace_if(
        line.begin(), line.end(),
        [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, '?');
    std::printf("    %s\n", line.c_str());
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  if (!text.empty()) std::printf("    ...\n");
}

const Property* find_property(const Program& program, std::string_view name) {
  for (const auto& p : program.properties)
    if (p->name() == name) return p.get();
  return nullptr;
}

}  // namespace

Progress::Progress(const Program& program, std::optional<std::uint64_t> cases,
                   std::optional<std::chrono::seconds> time, std::size_t targets)
    : program_(program),
      cases_(cases),
      time_(time),
      targets_(targets),
      terminal_(::isatty(STDOUT_FILENO) == 1) {}

Progress::~Progress() { Progress::campaign_ended(); }

void Progress::campaign_started(std::uint64_t seed) {
  std::printf("seed 0x%" PRIx64 "\n", seed);
  std::fflush(stdout);
  started_ = Clock::now();
  ticker_ = std::thread([this] { tick(); });
}

void Progress::tick() {
  std::unique_lock lock(mutex_);
  const auto pause = terminal_ ? std::chrono::milliseconds(kTerminalTick) : kPipeTick;
  while (!wake_.wait_for(lock, pause, [this] { return ended_; })) {
    if (terminal_) {
      std::printf("\r\033[K%s", line().c_str());
      shown_ = true;
    } else {
      std::printf("%s\n", line().c_str());
    }
    std::fflush(stdout);
  }
}

std::string Progress::line() const {
  const double seconds = std::chrono::duration<double>(Clock::now() - started_).count();
  const double rate = static_cast<double>(schemas_) / std::max(seconds, 0.001);
  double left = -1;
  if (cases_ && rate > 0)
    left = static_cast<double>(*cases_ * targets_ - std::min(*cases_ * targets_, schemas_)) / rate;
  if (time_) {
    const double limit = std::max(0.0, static_cast<double>(time_->count()) - seconds);
    left = left < 0 ? limit : std::min(left, limit);
  }
  char text[200];
  std::snprintf(text, sizeof text, "%.0f s: %s schemas, %s values, %s failures, %.1f schemas/s",
                seconds, grouped(schemas_).c_str(), grouped(values_).c_str(),
                grouped(failures_).c_str(), rate);
  std::string out = text;
  if (left >= 0) {
    std::snprintf(text, sizeof text, ", about %.0f s left", left);
    out += text;
  }
  return out;
}

void Progress::clear_line() {
  if (!shown_) return;
  std::printf("\r\033[K");
  shown_ = false;
}

void Progress::schema_skipped(const std::string&, const std::string&) {
  const std::scoped_lock lock(mutex_);
  ++schemas_;
}

void Progress::schema_checked(const std::string&) {
  const std::scoped_lock lock(mutex_);
  ++schemas_;
}

void Progress::verdict(const std::string&, const std::string&, const Verdict& v) {
  const std::scoped_lock lock(mutex_);
  values_ += v.values;
  if (v.outcome == Verdict::Outcome::Fail) ++failures_;
}

void Progress::failure(const Failure& f) {
  const std::scoped_lock lock(mutex_);
  if (++told_ > kToldInFull) return;
  clear_line();
  print_failure(program_, f);
  if (told_ == kToldInFull) std::printf("further failures are only listed at the end\n\n");
  std::fflush(stdout);
}

void Progress::note(const std::string& text) {
  const std::scoped_lock lock(mutex_);
  clear_line();
  std::printf("%s\n", text.c_str());
  std::fflush(stdout);
}

void Progress::campaign_ended() {
  {
    const std::scoped_lock lock(mutex_);
    if (ended_) return;
    ended_ = true;
  }
  wake_.notify_all();
  if (ticker_.joinable()) ticker_.join();
  clear_line();
  std::fflush(stdout);
}

void print_failure(const Program& program, const Failure& failure) {
  const Case& c = failure.shrunk;
  const Property* property = find_property(program, c.property);
  std::printf("\nFAILED %s %s: %s\n", c.target.c_str(), c.property.c_str(),
              property == nullptr ? "" : std::string(property->sentence()).c_str());
  std::printf("  %s\n", c.message.c_str());
  print_indented(print_wit(c.schema), kShownLines);
  for (const Step& step : c.steps) print_indented(print_step(c.schema, step), 1);
  if (!failure.log.empty()) {
    std::printf("  what was printed:\n");
    print_indented(failure.log, 12);
  }
  if (!failure.shrink_tried) std::printf("  not shrunk: many like it were\n");
  if (failure.shrink_tried && !failure.confirmed)
    std::printf("  seen once: it did not fail again when it was replayed alone\n");
  if (failure.file.empty()) {
    std::printf("  not saved: name a directory with --save\n\n");
    return;
  }
  std::printf("  file:   %s\n", failure.file.c_str());
  std::printf("  replay: %s replay %s\n\n", program.name.c_str(), shell_word(failure.file).c_str());
}

void print_summary(const Program& program, const CampaignResult& result) {
  std::printf("%-12s %-10s %10s %8s %8s %8s\n", "target", "property", "pass", "fail", "skip",
              "broken");
  for (const auto& [name, t] : result.tally.targets) {
    for (const auto& [property, c] : t.properties)
      std::printf("%-12s %-10s %10s %8s %8s %8s\n", name.c_str(), property.c_str(),
                  grouped(c.pass).c_str(), grouped(c.fail).c_str(), grouped(c.skip).c_str(),
                  grouped(c.broken).c_str());
    std::printf("%-12s %s schemas, %s skipped, %s values\n", name.c_str(),
                grouped(t.schemas).c_str(), grouped(t.skipped).c_str(), grouped(t.values).c_str());
    for (const auto& [leg, counts] : t.legs)
      std::printf("%-12s   of these built as %s: %s schemas, %s values\n", name.c_str(),
                  leg.c_str(), grouped(counts.schemas).c_str(), grouped(counts.values).c_str());
    for (const auto& [reason, times] : t.skips)
      std::printf("%-12s   left out, %s function%s: %s\n", name.c_str(), grouped(times).c_str(),
                  times == 1 ? "" : "s", reason.c_str());
  }
  const std::size_t listed = std::min<std::size_t>(result.tally.failures.size(), 20);
  for (std::size_t i = 0; i < listed; ++i) {
    const FailureRecord& f = result.tally.failures[i];
    std::printf("FAILED %s %s: %s\n", f.target.c_str(), f.property.c_str(), f.message.c_str());
    if (!f.file.empty())
      std::printf("       %s replay %s\n", program.name.c_str(), shell_word(f.file).c_str());
  }
  const std::uint64_t failed = result.tally.total(Verdict::Outcome::Fail);
  if (failed > listed) std::printf("and %s more failures\n", grouped(failed - listed).c_str());
  std::printf("seed 0x%" PRIx64 ", %.1f s: %s\n", result.seed, result.elapsed_s,
              exit_status(result) == 0   ? "all held"
              : exit_status(result) == 1 ? "not all held"
              : exit_status(result) == 2 ? "nothing was compared"
              : result.interrupted       ? "interrupted"
                                         : "not finished");
}

}  // namespace fficheck

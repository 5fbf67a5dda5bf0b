#include "bench/track/instructions.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string_view>

#include "bench/track/block_process.h"
#include "harness/run/files.h"

namespace fficheck {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

/// Callgrind is about fifty times slower than the machine.
constexpr auto kLimit = 120s;
/// Two numbers of iterations: what a run costs besides its iterations cancels out.
constexpr std::uint64_t kFew = 4;
constexpr std::uint64_t kMany = 36;

/// The number after "totals: " in a dump.
std::optional<double> total(const fs::path& dump) {
  const Result<std::string> text = read_file(dump);
  if (!text.ok()) return std::nullopt;
  constexpr std::string_view kTotals = "\ntotals: ";
  const std::size_t at = text.value().rfind(kTotals);
  if (at == std::string::npos) return std::nullopt;
  return std::strtod(text.value().c_str() + at + kTotals.size(), nullptr);
}

/// One process under callgrind, and which of its dumps belongs to which run. Each call of
/// fficheck_count_mark dumps what was counted since the one before: every second dump is a run.
class Counter {
 public:
  Counter(const fs::path& program, fs::path dir) : program_(program), dir_(std::move(dir)) {}

  Result<void> start() {
    // Dumps of a process that is gone are taken for nobody's.
    ++generation_;
    runs_ = 0;
    FFICHECK_TRY(auto process,
                 BlockProcess::start({"valgrind", "--tool=callgrind", "--quiet",
                                      "--dump-before=fficheck_count_mark",
                                      "--callgrind-out-file=" + out().string(), program_.string()},
                                     kLimit));
    process_ = std::move(process);
    return {};
  }

  /// Does n iterations; gives the file that will tell what they cost.
  Result<fs::path> run(const std::string& name, std::uint64_t n) {
    if (!process_) FFICHECK_CHECK(start());
    const Result<void> counted = process_->count(name, n);
    if (!counted.ok()) {
      // Whether it came to its marks cannot be told: the next run counts in a new process.
      finish();
      return counted.error();
    }
    ++runs_;
    return fs::path(out().string() + "." + std::to_string(2 * runs_));
  }

  void finish() {
    if (process_) (void)process_->finish();
    process_.reset();
  }

 private:
  [[nodiscard]] fs::path out() const { return dir_ / ("counts" + std::to_string(generation_)); }

  fs::path program_;
  fs::path dir_;
  std::unique_ptr<BlockProcess> process_;
  int generation_ = 0;
  std::size_t runs_ = 0;
};

}  // namespace

bool can_count_instructions() { return find_program("valgrind").has_value(); }

Result<std::map<std::string, double>> count_instructions(
    const fs::path& program, const std::vector<std::string>& names,
    std::map<std::string, std::string>& errors) {
  FFICHECK_TRY(const TempDir dir, TempDir::create("fficheck-counts"));
  Counter counter(program, dir.path());
  FFICHECK_CHECK(counter.start());
  struct Dumps {
    fs::path few;
    fs::path many;
  };
  std::map<std::string, Dumps> dumps;
  for (const std::string& name : names) {
    // The first run makes the fixtures.
    const Result<fs::path> warm = counter.run(name, kFew);
    const Result<fs::path> few = warm.ok() ? counter.run(name, kFew) : warm;
    const Result<fs::path> many = few.ok() ? counter.run(name, kMany) : few;
    if (many.ok())
      dumps[name] = {few.value(), many.value()};
    else
      errors[name] = many.error().text();
  }
  counter.finish();
  std::map<std::string, double> out;
  for (const auto& [name, files] : dumps) {
    const auto few = total(files.few);
    const auto many = total(files.many);
    if (few && many && *many > *few)
      out[name] = (*many - *few) / static_cast<double>(kMany - kFew);
    else
      errors[name] = "callgrind counted nothing between its marks";
  }
  return out;
}

}  // namespace fficheck

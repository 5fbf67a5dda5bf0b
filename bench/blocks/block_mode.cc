#include "bench/blocks/block_mode.h"

#include <benchmark/benchmark.h>
#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <nlohmann/json.hpp>
#include <ostream>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace fficheck {
namespace {

using nlohmann::json;

/// Keeps runs instead of printing them.
class Keeper : public benchmark::BenchmarkReporter {
 public:
  bool ReportContext(const Context&) override { return true; }
  void ReportRuns(const std::vector<Run>& runs) override {
    for (const Run& run : runs)
      if (run.run_type == Run::RT_Iteration) runs_.push_back(run);
  }
  [[nodiscard]] const std::vector<Run>& runs() const { return runs_; }

 private:
  std::vector<Run> runs_;
};

/// A regular expression that matches just this name.
std::string exactly(std::string_view name) {
  std::string out = "^";
  for (const char c : name) {
    if (std::string_view(R"(.^$*+?()[{|\)").find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out + "$";
}

/// Google Benchmark takes its settings from a command line alone.
void set_flag(std::string flag) {
  std::string program = "bench";
  char* words[] = {program.data(), flag.data(), nullptr};
  int count = 2;
  benchmark::Initialize(&count, words);
}

std::vector<std::string> names() {
  Keeper keeper;
  std::stringstream listed;
  keeper.SetOutputStream(&listed);
  set_flag("--benchmark_list_tests=true");
  benchmark::RunSpecifiedBenchmarks(&keeper, ".");
  set_flag("--benchmark_list_tests=false");
  std::vector<std::string> out;
  for (std::string line; std::getline(listed, line);) out.push_back(line);
  return out;
}

json refuse(const std::string& why) { return {{"error", why}}; }

json run_block(std::string_view request) {
  const std::size_t space = request.find(' ');
  const std::string number(request.substr(0, space));
  char* end = nullptr;
  const double min_ns = std::strtod(number.c_str(), &end);
  if (space == std::string_view::npos || number.empty() || *end != '\0' ||
      !(min_ns > 0 && min_ns <= 1e12))
    return refuse("expected: block MIN_NS NAME");
  const std::string name(request.substr(space + 1));
  char flag[64];
  std::snprintf(flag, sizeof flag, "--benchmark_min_time=%.9f", min_ns / 1e9);
  set_flag(flag);
  Keeper keeper;
  benchmark::RunSpecifiedBenchmarks(&keeper, exactly(name));
  if (keeper.runs().empty()) return refuse("no benchmark is named " + name);
  const benchmark::BenchmarkReporter::Run& run = keeper.runs().front();
  if (run.error_occurred) return refuse(run.error_message);
  json counters = json::object();
  for (const auto& [counter, value] : run.counters) counters[counter] = value.value;
  return {{"iterations", run.iterations},
          {"ns", run.real_accumulated_time * 1e9},
          {"counters", std::move(counters)}};
}

json answer(const std::string& line) {
  if (line == "list") return {{"benchmarks", names()}};
  constexpr std::string_view kBlock = "block ";
  if (line.starts_with(kBlock)) return run_block(std::string_view(line).substr(kBlock.size()));
  return refuse("expected: list, or block MIN_NS NAME");
}

/// A buffer over a file descriptor.
class FdBuffer : public std::streambuf {
 public:
  explicit FdBuffer(int fd) : fd_(fd) {}

 private:
  int_type overflow(int_type c) override {
    if (c == traits_type::eof()) return 0;
    const char byte = traits_type::to_char_type(c);
    return xsputn(&byte, 1) == 1 ? c : traits_type::eof();
  }
  std::streamsize xsputn(const char* bytes, std::streamsize count) override {
    std::streamsize done = 0;
    while (done < count) {
      const ssize_t n = write(fd_, bytes + done, static_cast<std::size_t>(count - done));
      if (n <= 0) break;
      done += n;
    }
    return done;
  }
  int fd_;
};

}  // namespace

void serve_blocks(std::istream& in, std::ostream& out) {
  const auto say = [&out](const json& object) {
    out << object.dump(-1, ' ', false, json::error_handler_t::replace) + '\n' << std::flush;
  };
  say({{"fficheck_blocks", 1}});
  for (std::string line; out && std::getline(in, line);) say(answer(line));
}

int bench_main(int argc, char** argv) {
  bool blocks = false;
  int kept = 0;
  for (int i = 0; i < argc; ++i) {
    if (std::string_view(argv[i]) == "--fficheck_blocks")
      blocks = true;
    else
      argv[kept++] = argv[i];
  }
  argv[kept] = nullptr;
  benchmark::Initialize(&kept, argv);
  if (benchmark::ReportUnrecognizedArguments(kept, argv)) return 2;
  if (!blocks) {
    benchmark::RunSpecifiedBenchmarks();
  } else {
    // What a benchmark prints must not end up among the answers.
    const int answers = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
    dup2(STDERR_FILENO, STDOUT_FILENO);
    FdBuffer buffer(answers);
    std::ostream out(&buffer);
    serve_blocks(std::cin, out);
    close(answers);
  }
  benchmark::Shutdown();
  return 0;
}

}  // namespace fficheck

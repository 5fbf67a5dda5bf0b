#include "bench/blocks/block_mode.h"

#include <benchmark/benchmark.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <streambuf>
#include <string>
#include <string_view>
#include <utility>

#include "bench/blocks/processor.h"

namespace fficheck {
namespace {

using nlohmann::json;

/// Iterations of a block are refused beyond this: such a benchmark costs nothing.
constexpr std::uint64_t kMaxIterations = 1'000'000'000'000;
constexpr std::uint64_t kMaxBlockNs = 1'000'000'000'000;

json refuse(const std::string& why) { return {{"error", why}}; }

std::optional<std::uint64_t> number(std::string_view digits) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return value;
}

class Server {
 public:
  explicit Server(const std::vector<Bench>& benches) : benches_(benches) {}

  json answer(std::string_view line) {
    if (line == "list") return list();
    const auto [verb, number, name, processor] = split(line);
    if (verb != "block" && verb != "count")
      return refuse("expected: list, block MIN_NS NAME [PROCESSOR], or count N NAME");
    const std::uint64_t limit = verb == "block" ? kMaxBlockNs : kMaxIterations;
    if (!number || *number == 0 || *number > limit)
      return refuse(verb + ": its first argument is a number from 1 to " + std::to_string(limit));
    const auto found = std::find_if(benches_.begin(), benches_.end(),
                                    [&](const Bench& b) { return b.name == name; });
    if (found == benches_.end()) return refuse("no benchmark is named \"" + name + "\"");
    if (verb == "count") return count(*found, *number);
    if (!processor) return block(*found, static_cast<double>(*number));
    if (!found->one_processor) return refuse(name + " is not for one processor");
    const OnProcessor there(*processor);
    if (!there.kept()) return refuse("no processor " + std::to_string(*processor) + " to run on");
    std::optional<Awake> awake;
    if (found->awake) awake.emplace();
    return block(*found, static_cast<double>(*number));
  }

 private:
  struct Request {
    std::string verb;
    std::optional<std::uint64_t> number;
    std::string name;
    std::optional<std::uint64_t> processor;
  };

  static Request split(std::string_view line) {
    const std::size_t first = std::min(line.find(' '), line.size());
    const std::size_t second = std::min(line.find(' ', first + 1), line.size());
    const std::size_t third = std::min(line.find(' ', second + 1), line.size());
    Request out{std::string(line.substr(0, first)), {}, {}, {}};
    if (first < line.size()) out.number = number(line.substr(first + 1, second - first - 1));
    if (second < line.size()) out.name = line.substr(second + 1, third - second - 1);
    if (third < line.size()) out.processor = number(line.substr(third + 1));
    // What is no number belongs to a name that there is not.
    if (third < line.size() && !out.processor) out.name += line.substr(third);
    return out;
  }

  [[nodiscard]] json list() const {
    json names = json::array();
    for (const Bench& b : benches_)
      names.push_back({{"name", b.name},
                       {"floor", b.floor},
                       {"counted", b.counted},
                       {"one_processor", b.one_processor}});
    return {{"benchmarks", std::move(names)}};
  }

  json block(const Bench& bench, double min_ns) {
    std::uint64_t& n = iterations_.try_emplace(bench.name, 1).first->second;
    while (true) {
      const Result<Measured> measured = bench.run(n);
      if (!measured.ok()) return refuse(measured.error().text());
      const double ns = measured.value().ns;
      if (ns >= min_ns) {
        const double each = 1 / static_cast<double>(n);
        return {{"iterations", n},
                {"ns", ns},
                {"allocs", measured.value().allocs * each},
                {"bytes", measured.value().bytes * each}};
      }
      // A fifth more than enough; where too little was seen to tell, ten times as many.
      const double factor = ns > 0.1 * min_ns ? 1.2 * min_ns / ns : 10;
      const double more = static_cast<double>(n) * factor;
      if (!(more < static_cast<double>(kMaxIterations))) {
        return refuse("a block would take more than " + std::to_string(kMaxIterations) +
                      " iterations");
      }
      n = std::max(n + 1, static_cast<std::uint64_t>(more));
    }
  }

  static json count(const Bench& bench, std::uint64_t n) {
    // What the first run makes and counts is not to be counted.
    const Result<Measured> ready = bench.run(1);
    if (!ready.ok()) return refuse(ready.error().text());
    fficheck_count_mark();
    const Result<Measured> measured = bench.run(n);
    fficheck_count_mark();
    if (!measured.ok()) return refuse(measured.error().text());
    return {{"iterations", n}};
  }

  const std::vector<Bench>& benches_;
  std::map<std::string, std::uint64_t> iterations_;
};

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

void serve_blocks(const std::vector<Bench>& benches, std::istream& in, std::ostream& out) {
  const auto say = [&out](const json& object) {
    out << object.dump(-1, ' ', false, json::error_handler_t::replace) + '\n' << std::flush;
  };
  say({{"fficheck_blocks", 1}});
  Server server(benches);
  for (std::string line; out && std::getline(in, line);) say(server.answer(line));
}

int bench_main(int argc, char** argv, const std::vector<Bench>& benches) {
  const auto is_blocks = [](const char* word) {
    return std::string_view(word) == "--fficheck_blocks";
  };
  if (argc == 2 && is_blocks(argv[1])) {
    // What a benchmark prints must not end up among the answers.
    const int answers = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
    dup2(STDERR_FILENO, STDOUT_FILENO);
    FdBuffer buffer(answers);
    std::ostream out(&buffer);
    serve_blocks(benches, std::cin, out);
    close(answers);
    return 0;
  }
  register_benches(benches);
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}

}  // namespace fficheck

// Volatile assembly, so that calls are neither removed nor merged.
__attribute__((noinline)) void fficheck_count_mark() { asm volatile("" ::: "memory"); }

#include "bench/track/block_process.h"

#include <poll.h>
#include <sched.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <nlohmann/json.hpp>
#include <utility>

#include "bench/track/builds.h"

namespace fficheck {
namespace {

using nlohmann::json;
using Clock = std::chrono::steady_clock;

/// Nothing that a program answers is longer.
constexpr std::size_t kMaxLine = 16u << 20;

/// The answer as an object; its "error" as an Error.
Result<json> parse_answer(const std::string& line) {
  json answer = json::parse(line, nullptr, false);
  if (!answer.is_object())
    return environment_error("a bench program answered: " + line.substr(0, 200));
  const auto error = answer.find("error");
  if (error != answer.end())
    return input_error(error->is_string() ? error->get<std::string>() : error->dump());
  return answer;
}

/// A number of an answer; NaN where there is none.
double number(const json& answer, const char* key) {
  const auto found = answer.find(key);
  return found != answer.end() && found->is_number() ? found->get<double>() : std::nan("");
}

}  // namespace

Result<std::unique_ptr<BlockProcess>> BlockProcess::start(const std::vector<std::string>& command,
                                                          std::chrono::milliseconds limit) {
  FFICHECK_TRY(auto ends, socket_pair());
  ProcessOptions options;
  options.command = command;
  options.command.emplace_back("--fficheck_blocks");
  options.descriptors = {{ends.second.get(), 0}, {ends.second.get(), 1}};
  FFICHECK_TRY(ChildProcess child, ChildProcess::start(options));
  ends.second.reset();
  std::unique_ptr<BlockProcess> process(
      new BlockProcess(std::move(child), std::move(ends.first), limit));
  const Result<std::string> greeting = process->read_line();
  if (!greeting.ok()) {
    Error error = greeting.error();
    error.message = command[0] + ": " + error.message;
    error.remedy = "a build from before block mode cannot be compared; choose a later one";
    return error;
  }
  const json hello = json::parse(greeting.value(), nullptr, false);
  if (!hello.is_object() || hello.value("fficheck_blocks", json()) != json(1)) {
    return environment_error(command[0] + " does not speak block mode, version 1",
                             "choose a build of a later commit");
  }
  return process;
}

Error BlockProcess::lost(const std::string& what) {
  const ProcessEnd end = child_.kill();
  std::string said = end.err.substr(end.err.size() - std::min<std::size_t>(end.err.size(), 400));
  while (!said.empty() && said.back() == '\n') said.pop_back();
  return environment_error(what + (said.empty() ? "" : "; it wrote: " + said));
}

Result<std::string> BlockProcess::read_line() {
  const Clock::time_point end = Clock::now() + limit_;
  while (true) {
    const std::size_t newline = buffer_.find('\n');
    if (newline != std::string::npos) {
      std::string line = buffer_.substr(0, newline);
      buffer_.erase(0, newline + 1);
      return line;
    }
    if (buffer_.size() > kMaxLine) return lost("a bench program answers without end");
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now());
    pollfd fd{socket_.get(), POLLIN, 0};
    const int ready = left.count() <= 0 ? 0 : poll(&fd, 1, static_cast<int>(left.count()));
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) return lost("no answer within " + std::to_string(limit_.count() / 1000) + " s");
    char bytes[4096];
    const ssize_t n = recv(socket_.get(), bytes, sizeof bytes, 0);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) {
      // It is ending or has closed its output; how it ends says more.
      const auto how = child_.wait(std::chrono::seconds(1));
      return lost("the bench program ended: " + (how ? how->how() : "it closed its output"));
    }
    buffer_.append(bytes, static_cast<std::size_t>(n));
  }
}

Result<std::string> BlockProcess::request(const std::string& line) {
  const std::string text = line + '\n';
  for (std::size_t done = 0; done < text.size();) {
    const ssize_t n = send(socket_.get(), text.data() + done, text.size() - done, MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return lost(std::string("the bench program is gone: ") + std::strerror(errno));
    done += static_cast<std::size_t>(n);
  }
  return read_line();
}

Result<std::vector<ListedBench>> BlockProcess::list() {
  FFICHECK_TRY(const std::string line, request("list"));
  FFICHECK_TRY(const json answer, parse_answer(line));
  std::vector<ListedBench> out;
  const json listed = answer.value("benchmarks", json());
  if (!listed.is_array()) return environment_error("a bench program lists no benchmarks");
  for (const json& b : listed) {
    const json name = b.is_object() ? b.value("name", json()) : json();
    if (!name.is_string()) return environment_error("a bench program lists one without a name");
    out.push_back({name.get<std::string>(), b.value("counted", json(false)) == json(true),
                   b.value("one_processor", json(false)) == json(true)});
  }
  return out;
}

Result<BlockCost> BlockProcess::block(const std::string& benchmark, std::uint64_t min_ns) {
  const std::string where =
      processor_ && kept_.contains(benchmark) ? " " + std::to_string(*processor_) : "";
  FFICHECK_TRY(const std::string line,
               request("block " + std::to_string(min_ns) + " " + benchmark + where));
  FFICHECK_TRY(const json answer, parse_answer(line));
  const double iterations = number(answer, "iterations");
  const double ns = number(answer, "ns");
  if (!(iterations >= 1) || !(ns >= static_cast<double>(min_ns)) || !std::isfinite(ns / iterations))
    return input_error("a bench program answered: " + line.substr(0, 200));
  const auto counted = [&](const char* key) {
    const double value = number(answer, key);
    return std::isfinite(value) ? value : 0.0;
  };
  return BlockCost{ns / iterations, counted("allocs"), counted("bytes"), ns};
}

void BlockProcess::keep(std::set<std::string> kept, std::optional<std::size_t> processor) {
  kept_ = std::move(kept);
  processor_ = processor;
}

Result<void> BlockProcess::count(const std::string& benchmark, std::uint64_t n) {
  FFICHECK_TRY(const std::string line, request("count " + std::to_string(n) + " " + benchmark));
  FFICHECK_TRY(const json answer, parse_answer(line));
  (void)answer;
  return {};
}

ProcessEnd BlockProcess::finish() {
  shutdown(socket_.get(), SHUT_WR);
  if (auto end = child_.wait(limit_)) return std::move(*end);
  ProcessEnd end = child_.kill();
  end.timed_out = true;
  return end;
}

ProgramContest::ProgramContest(std::filesystem::path baseline, std::filesystem::path candidate,
                               std::chrono::milliseconds limit, std::set<std::string> kept)
    : baseline_(std::move(baseline)),
      candidate_(std::move(candidate)),
      limit_(limit),
      kept_(std::move(kept)) {
  cpu_set_t mine;
  if (sched_getaffinity(0, sizeof mine, &mine) != 0) return;
  for (std::size_t i = 0; i < CPU_SETSIZE; ++i)
    if (CPU_ISSET(i, &mine)) processors_.push_back(i);
}

Result<std::unique_ptr<Contestant>> ProgramContest::start(Side side) {
  const std::filesystem::path& program = side == Side::Baseline ? baseline_ : candidate_;
  FFICHECK_TRY(TempDir place, TempDir::create("fficheck-round"));
  FFICHECK_CHECK(copy_program(program, place.path()));
  FFICHECK_TRY(std::unique_ptr<BlockProcess> started,
               BlockProcess::start({(place.path() / program.filename()).string()}, limit_));
  started->own(std::move(place));
  const std::size_t number = starts_[side == Side::Baseline ? 0 : 1]++;
  std::optional<std::size_t> mine;
  if (!processors_.empty()) mine = processors_[number % processors_.size()];
  started->keep(kept_, mine);
  return std::unique_ptr<Contestant>(std::move(started));
}

}  // namespace fficheck

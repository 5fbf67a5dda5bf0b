#include "bench/suite/go.h"

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <map>
#include <optional>
#include <sstream>

#include "bench/blocks/processor.h"
#include "bench/suite/fixtures.h"
#include "harness/run/process.h"

namespace fficheck {
namespace {

/// The running program, spoken to line by line over its stdin and stdout.
class GoLoops {
 public:
  /// On the processors that this thread may run on.
  static Result<std::unique_ptr<GoLoops>> start(const std::string& program,
                                                Environment environment) {
    FFICHECK_TRY(auto ends, socket_pair());
    ProcessOptions options;
    options.environment = std::move(environment);
    options.command = {fixture(program).string()};
    options.descriptors = {{ends.second.get(), STDIN_FILENO}, {ends.second.get(), STDOUT_FILENO}};
    FFICHECK_TRY(ChildProcess child, ChildProcess::start(options));
    return std::unique_ptr<GoLoops>(new GoLoops(std::move(child), std::move(ends.first)));
  }

  /// The program ends with its stdin, and puts away what it made.
  ~GoLoops() {
    socket_.reset();
    (void)child_.wait(std::chrono::seconds(5));
  }
  GoLoops(const GoLoops&) = delete;
  GoLoops& operator=(const GoLoops&) = delete;

  Result<std::string> ask(const std::string& request) {
    const std::string line = request + "\n";
    if (send(socket_.get(), line.data(), line.size(), MSG_NOSIGNAL) !=
        static_cast<ssize_t>(line.size()))
      return lost();
    return read_line();
  }
  /// The next line of an answer.
  Result<std::string> read_line() {
    while (true) {
      if (const std::size_t end = buffer_.find('\n'); end != std::string::npos) {
        std::string line = buffer_.substr(0, end);
        buffer_.erase(0, end + 1);
        return line;
      }
      char bytes[4096];
      const ssize_t got = read(socket_.get(), bytes, sizeof bytes);
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0) return lost();
      buffer_.append(bytes, static_cast<std::size_t>(got));
    }
  }

  Result<Measured> run(const std::string& name, std::uint64_t n) {
    FFICHECK_TRY(const std::string answer, ask("run " + std::to_string(n) + " " + name));
    std::istringstream words(answer);
    Measured out;
    if (!(words >> out.ns >> out.allocs >> out.bytes))
      return input_error("the Go program: " + answer);
    return out;
  }

 private:
  GoLoops(ChildProcess child, UniqueFd socket)
      : child_(std::move(child)), socket_(std::move(socket)) {}
  Error lost() {
    const ProcessEnd end = child_.kill();
    return environment_error("the Go program ended: " + end.how() + " " + end.err);
  }

  ChildProcess child_;
  UniqueFd socket_;
  std::string buffer_;
};

/// The program as it is run anywhere, and once more for each processor that it is kept on: threads
/// of a running one cannot be moved all at once.
class GoProgram {
 public:
  explicit GoProgram(GoBinding binding) : binding_(std::move(binding)) {}

  Result<GoLoops*> get() {
    const std::optional<std::uint64_t> processor = kept_processor();
    const auto [found, fresh] = loops_.try_emplace(processor, [this, processor] {
      const bool kept = processor && processor != home_;
      return GoLoops::start(binding_.program, kept ? binding_.kept_environment : Environment{});
    });
    return found->second.get();
  }

 private:
  GoBinding binding_;
  std::optional<std::uint64_t> home_ = kept_processor();  ///< of all of this program
  std::map<std::optional<std::uint64_t>, Lazy<GoLoops>> loops_;
};

/// Whether one caller at a time waits for a thread of the library.
bool mostly_waits(const std::string& name) {
  return name.find("/call/") != std::string::npos || name.find("/host/") != std::string::npos;
}

}  // namespace

void add_go_benches(const GoBinding& binding, std::vector<Bench>& out) {
  const auto program = std::make_shared<GoProgram>(binding);
  const auto list = [&]() -> Result<std::vector<std::pair<std::string, std::string>>> {
    FFICHECK_TRY(GoLoops * go, program->get());
    std::vector<std::pair<std::string, std::string>> names;
    FFICHECK_TRY(std::string line, go->ask("list"));
    while (!line.empty()) {
      const std::size_t space = line.find(' ');
      const std::string floor = line.substr(space + 1);
      names.emplace_back(line.substr(0, space), floor == "-" ? "" : floor);
      FFICHECK_TRY(line, go->read_line());
    }
    return names;
  };
  auto names = list();
  if (!names) {
    out.push_back(
        {.name = binding.target + "/call/none/-",
         .floor = "",
         .run = [error = names.error()](std::uint64_t) -> Result<Measured> { return error; }});
    return;
  }
  for (auto& [name, floor] : names.value())
    out.push_back({.name = name,
                   .floor = floor,
                   .run = [program, name](std::uint64_t n) -> Result<Measured> {
                     FFICHECK_TRY(GoLoops * go, program->get());
                     return go->run(name, n);
                   },
                   .one_processor = true,
                   .awake = binding.awake && mostly_waits(name)});
}

}  // namespace fficheck

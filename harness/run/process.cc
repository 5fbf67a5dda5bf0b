#include "harness/run/process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <condition_variable>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <mutex>
#include <thread>

namespace fficheck {
namespace {

using Clock = std::chrono::steady_clock;

Result<std::pair<UniqueFd, UniqueFd>> pipe_pair() {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) {
    return environment_error(std::string("cannot make a pipe: ") + std::strerror(errno),
                             "raise the limit of open files (ulimit -n)");
  }
  return std::pair(UniqueFd(ends[0]), UniqueFd(ends[1]));
}

/// Output with a bound: the first half of the limit, and the newest half.
class BoundedText {
 public:
  explicit BoundedText(std::size_t limit) : half_(limit / 2 + 1) {}

  void append(std::string_view bytes) {
    const std::size_t head = std::min(half_ - std::min(half_, head_.size()), bytes.size());
    head_.append(bytes.substr(0, head));
    tail_.append(bytes.substr(head));
    if (tail_.size() > 2 * half_) cut();
  }
  [[nodiscard]] std::string text() {
    cut();
    if (dropped_ == 0) return head_ + tail_;
    return head_ + "\n... " + std::to_string(dropped_) + " bytes left out ...\n" + tail_;
  }

 private:
  void cut() {
    if (tail_.size() <= half_) return;
    dropped_ += tail_.size() - half_;
    tail_.erase(0, tail_.size() - half_);
  }
  std::size_t half_;
  std::string head_;
  std::string tail_;
  std::size_t dropped_ = 0;
};

/// Everything the child needs between fork and exec, prepared before, since only async-signal-safe
/// calls may happen there.
struct Launch {
  std::string program;
  std::vector<std::string> words;
  std::vector<std::string> variables;
  std::vector<char*> argv;
  std::vector<char*> envp;
  std::string dir;
  std::vector<std::pair<int, int>> descriptors;  ///< here, there
  int failure = -1;                              ///< where the child reports errno; closed on exec
  pid_t parent = 0;
};

std::vector<char*> pointers(std::vector<std::string>& words) {
  std::vector<char*> out;
  out.reserve(words.size() + 1);
  for (std::string& word : words) out.push_back(word.data());
  out.push_back(nullptr);
  return out;
}

std::vector<std::string> merged_environment(
    const std::vector<std::pair<std::string, std::string>>& added) {
  std::vector<std::string> out;
  for (char** variable = environ; variable != nullptr && *variable != nullptr; ++variable) {
    const std::string_view text(*variable);
    const std::string_view name = text.substr(0, text.find('='));
    bool replaced = false;
    for (const auto& [key, value] : added) replaced = replaced || key == name;
    if (!replaced) out.emplace_back(text);
  }
  for (const auto& [key, value] : added) out.push_back(key + "=" + value);
  return out;
}

/// The child's half of a start. Async-signal-safe; never returns.
[[noreturn]] void become(const Launch& launch) {
  const auto fail = [&] {
    const int error = errno;
    [[maybe_unused]] const ssize_t n = write(launch.failure, &error, sizeof error);
    _exit(127);
  };
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != launch.parent) _exit(127);
  for (int number = 1; number < NSIG; ++number) signal(number, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  const rlimit no_core{0, 0};  // a worker's crash is an observation: what it printed is kept
  setrlimit(RLIMIT_CORE, &no_core);
  if (!launch.dir.empty() && chdir(launch.dir.c_str()) != 0) fail();
  // Out of the way first: one descriptor's source may be another's destination.
  std::array<int, 16> moved{};
  for (std::size_t i = 0; i < launch.descriptors.size(); ++i) {
    moved[i] = fcntl(launch.descriptors[i].first, F_DUPFD_CLOEXEC, 64);
    if (moved[i] < 0) fail();
  }
  for (std::size_t i = 0; i < launch.descriptors.size(); ++i) {
    if (dup2(moved[i], launch.descriptors[i].second) < 0) fail();
  }
  execve(launch.program.c_str(), launch.argv.data(), launch.envp.data());
  fail();
  _exit(127);
}

}  // namespace

void UniqueFd::reset(int fd) {
  if (fd_ >= 0) close(fd_);
  fd_ = fd;
}

Result<std::pair<UniqueFd, UniqueFd>> socket_pair() {
  std::array<int, 2> ends{};
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) {
    return environment_error(std::string("cannot make a socket pair: ") + std::strerror(errno),
                             "raise the limit of open files (ulimit -n)");
  }
  return std::pair(UniqueFd(ends[0]), UniqueFd(ends[1]));
}

std::string ProcessEnd::how() const {
  if (timed_out) return "time limit reached";
  if (signal) return "signal " + std::to_string(*signal) + " (" + strsignal(*signal) + ")";
  return "exit status " + std::to_string(status.value_or(-1));
}

/// Shared by the child's owner thread and whoever holds the ChildProcess. The owner thread starts
/// the child, because the kernel ties the death signal to the thread that forked.
struct ChildProcess::State {
  explicit State(std::size_t output_limit) : out(output_limit), err(output_limit) {}

  std::mutex mutex;
  std::condition_variable changed;
  bool started = false;  ///< fork was tried: `pid` or `fork_error` is set
  pid_t pid = -1;
  int fork_error = 0;
  bool reaped = false;  ///< `pid` may belong to another process from here on
  ProcessEnd end;
  BoundedText out;
  BoundedText err;
  UniqueFd out_pipe;
  UniqueFd err_pipe;
  std::thread owner;

  void own(const Launch& launch, std::vector<UniqueFd> child_ends);
  void drain();
  bool read_some(UniqueFd& pipe, BoundedText& text);
  void reap(Clock::time_point start);
  void kill_group() {
    const std::lock_guard lock(mutex);
    if (pid > 0 && !reaped) ::kill(-pid, SIGKILL);
  }
};

void ChildProcess::State::own(const Launch& launch, std::vector<UniqueFd> child_ends) {
  const Clock::time_point start = Clock::now();
  const pid_t child = fork();
  if (child == 0) become(launch);
  {
    const std::lock_guard lock(mutex);
    started = true;
    fork_error = child < 0 ? errno : 0;
    pid = child;
    if (child > 0) setpgid(child, child);
  }
  child_ends.clear();
  changed.notify_all();
  if (child < 0) return;
  drain();
  reap(start);
}

bool ChildProcess::State::read_some(UniqueFd& pipe, BoundedText& text) {
  std::array<char, 16384> buffer;
  const ssize_t n = read(pipe.get(), buffer.data(), buffer.size());
  if (n < 0 && (errno == EINTR || errno == EAGAIN)) return false;
  if (n <= 0) {
    pipe.reset();
    return false;
  }
  text.append({buffer.data(), static_cast<std::size_t>(n)});
  return true;
}

/// Reads output until the child has ended and what it wrote is read.
void ChildProcess::State::drain() {
  const UniqueFd ended(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
  while (true) {
    std::array<pollfd, 3> fds{pollfd{out_pipe.get(), POLLIN, 0}, pollfd{err_pipe.get(), POLLIN, 0},
                              pollfd{ended.get(), POLLIN, 0}};
    // Without pidfd_open (an old kernel) the end is looked for every 10 ms.
    poll(fds.data(), fds.size(), ended.valid() ? -1 : 10);
    if (fds[0].revents != 0) read_some(out_pipe, out);
    if (fds[1].revents != 0) read_some(err_pipe, err);
    siginfo_t info{};
    if (waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
        info.si_pid == pid) {
      break;
    }
  }
  // Not reaped yet, so the group's number is still this child's.
  kill_group();
  for (auto [pipe, text] : {std::pair(&out_pipe, &out), std::pair(&err_pipe, &err)}) {
    if (!pipe->valid()) continue;
    fcntl(pipe->get(), F_SETFL, O_NONBLOCK);
    while (read_some(*pipe, *text)) {
    }
  }
}

void ChildProcess::State::reap(Clock::time_point start) {
  const std::lock_guard lock(mutex);
  int status = 0;
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFSIGNALED(status)) {
    end.signal = WTERMSIG(status);
  } else {
    end.status = WEXITSTATUS(status);
  }
  end.out = out.text();
  end.err = err.text();
  end.seconds = std::chrono::duration<double>(Clock::now() - start).count();
  reaped = true;
  changed.notify_all();
}

ChildProcess::ChildProcess(std::unique_ptr<State> state) : state_(std::move(state)) {}
ChildProcess::ChildProcess(ChildProcess&&) noexcept = default;
ChildProcess& ChildProcess::operator=(ChildProcess&& other) noexcept {
  std::swap(state_, other.state_);
  return *this;
}

ChildProcess::~ChildProcess() {
  if (!state_) return;
  state_->kill_group();
  if (state_->owner.joinable()) state_->owner.join();
}

Result<ChildProcess> ChildProcess::start(const ProcessOptions& options) {
  if (options.command.empty()) return environment_error("no command to start");
  const std::optional<std::filesystem::path> program = find_program(options.command[0]);
  if (!program) {
    return environment_error("cannot start " + options.command[0] + ": no such program",
                             "install it, or put its directory on PATH");
  }
  FFICHECK_TRY(auto out, pipe_pair());
  FFICHECK_TRY(auto err, pipe_pair());
  FFICHECK_TRY(auto failure, pipe_pair());
  UniqueFd null(open("/dev/null", O_RDONLY | O_CLOEXEC));

  Launch launch;
  launch.program = std::filesystem::absolute(*program).string();
  launch.words = options.command;
  launch.variables = merged_environment(options.environment);
  launch.argv = pointers(launch.words);
  launch.envp = pointers(launch.variables);
  launch.dir = options.dir.string();
  launch.descriptors = {{null.get(), 0}, {out.second.get(), 1}, {err.second.get(), 2}};
  launch.descriptors.insert(launch.descriptors.end(), options.descriptors.begin(),
                            options.descriptors.end());
  if (launch.descriptors.size() > 16) return environment_error("too many descriptors for a child");
  launch.failure = failure.second.get();
  launch.parent = getpid();

  auto state = std::make_unique<State>(options.output_limit);
  State& shared = *state;
  shared.out_pipe = std::move(out.first);
  shared.err_pipe = std::move(err.first);
  std::vector<UniqueFd> child_ends;
  child_ends.push_back(std::move(out.second));
  child_ends.push_back(std::move(err.second));
  child_ends.push_back(std::move(failure.second));
  child_ends.push_back(std::move(null));
  shared.owner = std::thread([&shared, &launch, ends = std::move(child_ends)]() mutable {
    shared.own(launch, std::move(ends));
  });
  int error = 0;
  {
    std::unique_lock lock(shared.mutex);
    shared.changed.wait(lock, [&] { return shared.started; });
    error = shared.fork_error;
  }
  ChildProcess child(std::move(state));
  if (error == 0) {
    // End of file: exec took place. `launch` must live until then.
    ssize_t n = 0;
    do {
      n = read(failure.first.get(), &error, sizeof error);
    } while (n < 0 && errno == EINTR);
    if (n != sizeof error) return child;
  }
  return environment_error("cannot start " + options.command[0] + ": " + std::strerror(error),
                           error == ENOENT && !options.dir.empty()
                               ? "does the directory " + options.dir.string() + " exist?"
                               : "check its permissions and the limit of processes (ulimit -u)");
}

int ChildProcess::pid() const { return state_->pid; }

std::optional<ProcessEnd> ChildProcess::wait(std::chrono::milliseconds limit) {
  std::unique_lock lock(state_->mutex);
  if (!state_->changed.wait_for(lock, limit, [&] { return state_->reaped; })) return std::nullopt;
  return state_->end;
}

std::chrono::nanoseconds ChildProcess::cpu_time() const {
  const std::lock_guard lock(state_->mutex);
  clockid_t clock{};
  timespec used{};
  if (state_->pid <= 0 || state_->reaped || clock_getcpuclockid(state_->pid, &clock) != 0 ||
      clock_gettime(clock, &used) != 0)
    return {};
  return std::chrono::seconds(used.tv_sec) + std::chrono::nanoseconds(used.tv_nsec);
}

ProcessEnd ChildProcess::quit(std::chrono::milliseconds limit) {
  {
    const std::lock_guard lock(state_->mutex);
    if (state_->pid > 0 && !state_->reaped) ::kill(state_->pid, SIGQUIT);
  }
  (void)wait(limit);
  return kill();
}

ProcessEnd ChildProcess::kill() {
  state_->kill_group();
  std::unique_lock lock(state_->mutex);
  state_->changed.wait(lock, [&] { return state_->reaped; });
  return state_->end;
}

Result<ProcessEnd> run_process(const ProcessOptions& options, std::chrono::milliseconds limit) {
  FFICHECK_TRY(ChildProcess child, ChildProcess::start(options));
  if (std::optional<ProcessEnd> end = child.wait(limit)) return std::move(*end);
  ProcessEnd end = child.kill();
  end.timed_out = true;
  return end;
}

std::optional<std::filesystem::path> find_program(std::string_view name) {
  const auto executable = [](const std::filesystem::path& file) {
    std::error_code error;
    return std::filesystem::is_regular_file(file, error) && access(file.c_str(), X_OK) == 0;
  };
  if (name.empty()) return std::nullopt;
  if (name.find('/') != std::string_view::npos) {
    if (executable(name)) return std::filesystem::path(name);
    return std::nullopt;
  }
  const char* variable = std::getenv("PATH");
  std::string_view path = variable == nullptr ? "/usr/bin:/bin" : variable;
  while (true) {
    const std::size_t colon = path.find(':');
    const std::string_view dir = path.substr(0, colon);
    std::filesystem::path file = std::filesystem::path(dir.empty() ? "." : std::string(dir)) / name;
    if (executable(file)) return file;
    if (colon == std::string_view::npos) return std::nullopt;
    path.remove_prefix(colon + 1);
  }
}

}  // namespace fficheck

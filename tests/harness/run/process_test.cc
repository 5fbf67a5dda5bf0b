#include "harness/run/process.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <fstream>
#include <string>
#include <thread>

namespace fficheck {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::HasSubstr;

ProcessOptions shell(std::string script) { return {.command = {"sh", "-c", std::move(script)}}; }

ProcessEnd run(const ProcessOptions& options, milliseconds limit = seconds(20)) {
  Result<ProcessEnd> end = run_process(options, limit);
  EXPECT_TRUE(end.ok()) << end.error().text();
  return end.ok() ? end.value() : ProcessEnd{};
}

bool alive(int pid) { return ::kill(pid, 0) == 0; }

/// Whether `condition` comes true within ten seconds.
template <class F>
bool comes_true(F condition) {
  const auto end = std::chrono::steady_clock::now() + seconds(10);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(milliseconds(5));
  }
  return true;
}

TEST(Process, TellsExitStatusAndBothOutputs) {
  const ProcessEnd end = run(shell("echo to-out; echo to-err >&2; exit 7"));
  EXPECT_EQ(end.status, 7);
  EXPECT_FALSE(end.signal);
  EXPECT_FALSE(end.success());
  EXPECT_EQ(end.out, "to-out\n");
  EXPECT_EQ(end.err, "to-err\n");
  EXPECT_EQ(end.how(), "exit status 7");
}

TEST(Process, TellsTheSignalThatEndedIt) {
  const ProcessEnd end = run(shell("kill -SEGV $$"));
  EXPECT_EQ(end.signal, SIGSEGV);
  EXPECT_FALSE(end.status);
  EXPECT_THAT(end.how(), HasSubstr("signal 11"));
}

TEST(Process, IsKilledWithItsGroupAtTheLimit) {
  const ProcessEnd end = run(shell("sleep 1000 & echo $!; sleep 1000"), milliseconds(300));
  EXPECT_TRUE(end.timed_out);
  EXPECT_FALSE(end.success());
  const int grandchild = std::stoi(end.out);
  ASSERT_GT(grandchild, 1);
  EXPECT_TRUE(comes_true([&] {
    if (!alive(grandchild)) return true;
    std::ifstream stat("/proc/" + std::to_string(grandchild) + "/stat");
    std::string line;
    std::getline(stat, line);
    return line.find(") Z") != std::string::npos;  // dead, its new parent has yet to reap it
  }));
}

TEST(Process, EndsWithoutWaitingForAGrandchildThatHoldsItsOutput) {
  const ProcessEnd end = run(shell("sleep 1000 & echo done"), seconds(20));
  EXPECT_TRUE(end.success());
  EXPECT_EQ(end.out, "done\n");
  EXPECT_LT(end.seconds, 10);
}

TEST(Process, KeepsHeadAndTailOfLongOutput) {
  ProcessOptions options = shell("echo first; seq 1 300000; echo last");
  options.output_limit = 1000;
  const ProcessEnd end = run(options);
  EXPECT_LT(end.out.size(), 1200u);
  EXPECT_THAT(end.out, testing::StartsWith("first\n"));
  EXPECT_THAT(end.out, testing::EndsWith("last\n"));
  EXPECT_THAT(end.out, HasSubstr("bytes left out"));
}

TEST(Process, GetsDirectoryEnvironmentAndDescriptors) {
  Result<std::pair<UniqueFd, UniqueFd>> pair = socket_pair();
  ASSERT_TRUE(pair.ok());
  ProcessOptions options = shell("pwd; echo $FFICHECK_TEST_VALUE; echo over-fd-3 >&3");
  options.dir = "/";
  options.environment = {{"FFICHECK_TEST_VALUE", "a=b c"}};
  options.descriptors = {{pair.value().second.get(), 3}};
  const ProcessEnd end = run(options);
  EXPECT_EQ(end.out, "/\na=b c\n");
  std::array<char, 64> buffer{};
  const ssize_t n = read(pair.value().first.get(), buffer.data(), buffer.size());
  EXPECT_EQ(std::string(buffer.data(), static_cast<std::size_t>(std::max<ssize_t>(n, 0))),
            "over-fd-3\n");
}

TEST(Process, SwappedDescriptorsArriveWhereTheyShould) {
  Result<std::pair<UniqueFd, UniqueFd>> a = socket_pair();
  Result<std::pair<UniqueFd, UniqueFd>> b = socket_pair();
  ASSERT_TRUE(a.ok() && b.ok());
  const int x = a.value().second.get();
  const int y = b.value().second.get();
  ASSERT_LT(x, 10);
  ASSERT_LT(y, 10);
  ProcessOptions options =
      shell("echo x >&" + std::to_string(y) + "; echo y >&" + std::to_string(x));
  options.descriptors = {{x, y}, {y, x}};
  EXPECT_TRUE(run(options).success());
  std::array<char, 8> buffer{};
  ASSERT_EQ(read(a.value().first.get(), buffer.data(), buffer.size()), 2);
  EXPECT_EQ(buffer[0], 'x');
}

TEST(Process, AMissingProgramIsAnErrorOfTheEnvironment) {
  Result<ProcessEnd> end = run_process({.command = {"no-such-program-here"}}, seconds(1));
  ASSERT_FALSE(end.ok());
  EXPECT_EQ(end.error().blame, Blame::Environment);
  EXPECT_THAT(end.error().text(), HasSubstr("no-such-program-here"));
  EXPECT_FALSE(end.error().remedy.empty());
}

TEST(Process, AMissingDirectoryIsAnErrorOfTheEnvironment) {
  ProcessOptions options = shell("true");
  options.dir = "/no/such/directory";
  Result<ProcessEnd> end = run_process(options, seconds(1));
  ASSERT_FALSE(end.ok());
  EXPECT_EQ(end.error().blame, Blame::Environment);
  EXPECT_THAT(end.error().remedy, HasSubstr("/no/such/directory"));
}

TEST(Process, OutlivesTheThreadThatStartedIt) {
  std::optional<ChildProcess> child;
  std::thread([&] {
    Result<ChildProcess> started = ChildProcess::start({.command = {"sleep", "1000"}});
    ASSERT_TRUE(started.ok());
    child.emplace(std::move(started).value());
  }).join();
  ASSERT_TRUE(child);
  EXPECT_FALSE(child->wait(milliseconds(200)));
  EXPECT_TRUE(alive(child->pid()));
  EXPECT_EQ(child->kill().signal, SIGKILL);
}

TEST(Process, EndsWithItsOwner) {
  int pid = 0;
  {
    Result<ChildProcess> started = ChildProcess::start({.command = {"sleep", "1000"}});
    ASSERT_TRUE(started.ok());
    pid = started.value().pid();
    EXPECT_TRUE(alive(pid));
  }
  EXPECT_FALSE(alive(pid));
}

TEST(Process, DiesWhereTheHarnessIsKilled) {
  std::array<int, 2> ends{};
  ASSERT_EQ(pipe(ends.data()), 0);
  const pid_t harness = fork();
  if (harness == 0) {
    Result<ChildProcess> started = ChildProcess::start({.command = {"sleep", "1000"}});
    const int pid = started.ok() ? started.value().pid() : -1;
    [[maybe_unused]] const ssize_t n = write(ends[1], &pid, sizeof pid);
    pause();
    _exit(0);
  }
  int pid = -1;
  ASSERT_EQ(read(ends[0], &pid, sizeof pid), static_cast<ssize_t>(sizeof pid));
  ASSERT_GT(pid, 1);
  ::kill(harness, SIGKILL);
  ::waitpid(harness, nullptr, 0);
  EXPECT_TRUE(comes_true([&] {
    if (!alive(pid)) return true;
    std::ifstream stat("/proc/" + std::to_string(pid) + "/stat");
    std::string line;
    std::getline(stat, line);
    return line.find(") Z") != std::string::npos;
  }));
  close(ends[0]);
  close(ends[1]);
}

TEST(Process, FindsProgramsOnThePathOnly) {
  EXPECT_TRUE(find_program("sh"));
  EXPECT_TRUE(find_program("/bin/sh"));
  EXPECT_FALSE(find_program("/etc/passwd"));
  EXPECT_FALSE(find_program(""));
}

}  // namespace
}  // namespace fficheck
